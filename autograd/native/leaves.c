/* Passes over many leaves: their numbers read, written and added to, a rule applied to each; and
 * over what holds them.
 *
 * Numbers come and go as buffers of doubles, such as arrays. Where Python has to look closer the
 * answer is False, and nothing has happened.
 */

#include "engine.h"

static void set_data(Node *leaf, double number, int64_t now)
{
    leaf->data = number;
    leaf->version = now;
}

/* Whether there are so many doubles for each leaf; else there is an error, as for what is no Value. */
static bool fit(Values leaves, const Py_buffer *numbers, Py_ssize_t width)
{
    bool fits = numbers->len == leaves.count * width * (Py_ssize_t)sizeof(double);
    if (!fits)
        PyErr_SetString(PyExc_TypeError, "there are too few or too many doubles for the leaves");
    return fits;
}

static bool is_value(State *state, Node *given)
{
    bool fits = is_node(state, (PyObject *)given);
    if (!fits)
        PyErr_SetString(PyExc_TypeError, "leaves are Values");
    return fits;
}

typedef enum { READ, REPLACE, ADD } Change;

/* Read data that was set `since` then, replace it as one change, or add to gradients. */
static inline PyObject *over_all(PyObject *args, const char *format, Change what)
{
    State *state = here();
    PyObject *given;
    Py_buffer numbers;
    long long since = 0;
    if (!PyArg_ParseTuple(args, format, &PyTuple_Type, &given, &numbers, &since))
        return NULL;
    Values leaves = values_in(given);
    bool fits = fit(leaves, &numbers, 1);
    for (Py_ssize_t i = 0; fits && i < leaves.count; i++)
        fits = is_value(state, value_at(leaves, i));
    int64_t now = state->clock->now += fits && what == REPLACE;
    for (Py_ssize_t i = 0; fits && i < leaves.count; i++) {
        Node *leaf = value_at(leaves, i);
        double *number = (double *)numbers.buf + i;
        if (what == ADD)
            add_to_gradient(leaf, *number);
        else if (what == REPLACE)
            set_data(leaf, *number, now);
        else if (leaf->version > since)
            *number = leaf->data;
    }
    PyBuffer_Release(&numbers);
    return fits ? Py_NewRef(Py_None) : NULL;
}

/* read(leaves, numbers, since) */
PyObject *read_all(PyObject *Py_UNUSED(module), PyObject *args)
{
    return over_all(args, "O!w*L", READ);
}

/* replace(leaves, numbers) */
PyObject *replace_all(PyObject *Py_UNUSED(module), PyObject *args)
{
    return over_all(args, "O!y*", REPLACE);
}

/* accumulate(leaves, numbers): add to all or to none. */
PyObject *accumulate(PyObject *Py_UNUSED(module), PyObject *args)
{
    return over_all(args, "O!y*", ADD);
}

/* write(values, numbers, gradients): set the data of leaves, or the gradients of Values, of which
 * None forgets one, or all of them; False for anything but Values, as many floats, and data of
 * leaves. */
PyObject *write_all(PyObject *Py_UNUSED(module), PyObject *args)
{
    State *state = here();
    PyObject *given, *numbers;
    int gradients;
    if (!PyArg_ParseTuple(args, "OOp", &given, &numbers, &gradients))
        return NULL;
    bool forget = gradients && numbers == Py_None;
    if (!PyList_CheckExact(given)
        || !(forget || (PyList_CheckExact(numbers) && Py_SIZE(given) == Py_SIZE(numbers))))
        Py_RETURN_FALSE;
    Values values = values_in(given);
    for (Py_ssize_t i = 0; i < values.count; i++) {
        Node *value = value_at(values, i);
        PyObject *number = forget ? Py_None : PyList_GET_ITEM(numbers, i);
        bool fits = PyFloat_CheckExact(number) || (gradients && number == Py_None);
        if (!fits || !is_node(state, (PyObject *)value) || (!gradients && value->depth))
            Py_RETURN_FALSE;
    }
    state->clock->now += !gradients;
    for (Py_ssize_t i = 0; i < values.count; i++) {
        Node *value = value_at(values, i);
        PyObject *number = forget ? Py_None : PyList_GET_ITEM(numbers, i);
        if (!gradients)
            set_data(value, PyFloat_AS_DOUBLE(number), state->clock->now);
        else if ((value->has_grad = number != Py_None))
            value->grad = PyFloat_AS_DOUBLE(number);
    }
    Py_RETURN_TRUE;
}

