/* The reverse pass over floats, with each gradient in its node.
 *
 * All that uses a node lies deeper than it, so going up level by level is a topological order that
 * needs no search. The nodes of a level are linked through `next`, in the order in which they were
 * reached: sums are made in the order of the Python engine. A gradient of 0 contributes exactly 0,
 * whatever the local derivative.
 */

#include "engine.h"

typedef struct {
    Node *first, *last;
} Level;

/* A node that a rule without derivative keeps from its gradient, and the next such of its depth. */
typedef struct {
    Node *node;
    Py_ssize_t next; /* one more than its place, 0 for none */
} Blocked;

typedef struct {
    State *state;
    Node *root;
    Level *levels;           /* by depth */
    Py_ssize_t *blocked_at;  /* by depth: one more than the place of the first; NULL for none */
    Blocked *blocked;
    Py_ssize_t blocked_count, blocked_capacity;
    uint64_t stamp;          /* nodes that were reached; one more: those that were forgotten */
    int64_t oldest;          /* the version of the oldest node above the leaves */
    PyObject *lock;          /* held while rules in Python run; NULL before the first */
} Pass;

static void
reach(Pass *pass, Node *node)
{
    node->stamp = pass->stamp;
    node->next = NULL;
    Level *level = &pass->levels[node->depth];
    if (level->first) {
        level->last->next = node;
    } else {
        level->first = node;
    }
    level->last = node;
}

static inline void
add_term(Pass *pass, Node *node, double term)
{
    if (node->stamp == pass->stamp) {
        node->sum += term;
    } else {
        node->sum = term;
        reach(pass, node);
    }
}

/* ==== Operands without a derivative ==== */

static int
block(Pass *pass, Node *node)
{
    if (!pass->blocked_at) {
        pass->blocked_at = PyMem_Calloc(pass->root->depth + 1, sizeof(Py_ssize_t));
        if (!pass->blocked_at) {
            PyErr_NoMemory();
            return -1;
        }
    }
    if (pass->blocked_count == pass->blocked_capacity) {
        Py_ssize_t capacity = pass->blocked_capacity ? 2 * pass->blocked_capacity : 16;
        Blocked *larger = PyMem_Realloc(pass->blocked, capacity * sizeof(Blocked));
        if (!larger) {
            PyErr_NoMemory();
            return -1;
        }
        pass->blocked = larger;
        pass->blocked_capacity = capacity;
    }
    Blocked *entry = &pass->blocked[pass->blocked_count++];
    entry->node = node;
    entry->next = pass->blocked_at[node->depth];
    pass->blocked_at[node->depth] = pass->blocked_count;
    return 0;
}

/* Call `visit` for each operand that is a node, in order, with its position. */
static int
each_operand(Pass *pass, Node *node, int (*visit)(Pass *, Node *, Node *, Py_ssize_t))
{
    if (node->layout == ONE || node->layout == TWO) {
        for (int i = 0; i < (node->layout == ONE ? 1 : 2); i++) {
            if (!(node->numbers >> i & 1) && visit(pass, node, node->operand[i].node, i) < 0) {
                return -1;
            }
        }
        return 0;
    }
    Py_ssize_t position = 0;
    for (int side = 0; side < (node->layout == PAIRS ? 2 : node->layout == MANY ? 1 : 0); side++) {
        PyObject *members = node->operand[side].many;
        for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(members); i++, position++) {
            PyObject *member = PyTuple_GET_ITEM(members, i);
            if (is_node(pass->state, member) && visit(pass, node, (Node *)member, position) < 0) {
                return -1;
            }
        }
    }
    return 0;
}

static int
block_operand(Pass *pass, Node *node, Node *operand, Py_ssize_t position)
{
    (void)node, (void)position;
    return block(pass, operand);
}

/* Clear the gradients of a level's unreached nodes; other ways to their operands may be blocked. */
static int
forget(Pass *pass, int32_t depth)
{
    Py_ssize_t place = pass->blocked_at[depth];
    while (place) {
        Node *node = pass->blocked[place - 1].node;
        place = pass->blocked[place - 1].next;
        if (node->stamp == pass->stamp || node->stamp == pass->stamp + 1) {
            continue;
        }
        node->stamp = pass->stamp + 1;
        node->has_grad = false;
        if (node->version < pass->oldest) {
            pass->oldest = node->version;
        }
        if (depth && each_operand(pass, node, block_operand) < 0) {
            return -1;
        }
    }
    return 0;
}

/* ==== What a node sends to its operands ==== */

static bool
is_blocked(Node *node, Py_ssize_t position)
{
    const Row *op = node->op;
    return op->blocked >> (op->arity ? position : 0) & 1;
}

/* A gradient of 0, as behind a relu that is off, only marks the operands as reached. */
static int
send_zero(Pass *pass, Node *node, Node *operand, Py_ssize_t position)
{
    if (operand->stamp == pass->stamp) {
        return 0;
    }
    if (is_blocked(node, position)) {
        return block(pass, operand);
    }
    add_term(pass, operand, 0.0);
    return 0;
}

