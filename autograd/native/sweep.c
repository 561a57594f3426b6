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

typedef struct {
    State *state;
    Node *root;
    Level *levels;   /* by depth */
    Stack blocked;   /* nodes that a rule without a derivative keeps from their gradient */
    uint64_t stamp;  /* of nodes that were reached; one more: of those that were forgotten */
    int64_t oldest;  /* the version of the oldest node above the leaves */
    int64_t newest;  /* the version of the newest leaf */
    bool stale;      /* an operand of a node that was forgotten has changed since */
    PyObject *lock;  /* held while rules in Python run; NULL before the first */
    PyObject *outer; /* the stamps of the passes that this one runs in; with the lock */
} Pass;

static inline void add_term(Pass *pass, Node *node, double term)
{
    if (node->stamp == pass->stamp) {
        node->sum += term;
        return;
    }
    node->sum = term;
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

/* Whether an operand has changed since the node was computed. */
static bool is_stale(State *state, const Node *node)
{
    for (Py_ssize_t i = 0; i < operand_count(node); i++) {
        Node *operand = node_at(state, node, i);
        if (operand && operand->version > node->version)
            return true;
    }
    return false;
}

static int block(Pass *pass, Node *node)
{
    if (!push(&pass->blocked, node)) {
        PyErr_NoMemory();
        return -1;
    }
    return 0;
}

/* Clear the gradients of nodes that no way leads to but through blocked operands. */
static int forget_blocked(Pass *pass)
{
    while (pass->blocked.count) {
        Node *node = pass->blocked.items[--pass->blocked.count];
        if (node->depth == 0) {
            pass->newest = node->version > pass->newest ? node->version : pass->newest;
            continue;
        }
        if (node->stamp == pass->stamp || node->stamp == pass->stamp + 1)
            continue;
        node->stamp = pass->stamp + 1;
        node->has_grad = false;
        pass->oldest = node->version < pass->oldest ? node->version : pass->oldest;
        pass->stale = pass->stale || is_stale(pass->state, node);
        for (Py_ssize_t i = 0; i < operand_count(node); i++) {
            Node *operand = node_at(pass->state, node, i);
            if (operand && block(pass, operand) < 0)
                return -1;
        }
    }
    return 0;
}

/* ==== What a node sends to its operands ==== */

/* Whether a rule is None; 1 if so, -1 for an error. */
static int blocks(const Row *op, Py_ssize_t position)
{
    if (position < 64)
        return op->blocked >> position & 1;
    PyObject *rules = PyObject_GetAttrString((PyObject *)op, "pullbacks");
    PyObject *rule = rules ? PySequence_GetItem(rules, position) : NULL;
    int answer = rule ? rule == Py_None : -1;
    Py_XDECREF(rules);
    Py_XDECREF(rule);
    return answer;
}

/* A gradient of 0, as behind a relu that is off, only marks the operands as reached. */
static int send_zero(Pass *pass, const Node *node)
{
    const Row *op = node->op;
    for (Py_ssize_t i = 0; i < operand_count(node); i++) {
        Node *operand = node_at(pass->state, node, i);
        if (!operand || operand->stamp == pass->stamp)
            continue;
        int blocked = blocks(op, op->arity ? i : 0);
        if (!blocked) {
            add_term(pass, operand, 0.0);
        } else if (blocked < 0 || block(pass, operand) < 0) {
            return -1;
        }
    }
    return 0;
}

static inline int send_by_rule(Pass *pass, const Node *node, int position, Node *operand, double x,
                               double y, double z)
{
    Rule rule = node->op->code->rules[position];
    if (!rule)
        return block(pass, operand);
    add_term(pass, operand, rule(node->grad, node->data, x, y, z));
    return 0;
}

static int send_by_rules(Pass *pass, const Node *node)
{
    State *state = pass->state;
    const Operand *operand = node->operand;
    int numbers = node->numbers;
    if (node->layout == ONE)
        return send_by_rule(pass, node, 0, operand[0].node, operand[0].node->data, 0.0, 0.0);
    if (node->layout == TWO) {
        double x = numbers & 1 ? operand[0].number : operand[0].node->data;
        double y = numbers & 2 ? operand[1].number : operand[1].node->data;
        if (!(numbers & 1) && send_by_rule(pass, node, 0, operand[0].node, x, y, 0.0) < 0)
            return -1;
        return numbers & 2 ? 0 : send_by_rule(pass, node, 1, operand[1].node, x, y, 0.0);
    }
    PyObject *const *args = &PyTuple_GET_ITEM(operand[0].many, 0); /* three */
    double x = data_of(state, args[0]), y = data_of(state, args[1]), z = data_of(state, args[2]);
    for (int i = 0; i < 3; i++)
        if (is_node(state, args[i]) && send_by_rule(pass, node, i, (Node *)args[i], x, y, z) < 0)
            return -1;
    return 0;
}

static void send_to_terms(Pass *pass, const Node *node)
{
    for (Py_ssize_t i = 0; i < operand_count(node); i++) {
        Node *operand = node_at(pass->state, node, i);
        if (operand)
            add_term(pass, operand, node->grad);
    }
}

/* Each factor of a sum of products gets g times its partner. */
static void send_to_factors(Pass *pass, const Node *node)
{
    State *state = pass->state;
    Py_ssize_t count = operand_count(node), half = count / 2;
    double g = node->grad;
    bool finite = isfinite(g);
    for (Py_ssize_t i = 0; i < count; i++) {
        Node *operand = node_at(state, node, i);
        if (operand) {
            double partner = data_at(state, node, i < half ? i + half : i - half);
            add_term(pass, operand, finite || partner != 0.0 ? g * partner : 0.0);
        }
    }
}

/* Take the lock: other passes wait until this one is done. It is free, because nobody could take it
 * since this pass began (see `backward`), unless an outer pass of this thread has it. */
static int wait_for_python(Pass *pass)
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
    /* For a pass that begins in a rule, and in what else runs between: handlers of signals */
    if (PyContextVar_Get(pass->state->under_way, NULL, &pass->outer) < 0)
        return -1;
    PyObject *own = Py_BuildValue("(K)", (unsigned long long)pass->stamp);
    PyObject *all = own ? PySequence_Concat(pass->outer, own) : NULL;
    PyObject *token = all ? PyContextVar_Set(pass->state->under_way, all) : NULL;
    Py_XDECREF(own);
    Py_XDECREF(all);
    Py_XDECREF(token);
    return token ? 0 : -1;
}

