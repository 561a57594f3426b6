/* Passes over many leaves: their numbers read, written and added to, a rule applied to each; and
 * over what holds them.
 *
 * Numbers come and go as buffers of doubles, such as arrays. Where Python has to look closer the
 * answer is False, and nothing has happened.
 */

#include "engine.h"

static inline Node *leaf_at(PyObject *leaves, Py_ssize_t at)
{
    return (Node *)PyTuple_GET_ITEM(leaves, at);
}

static void set_data(Node *leaf, double number, int64_t now)
{
    leaf->data = number;
    leaf->version = now;
}

/* Whether they are Values, with so many doubles for each; else there is an error. */
static bool fit(State *state, PyObject *leaves, const Py_buffer *numbers, Py_ssize_t width)
{
    Py_ssize_t size = PyTuple_GET_SIZE(leaves) * width * (Py_ssize_t)sizeof(double);
    bool fits = numbers->len == size && are_nodes(state, leaves);
    if (!fits)
        PyErr_SetString(PyExc_TypeError, "it takes a tuple of Values and as many doubles");
    return fits;
}

typedef enum { READ, REPLACE, ADD } Change;

/* Read data that was set `since` then, replace it as one change, or add to gradients. */
static PyObject *over_all(PyObject *args, const char *format, Change what)
{
    State *state = here();
    PyObject *leaves;
    Py_buffer numbers;
    long long since = 0;
    if (!PyArg_ParseTuple(args, format, &PyTuple_Type, &leaves, &numbers, &since))
        return NULL;
    bool fits = fit(state, leaves, &numbers, 1);
    int64_t now = state->clock->now += fits && what == REPLACE;
    for (Py_ssize_t i = 0; fits && i < PyTuple_GET_SIZE(leaves); i++) {
        Node *leaf = leaf_at(leaves, i);
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
 * None forgets one; False for anything but Values, as many floats, and data of leaves. */
PyObject *write_all(PyObject *Py_UNUSED(module), PyObject *args)
{
    State *state = here();
    PyObject *values, *numbers;
    int gradients;
    if (!PyArg_ParseTuple(args, "OOp", &values, &numbers, &gradients))
        return NULL;
    if (!PyList_CheckExact(values) || !PyList_CheckExact(numbers)
        || PyList_GET_SIZE(values) != PyList_GET_SIZE(numbers))
        Py_RETURN_FALSE;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(values); i++) {
        PyObject *value = PyList_GET_ITEM(values, i), *number = PyList_GET_ITEM(numbers, i);
        bool fits = PyFloat_CheckExact(number) || (gradients && number == Py_None);
        if (!fits || !is_node(state, value) || (!gradients && ((Node *)value)->op))
            Py_RETURN_FALSE;
    }
    state->clock->now += !gradients;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(values); i++) {
        Node *node = (Node *)PyList_GET_ITEM(values, i);
        PyObject *number = PyList_GET_ITEM(numbers, i);
        if (!gradients)
            set_data(node, PyFloat_AS_DOUBLE(number), state->clock->now);
        else if ((node->has_grad = number != Py_None))
            node->grad = PyFloat_AS_DOUBLE(number);
    }
    Py_RETURN_TRUE;
}

/* ==== A rule that was drawn as a graph, computed for a block of leaves at a time ==== */

enum { BLOCK = 32, MOST_COLUMNS = 96, MOST_INPUTS = 16 };

typedef double Column[BLOCK];

typedef struct {
    Function value;
    int x, y; /* columns */
} Step;

/* Columns are the inputs (a number, its gradient, those of its state), then the constants and the
 * results of the steps as they come. */
typedef struct {
    int inputs, columns, results;
    int result[MOST_INPUTS];  /* columns: the new number, and those of the state */
    Step steps[MOST_COLUMNS]; /* by column; no value for inputs and constants */
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
        || (node->op ? !node->op->code : at >= drawn->inputs))
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
        drawn->steps[drawn->columns] = (Step){node->op->code->value, operands[0], y};
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
        known = (drawn->result[i] = column_of(nodes, count, PyList_GET_ITEM(outputs, i), columns)) >= 0;
    PyObject *capsule = known ? PyCapsule_New(drawn, "rule", free_rule) : Py_NewRef(Py_None);
    if (!known || !capsule)
        PyMem_RawFree(drawn);
    return capsule;
}