static inline int
send_by_rule(Pass *pass, Node *node, int position, double x, double y)
{
    if (node->numbers >> position & 1) {
        return 0;
    }
    Node *operand = node->operand[position].node;
    Rule rule = node->op->code->rules[position];
    if (!rule) {
        return block(pass, operand);
    }
    add_term(pass, operand, rule(node->grad, node->data, x, y, 0.0));
    return 0;
}

/* Three operands: all contributions are computed before the first is added. */
static int
send_to_three(Pass *pass, Node *node)
{
    PyObject *args = node->operand[0].many;
    const RowCode *code = node->op->code;
    double x[3], term[3];
    for (int i = 0; i < 3; i++) {
        x[i] = data_of(pass->state, PyTuple_GET_ITEM(args, i));
    }
    for (int i = 0; i < 3; i++) {
        term[i] = code->rules[i] ? code->rules[i](node->grad, node->data, x[0], x[1], x[2]) : 0.0;
    }
    for (int i = 0; i < 3; i++) {
        PyObject *arg = PyTuple_GET_ITEM(args, i);
        if (!is_node(pass->state, arg)) {
            continue;
        }
        if (code->rules[i]) {
            add_term(pass, (Node *)arg, term[i]);
        } else if (block(pass, (Node *)arg) < 0) {
            return -1;
        }
    }
    return 0;
}

static int
send_as_it_is(Pass *pass, Node *node, Node *operand, Py_ssize_t position)
{
    (void)position;
    add_term(pass, operand, node->grad);
    return 0;
}

/* Each factor of a sum of products gets g times its partner. */
static void
send_to_factors(Pass *pass, Node *node)
{
    State *state = pass->state;
    PyObject *left = node->layout == PAIRS ? node->operand[0].many : NULL;
    PyObject *all = node->operand[0].many;
    Py_ssize_t half = left ? PyTuple_GET_SIZE(left) : PyTuple_GET_SIZE(all) / 2;
    PyObject *const *x = &PyTuple_GET_ITEM(all, 0);
    PyObject *const *y = left ? &PyTuple_GET_ITEM(node->operand[1].many, 0) : x + half;
    double g = node->grad;
    bool finite = isfinite(g);
    for (int side = 0; side < 2; side++) {
        for (Py_ssize_t i = 0; i < half; i++) {
            if (is_node(state, x[i])) {
                double partner = data_of(state, y[i]);
                add_term(pass, (Node *)x[i], finite || partner != 0.0 ? g * partner : 0.0);
            }
        }
        PyObject *const *former = x;
        x = y;
        y = former;
    }
}

/* Take the lock: other passes wait until this one is done. It is free, because nobody could take it
 * since this pass began (see `backward`), unless an outer pass of this thread has it. */
static int
wait_for_python(Pass *pass)
{
    PyObject *lock = PyObject_GetAttrString(pass->state->turns, "lock");
    PyObject *taken = lock ? PyObject_CallMethod(lock, "acquire", NULL) : NULL;
    if (!taken) {
        Py_XDECREF(lock);
        return -1;
    }
    Py_DECREF(taken);
    pass->lock = lock;
    pass->state->passes_in_python++;
    return 0;
}

static void
done_with_python(Pass *pass)
{
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    pass->state->passes_in_python--;
    Py_XDECREF(PyObject_CallMethod(pass->lock, "release", NULL));
    Py_DECREF(pass->lock);
    PyErr_Restore(type, value, traceback);
}

/* By a rule in Python: it may run any code, also a pass of its own. */
static int
send_by_python(Pass *pass, Node *node)
{
    State *state = pass->state;
    if (!pass->lock && wait_for_python(pass) < 0) {
        return -1;
    }
    int status = -1;
    PyObject *terms = NULL;
    PyObject *args = args_of(state, node);
    PyObject *stamp = args ? PyLong_FromUnsignedLongLong(pass->stamp) : NULL;
    if (stamp) {
        terms = PyObject_CallFunction(state->pulled, "OddOO", node->op, node->grad, node->data, args,
                                      stamp);
    }
    if (!terms || !PyList_Check(terms) || PyList_GET_SIZE(terms) != PyTuple_GET_SIZE(args)) {
        if (terms) {
            PyErr_SetString(PyExc_TypeError, "a rule returned no list of contributions");
        }
        goto done;
    }
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(terms); i++) {
        PyObject *term = PyList_GET_ITEM(terms, i), *arg = PyTuple_GET_ITEM(args, i);
        if (!is_node(state, arg)) {
            continue;
        }
        if (term == Py_None) {
            if (block(pass, (Node *)arg) < 0) {
                goto done;
            }
            continue;
        }
        double number = PyFloat_AsDouble(term);
        if (number == -1.0 && PyErr_Occurred()) {
            goto done;
        }
        add_term(pass, (Node *)arg, number);
    }
    status = 0;
done:
    Py_XDECREF(terms);
    Py_XDECREF(args);
    Py_XDECREF(stamp);
    return status;
}