static void done_with_python(Pass *pass)
{
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    if (pass->outer)
        Py_XDECREF(PyContextVar_Set(pass->state->under_way, pass->outer));
    Py_XDECREF(pass->outer);
    pass->state->passes_in_python--;
    Py_XDECREF(PyObject_CallMethod(pass->lock, "release", NULL));
    Py_DECREF(pass->lock);
    PyErr_Restore(type, value, traceback);
}

/* By a rule in Python: it may run any code, also a pass of its own. */
static int send_by_python(Pass *pass, Node *node)
{
    State *state = pass->state;
    if (!pass->lock && wait_for_python(pass) < 0)
        return -1;
    int status = -1;
    PyObject *terms = NULL, *op = (PyObject *)node->op;
    PyObject *args = args_of(state, node);
    if (args)
        terms = PyObject_CallFunction(state->pulled, "OddO", op, node->grad, node->data, args);
    if (!terms || !PyList_Check(terms) || PyList_GET_SIZE(terms) != PyTuple_GET_SIZE(args)) {
        if (terms)
            PyErr_SetString(PyExc_TypeError, "a rule returned no list of contributions");
        goto done;
    }
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(terms); i++) {
        PyObject *term = PyList_GET_ITEM(terms, i), *arg = PyTuple_GET_ITEM(args, i);
        if (!is_node(state, arg))
            continue;
        if (term == Py_None) {
            if (block(pass, (Node *)arg) < 0)
                goto done;
            continue;
        }
        double number = PyFloat_AsDouble(term);
        if (number == -1.0 && PyErr_Occurred())
            goto done;
        add_term(pass, (Node *)arg, number);
    }
    status = 0;
done:
    Py_XDECREF(terms);
    Py_XDECREF(args);
    return status;
}

static int send(Pass *pass, Node *node)
{
    const Row *op = node->op;
    if (node->grad == 0.0)
        return send_zero(pass, node);
    if (op->code)
        return send_by_rules(pass, node);
    if (op->loop == SUM) {
        send_to_terms(pass, node);
        return 0;
    }
    if (op->loop == PRODUCTS && node->layout != TWO) {
        send_to_factors(pass, node);
        return 0;
    }
    return send_by_python(pass, node);
}

/* ==== The pass ==== */

/* Asked in C: other code, which Python would let run, may be a pass over the same leaves. */
static bool any_stale(const Pass *pass)
{
    bool stale = pass->stale;
    for (int32_t depth = pass->root->depth; depth > 0 && !stale; depth--) {
        for (Node *node = pass->levels[depth].first; node && !stale; node = node->next)
            stale = is_stale(pass->state, node);
    }
    return stale;
}