/* ==== A rule that was drawn as a graph, computed for a block of leaves at a time ==== */

enum { MOST_COLUMNS = 96, MOST_INPUTS = 16 };

typedef struct {
    const RowCode *code; /* NULL for inputs and constants */
    int x, y;            /* columns */
} Step;

/* Columns are the inputs (a number, its gradient, those of its state), then the constants and the
 * results of the steps as they come. */
typedef struct {
    int inputs, columns, results;
    int result[MOST_INPUTS];  /* columns: the new number, and those of the state */
    Step steps[MOST_COLUMNS]; /* by column */
    double constants[MOST_COLUMNS];
} Drawn;

/* The column of a node among the first so many; -1 if it is none of them. */
static int column_of(PyObject *nodes, Py_ssize_t count, PyObject *node, const int *columns)
{
    for (Py_ssize_t i = 0; i < count; i++)
        if (PyList_GET_ITEM(nodes, i) == node)
            return columns[i];
    return -1;
}

/* Add the constants and the result of a node, which is the one after the first `at`. */
static bool add_column(State *state, Drawn *drawn, PyObject *nodes, Py_ssize_t at, int *columns)
{
    Node *node = (Node *)PyList_GET_ITEM(nodes, at);
    if (!is_node(state, (PyObject *)node) || node->layout > TWO
        || drawn->columns + 3 > MOST_COLUMNS
        || (node->op ? !(node->op->code && node->op->code->columns) : at >= drawn->inputs))
        return false;
    int operands[2] = {0, 0};
    for (int k = 0; k < node->layout; k++) {
        if (node->numbers >> k & 1) {
            drawn->constants[operands[k] = drawn->columns++] = node->operand[k].number;
        } else {
            PyObject *operand = (PyObject *)node->operand[k].node;
            if ((operands[k] = column_of(nodes, at, operand, columns)) < 0)
                return false;
        }
    }
    int y = node->layout == TWO ? operands[1] : operands[0]; /* which a function of one ignores */
    if (node->op)
        drawn->steps[drawn->columns] = (Step){node->op->code, operands[0], y};
    columns[at] = drawn->columns++;
    return true;
}

static void free_rule(PyObject *capsule)
{
    PyMem_RawFree(PyCapsule_GetPointer(capsule, "rule"));
}

/* rule(inputs, nodes, outputs): a rule for `move`, from so many inputs and all further nodes,
 * operands before consumers; None for what is not known here. */
PyObject *make_rule(PyObject *Py_UNUSED(module), PyObject *args)
{
    State *state = here();
    PyObject *nodes, *outputs;
    int inputs, columns[MOST_COLUMNS];
    if (!PyArg_ParseTuple(args, "iO!O!", &inputs, &PyList_Type, &nodes, &PyList_Type, &outputs))
        return NULL;
    Py_ssize_t count = PyList_GET_SIZE(nodes), results = PyList_GET_SIZE(outputs);
    Drawn *drawn = PyMem_RawCalloc(1, sizeof(Drawn));
    if (!drawn)
        return PyErr_NoMemory();
    drawn->inputs = inputs;
    drawn->results = (int)results;
    bool known = inputs >= 2 && inputs <= count && results == inputs - 1 && inputs <= MOST_INPUTS;
    for (Py_ssize_t i = 0; known && i < count; i++)
        known = add_column(state, drawn, nodes, i, columns);
    for (Py_ssize_t i = 0; known && i < results; i++)
        known = (drawn->result[i]
                 = column_of(nodes, count, PyList_GET_ITEM(outputs, i), columns)) >= 0;
    PyObject *capsule = known ? PyCapsule_New(drawn, "rule", free_rule) : Py_NewRef(Py_None);
    if (!known || !capsule)
        PyMem_RawFree(drawn);
    return capsule;
}