/* Compute a block; false where a number is not finite, of which Python warns. What comes of numbers
 * that all leaves share, such as powers of a count of steps, is computed once. */
static bool compute(const Drawn *drawn, Column *columns, int count)
{
    bool shared[MOST_COLUMNS];
    double zero = 0.0;
    for (int k = 0; k < drawn->columns; k++) {
        const Step *step = &drawn->steps[k];
        if (!step->value) {
            shared[k] = !memcmp(columns[k], columns[k] + 1, (count - 1) * sizeof(double));
            continue;
        }
        shared[k] = shared[step->x] && shared[step->y];
        for (int i = 0; i < count; i++) {
            double new = shared[k] && i ? columns[k][0]
                                        : step->value(columns[step->x][i], columns[step->y][i], 0.0);
            columns[k][i] = new;
            zero += 0.0 * new; /* nan as soon as one is infinite or nan */
        }
    }
    return zero == 0.0;
}

/* Compute where all leaves that have a gradient go, as lines of a leaf's place, its new number and
 * those of its state; NULL where Python has to. */
static double *computed(const Drawn *drawn, PyObject *leaves, const double *states, double *moved)
{
    Column columns[MOST_COLUMNS];
    Py_ssize_t places[BLOCK], width = drawn->inputs - 2, last = PyTuple_GET_SIZE(leaves) - 1;
    int count = 0;
    for (int k = 0; k < drawn->columns; k++)
        for (int i = 0; i < BLOCK; i++)
            columns[k][i] = drawn->constants[k];
    for (Py_ssize_t at = 0; at <= last; at++) {
        const Node *leaf = leaf_at(leaves, at);
        if (leaf->has_grad) {
            if (leaf->op)
                return NULL; /* it is no leaf */
            places[count] = at;
            columns[0][count] = leaf->data;
            columns[1][count] = leaf->grad;
            for (Py_ssize_t k = 0; k < width; k++)
                columns[2 + k][count] = states[at * width + k];
            count++;
        }
        if (count == BLOCK || at == last) {
            if (count && !compute(drawn, columns, count))
                return NULL;
            for (int i = 0; i < count; i++) {
                *moved++ = (double)places[i];
                for (int k = 0; k < drawn->results; k++)
                    *moved++ = columns[drawn->result[k]][i];
            }
            count = 0;
        }
    }
    return moved;
}

/* move(rule, leaves, states): move the leaves that have a gradient, and their states, as one
 * change; False where Python has to. */
PyObject *move_all(PyObject *Py_UNUSED(module), PyObject *args)
{
    State *state = here();
    PyObject *capsule, *leaves;
    Py_buffer states;
    if (!PyArg_ParseTuple(args, "OO!w*", &capsule, &PyTuple_Type, &leaves, &states))
        return NULL;
    const Drawn *drawn = PyCapsule_GetPointer(capsule, "rule");
    double *moved = NULL, *end = NULL;
    if (drawn && fit(state, leaves, &states, drawn->results - 1)) {
        size_t line = (drawn->results + 1) * sizeof(double);
        if ((moved = PyMem_RawMalloc(PyTuple_GET_SIZE(leaves) * line)))
            end = computed(drawn, leaves, states.buf, moved);
        else
            PyErr_NoMemory();
    }
    state->clock->now += end > moved;
    for (const double *line = moved; line < end; line += drawn->results + 1) {
        Py_ssize_t place = (Py_ssize_t)line[0], width = drawn->results - 1;
        set_data(leaf_at(leaves, place), line[1], state->clock->now);
        memcpy((double *)states.buf + place * width, line + 2, width * sizeof(double));
    }
    PyMem_RawFree(moved);
    PyBuffer_Release(&states);
    return PyErr_Occurred() ? NULL : PyBool_FromLong(end != NULL);
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