static int refuse_stale(const Pass *pass)
{
    PyObject *none = PyObject_CallOneArg(pass->state->check_all_fresh, (PyObject *)pass->root);
    if (none) {
        Py_DECREF(none);
        PyErr_SetString(PyExc_RuntimeError, "the graph has changed during its backward pass");
    }
    return -1;
}

static int sweep(Pass *pass, double gradient)
{
    add_term(pass, pass->root, gradient);
    for (int32_t depth = pass->root->depth; depth > 0; depth--) {
        for (Node *node = pass->levels[depth].first; node; node = node->next) {
            node->grad = node->sum;
            node->has_grad = true;
            pass->oldest = node->version < pass->oldest ? node->version : pass->oldest;
            if (send(pass, node) < 0)
                return -1;
        }
    }
    if (pass->blocked.count && forget_blocked(pass) < 0)
        return -1;
    for (Node *leaf = pass->levels[0].first; leaf; leaf = leaf->next)
        pass->newest = leaf->version > pass->newest ? leaf->version : pass->newest;
    return pass->newest > pass->oldest && any_stale(pass) ? refuse_stale(pass) : 0;
}

static void add_to_gradient(Node *leaf, double term)
{
    leaf->grad = leaf->has_grad ? leaf->grad + term : term;
    leaf->has_grad = true;
}

/* Set the gradients below the root; those of leaves add up, all or none. */
static PyObject *run(State *state, Node *root, double gradient)
{
    state->stamp += 2;
    Pass pass = {.state = state, .root = root, .stamp = state->stamp,
                 .oldest = root->version, .newest = INT64_MIN};
    Level few[64];
    if (root->depth < 64) {
        memset(few, 0, (root->depth + 1) * sizeof(Level));
        pass.levels = few;
    } else if (!(pass.levels = PyMem_Calloc(root->depth + 1, sizeof(Level)))) {
        return PyErr_NoMemory();
    }
    int status = sweep(&pass, gradient);
    for (Node *leaf = status < 0 ? NULL : pass.levels[0].first; leaf; leaf = leaf->next)
        add_to_gradient(leaf, leaf->sum);
    if (pass.lock)
        done_with_python(&pass);
    if (pass.levels != few)
        PyMem_Free(pass.levels);
    PyMem_RawFree(pass.blocked.items);
    return status < 0 ? NULL : Py_NewRef(Py_None);
}

/* run_pass(root, gradient): whatever else is under way. */
PyObject *run_pass(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t count)
{
    State *state = here();
    if (count != 2 || !is_node(state, args[0])) {
        PyErr_SetString(PyExc_TypeError, "a pass takes a Value and a number");
        return NULL;
    }
    double gradient = PyFloat_AsDouble(args[1]);
    if (gradient == -1.0 && PyErr_Occurred())
        return NULL;
    return run(state, (Node *)args[0], gradient);
}

/* backward(root, gradient): where a pass waits for Python, the next one is careful, and counts as
 * one that waits from before it has the lock until after. */
PyObject *backward(PyObject *module, PyObject *const *args, Py_ssize_t count)
{
    State *state = here();
    if (!state->passes_in_python)
        return run_pass(module, args, count);
    state->passes_in_python++;
    PyObject *none = PyObject_Vectorcall(state->careful_backward, args, count, NULL);
    state->passes_in_python--;
    return none;
}

/* root.backward(), by Python with a gradient, of a leaf, and in a trace. */
PyObject *node_backward(PyObject *self, PyObject *const *args, Py_ssize_t count, PyObject *names)
{
    State *state = here();
    Node *root = (Node *)self;
    if (!count && !names && root->op && !may_be_tracing(state) && !state->passes_in_python)
        return run(state, root, 1.0);
    PyObject *in_python = PyObject_GetAttrString(self, "_python_backward");
    PyObject *none = in_python ? PyObject_Vectorcall(in_python, args, count, names) : NULL;
    Py_XDECREF(in_python);
    return none;
}

/* accumulate(leaves, gradients): add gradients that were computed elsewhere, to all or to none. */
PyObject *accumulate(PyObject *Py_UNUSED(module), PyObject *args)
{
    State *state = here();
    PyObject *leaves, *terms;
    if (!PyArg_ParseTuple(args, "O!O!", &PyTuple_Type, &leaves, &PyTuple_Type, &terms))
        return NULL;
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