static int
send(Pass *pass, Node *node)
{
    const Row *op = node->op;
    if (node->grad == 0.0) {
        return each_operand(pass, node, send_zero);
    }
    if (op->code && node->layout == TWO) {
        double x = data_at(node, 0), y = data_at(node, 1);
        return send_by_rule(pass, node, 0, x, y) < 0 ? -1 : send_by_rule(pass, node, 1, x, y);
    }
    if (op->code && node->layout == ONE) {
        return send_by_rule(pass, node, 0, data_at(node, 0), 0.0);
    }
    if (op->code) {
        return send_to_three(pass, node);
    }
    if (op->loop == SUM) {
        return each_operand(pass, node, send_as_it_is);
    }
    if (op->loop && node->layout != TWO) {
        send_to_factors(pass, node);
        return 0;
    }
    return send_by_python(pass, node);
}

/* ==== The pass ==== */

static int
sweep(Pass *pass, double gradient)
{
    Node *root = pass->root;
    add_term(pass, root, gradient);
    for (int32_t depth = root->depth; depth > 0; depth--) {
        for (Node *node = pass->levels[depth].first; node; node = node->next) {
            node->grad = node->sum;
            node->has_grad = true;
            if (node->version < pass->oldest) {
                pass->oldest = node->version;
            }
            if (send(pass, node) < 0) {
                return -1;
            }
        }
        if (pass->blocked_at && pass->blocked_at[depth] && forget(pass, depth) < 0) {
            return -1;
        }
    }
    /* Leaves that changed after a node was computed from them */
    bool stale = false;
    for (Node *leaf = pass->levels[0].first; leaf; leaf = leaf->next) {
        stale = stale || leaf->version > pass->oldest;
    }
    for (Py_ssize_t at = pass->blocked_at ? pass->blocked_at[0] : 0; at;) {
        stale = stale || pass->blocked[at - 1].node->version > pass->oldest;
        at = pass->blocked[at - 1].next;
    }
    if (stale) {
        PyObject *none = PyObject_CallOneArg(pass->state->check_all_fresh, (PyObject *)root);
        Py_XDECREF(none);
        return none ? 0 : -1;
    }
    return 0;
}

static void
add_to_gradient(Node *leaf, double term)
{
    leaf->grad = leaf->has_grad ? leaf->grad + term : term;
    leaf->has_grad = true;
}

/* run_pass(root, gradient): set the gradients below the root; those of leaves add up, all or none. */
PyObject *
run_pass(PyObject *module, PyObject *const *args, Py_ssize_t count)
{
    (void)module;
    State *state = here();
    if (count != 2 || !is_node(state, args[0])) {
        PyErr_SetString(PyExc_TypeError, "a pass takes a Value and a number");
        return NULL;
    }
    double gradient = PyFloat_AsDouble(args[1]);
    if (gradient == -1.0 && PyErr_Occurred()) {
        return NULL;
    }
    state->stamp += 2;
    Node *root = (Node *)args[0];
    Pass pass = {.state = state, .root = root, .stamp = state->stamp, .oldest = root->version};
    Level few[64] = {{NULL, NULL}};
    pass.levels = root->depth < 64 ? few : PyMem_Calloc(root->depth + 1, sizeof(Level));
    if (!pass.levels) {
        return PyErr_NoMemory();
    }
    int status = sweep(&pass, gradient);
    for (Node *leaf = status < 0 ? NULL : pass.levels[0].first; leaf; leaf = leaf->next) {
        add_to_gradient(leaf, leaf->sum);
    }
    if (pass.lock) {
        done_with_python(&pass);
    }
    if (pass.levels != few) {
        PyMem_Free(pass.levels);
    }
    PyMem_Free(pass.blocked_at);
    PyMem_Free(pass.blocked);
    if (status < 0) {
        return NULL;
    }
    Py_RETURN_NONE;
}

/* backward(root, gradient): where a pass waits for Python, the next one is careful. */
PyObject *
backward(PyObject *module, PyObject *const *args, Py_ssize_t count)
{
    State *state = here();
    if (state->passes_in_python) {
        return PyObject_Vectorcall(state->careful_backward, args, count, NULL);
    }
    return run_pass(module, args, count);
}

/* accumulate(leaves, gradients): add gradients that were computed elsewhere, to all or to none. */
PyObject *
accumulate(PyObject *module, PyObject *args)
{
    (void)module;
    State *state = here();
    PyObject *leaves, *terms;
    if (!PyArg_ParseTuple(args, "O!O!", &PyTuple_Type, &leaves, &PyTuple_Type, &terms)) {
        return NULL;
    }
    Py_ssize_t count = PyTuple_GET_SIZE(leaves);
    bool fit = PyTuple_GET_SIZE(terms) == count;
    for (Py_ssize_t i = 0; fit && i < count; i++) {
        fit = is_node(state, PyTuple_GET_ITEM(leaves, i))
              && PyFloat_Check(PyTuple_GET_ITEM(terms, i));
    }
    if (!fit) {
        PyErr_SetString(PyExc_TypeError, "accumulate takes Values and as many floats");
        return NULL;
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        add_to_gradient((Node *)PyTuple_GET_ITEM(leaves, i),
                        PyFloat_AS_DOUBLE(PyTuple_GET_ITEM(terms, i)));
    }
    Py_RETURN_NONE;
}