/* The columns of a block of leaves; which of them hold one number that all share, and which the
 * same as for the block before. Powers of a count of steps, for example, are computed once. */
typedef struct {
    Column columns[MOST_COLUMNS], zeros;
    bool shared[MOST_COLUMNS], kept[MOST_COLUMNS];
    double before[MOST_INPUTS];
} Blocks;

static void fill(double *column, int from, double number)
{
    for (int i = from; i < BLOCK; i++)
        column[i] = number;
}

static void begin(const Drawn *drawn, Blocks *blocks)
{
    memset(blocks->zeros, 0, sizeof(Column));
    for (int k = 0; k < drawn->columns; k++) {
        fill(blocks->columns[k], 0, drawn->constants[k]);
        blocks->shared[k] = blocks->kept[k] = k >= drawn->inputs && !drawn->steps[k].code;
    }
}

/* Compute the columns of all steps for so many leaves, whose inputs are there. */
static void compute(const Drawn *drawn, Blocks *blocks, int count)
{
    Column *columns = blocks->columns;
    for (int k = 0; k < drawn->columns; k++) {
        const Step *step = &drawn->steps[k];
        bool *shared = &blocks->shared[k], *kept = &blocks->kept[k];
        if (k < drawn->inputs) {
            fill(columns[k], count, columns[k][0]);
            *kept = *shared && !memcmp(columns[k], &blocks->before[k], sizeof(double));
            *shared = !memcmp(columns[k], columns[k] + 1, sizeof(Column) - sizeof(double));
            *kept = *kept && *shared;
            blocks->before[k] = columns[k][0];
        } else if (step->code && !(blocks->shared[step->x] && blocks->shared[step->y])) {
            *shared = *kept = false;
            step->code->columns(columns[step->x], columns[step->y], columns[k], blocks->zeros);
        } else if (step->code) {
            *kept = *shared && blocks->kept[step->x] && blocks->kept[step->y];
            *shared = true;
            double x = columns[step->x][0], y = columns[step->y][0];
            if (!*kept)
                fill(columns[k], 0, step->code->value(x, y, 0.0));
            blocks->zeros[0] += 0.0 * columns[k][0];
        }
    }
}

/* Compute where all leaves that have a gradient go, as blocks of a column for each result; false
 * where a number is not finite, of which Python warns, or one of them is no leaf. */
static bool computed(State *state, const Drawn *drawn, Values leaves, const double *states,
                     Column *moved, Blocks *blocks)
{
    Py_ssize_t width = drawn->inputs - 2, last = leaves.count - 1;
    int count = 0;
    begin(drawn, blocks);
    for (Py_ssize_t at = 0; at <= last; at++) {
        Node *leaf = value_at(leaves, at);
        if (!is_value(state, leaf) || (leaf->has_grad && leaf->depth)) /* `op` is a line further */
            return false;
        if (leaf->has_grad) {
            blocks->columns[0][count] = leaf->data;
            blocks->columns[1][count] = leaf->grad;
            for (Py_ssize_t k = 0; k < width; k++)
                blocks->columns[2 + k][count] = states[at * width + k];
            count++;
        }
        if (count == BLOCK || (count && at == last)) {
            compute(drawn, blocks, count);
            for (int k = 0; k < drawn->results; k++)
                memcpy(moved++, blocks->columns[drawn->result[k]], sizeof(Column));
            count = 0;
        }
    }
    double zero = 0.0;
    for (int i = 0; i < BLOCK; i++)
        zero += blocks->zeros[i];
    return zero == 0.0;
}

/* Move the leaves that have a gradient, and their states, to what was computed. */
static void go(State *state, const Drawn *drawn, Values leaves, double *states,
               const Column *moved)
{
    int64_t now = state->clock->now + 1;
    int place = 0, width = drawn->results - 1;
    for (Py_ssize_t at = 0; at < leaves.count; at++, states += width) {
        Node *leaf = value_at(leaves, at);
        if (!leaf->has_grad)
            continue;
        state->clock->now = now;
        set_data(leaf, moved[0][place], now);
        for (int k = 0; k < width; k++)
            states[k] = moved[k + 1][place];
        if (++place == BLOCK) {
            place = 0;
            moved += drawn->results;
        }
    }
}

/* move(rule, leaves, states): move those in a list or a tuple that have a gradient, and their
 * states, as one change; False where Python has to. */
PyObject *move_all(PyObject *Py_UNUSED(module), PyObject *args)
{
    State *state = here();
    PyObject *capsule, *given;
    Py_buffer states;
    bool done = false;
    if (!PyArg_ParseTuple(args, "OOw*", &capsule, &given, &states))
        return NULL;
    const Drawn *drawn = PyCapsule_GetPointer(capsule, "rule");
    bool several = PyList_Check(given) || PyTuple_Check(given);
    Values leaves = several ? values_in(given) : (Values){NULL, 0};
    if (drawn && several && fit(leaves, &states, drawn->results - 1)) {
        size_t most = (leaves.count / BLOCK + 1) * drawn->results * sizeof(Column);
        Blocks *blocks = PyMem_RawMalloc(sizeof(Blocks) + most);
        Column *moved = (Column *)(blocks + 1);
        done = blocks && computed(state, drawn, leaves, states.buf, moved, blocks);
        if (done)
            go(state, drawn, leaves, states.buf, moved);
        PyMem_RawFree(blocks);
    }
    PyBuffer_Release(&states);
    return PyErr_Occurred() ? NULL : PyBool_FromLong(done);
}

/* ==== What holds them ==== */

/* Whether a dict has these names and items, one after the other, but for names that do not count. */
static bool has_items(PyObject *dict, PyObject *contents, PyObject *ignored)
{
    PyObject *name, *item;
    Py_ssize_t at = 0, place = 0, count = PyTuple_GET_SIZE(contents);
    while (PyDict_Next(dict, &place, &name, &item)) {
        if (ignored && PySet_Contains(ignored, name))
            continue;
        if (at + 2 > count || PyTuple_GET_ITEM(contents, at) != name
            || PyTuple_GET_ITEM(contents, at + 1) != item)
            return false;
        at += 2;
    }
    return at == count;
}

static bool has_members(PyObject *list, PyObject *contents)
{
    Py_ssize_t count = PyTuple_GET_SIZE(contents);
    bool same = PyList_GET_SIZE(list) == count;
    for (Py_ssize_t i = 0; same && i < count; i++)
        same = PyList_GET_ITEM(list, i) == PyTuple_GET_ITEM(contents, i);
    return same;
}

/* holds(held, ignored): whether lists, dicts and modules, the latter weakly, hold what they did: of
 * dicts and modules names and items. Attributes of modules whose names are `ignored` may differ. */
PyObject *still_holds(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *held, *ignored;
    bool same = true;
    if (!PyArg_ParseTuple(args, "O!O!", &PyTuple_Type, &held, &PyFrozenSet_Type, &ignored))
        return NULL;
    for (Py_ssize_t i = 0; same && i < PyTuple_GET_SIZE(held); i++) {
        PyObject *holder, *contents;
        if (!PyArg_ParseTuple(PyTuple_GET_ITEM(held, i), "OO!", &holder, &PyTuple_Type, &contents))
            return NULL;
        if (PyList_Check(holder)) {
            same = has_members(holder, contents);
        } else if (PyDict_Check(holder)) {
            same = has_items(holder, contents, NULL);
        } else {
            PyObject *module = PyObject_CallNoArgs(holder);
            PyObject *dict = module ? PyObject_GenericGetDict(module, NULL) : NULL;
            same = dict && PyDict_Check(dict) && has_items(dict, contents, ignored);
            Py_XDECREF(module);
            Py_XDECREF(dict);
            if (PyErr_Occurred())
                return NULL;
        }
    }
    return PyBool_FromLong(same);
}
