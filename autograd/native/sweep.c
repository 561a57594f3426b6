/* The reverse pass over floats: with each gradient in its node, or the wanted ones given out.
 *
 * Sums are made in the order of the Python engine: see the levels in pass.c. A gradient of 0
 * contributes exactly 0, whatever the local derivative.
 */

#include "engine.h"

static inline void add_term(Pass *pass, Node *node, double term)
{
    if (node->stamp == pass->stamp) {
        node->sum += term;
        return;
    }
    node->sum = term;
    reach(pass, node);
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
        node->sum = 0.0;
        node->has_grad = node->has_grad && !pass->keeps;
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

/* Whether the rule for an operand is None; 1 if so, -1 for an error. */
static int blocks(const Row *op, Py_ssize_t position)
{
    if (op->code)
        return !op->code->rules[position];
    if (op->loop != NO_LOOP)
        return 0;
    PyObject *rules = PyObject_GetAttrString((PyObject *)op, "pullbacks");
    PyObject *rule = rules ? PySequence_GetItem(rules, op->arity ? position : 0) : NULL;
    int answer = rule ? rule == Py_None : -1;
    Py_XDECREF(rules);
    Py_XDECREF(rule);
    return answer;
}

/* A gradient of 0, as behind a relu that is off, only marks the operands as reached. */
static int send_zero(Pass *pass, const Node *node)
{
    for (Py_ssize_t i = 0; i < operand_count(node); i++) {
        Node *operand = node_at(pass->state, node, i);
        if (!operand || operand->stamp == pass->stamp)
            continue;
        int blocked = blocks(node->op, i);
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
    add_term(pass, operand, rule(node->sum, node->data, x, y, z));
    return 0;
}

static int send_by_rules(Pass *pass, const Node *node)
{
    State *state = pass->state;
    const Operand *operand = node->operand;
    int numbers = node->numbers;
    if (node->layout == ONE) /* of a number where a trace made it */
        return numbers ? 0 : send_by_rule(pass, node, 0, operand[0].node, operand[0].node->data,
                                          0.0, 0.0);
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

/* Each term of a sum gets g, each factor of a sum of products g times its partner. */
static void send_by_loop(Pass *pass, const Node *node)
{
    State *state = pass->state;
    Py_ssize_t count = operand_count(node), half = count / 2;
    double g = node->sum;
    bool finite = isfinite(g), products = node->op->loop == PRODUCTS;
    for (Py_ssize_t i = 0; i < count; i++) {
        Node *operand = node_at(state, node, i);
        if (operand) {
            double slope = products ? data_at(state, node, i < half ? i + half : i - half) : 1.0;
            add_term(pass, operand, finite || slope != 0.0 ? g * slope : 0.0);
        }
    }
}

static int send_by_python(Pass *pass, Node *node)
{
    PyObject *terms = terms_by_python(pass, node, node->sum);
    int status = terms ? 0 : -1;
    for (Py_ssize_t i = 0; status == 0 && i < PyList_GET_SIZE(terms); i++) {
        PyObject *term = PyList_GET_ITEM(terms, i);
        Node *operand = node_at(pass->state, node, i);
        if (!operand)
            continue;
        if (term == Py_None) {
            status = block(pass, operand);
            continue;
        }
        double number = PyFloat_AsDouble(term);
        if (number == -1.0 && PyErr_Occurred())
            status = -1;
        else
            add_term(pass, operand, number);
    }
    Py_XDECREF(terms);
    return status;
}

/* -1 without an error for a rule of users, where gradients are given out: it is called only if it
 * is needed, and may start any other pass. */
static int send(Pass *pass, Node *node)
{
    const Row *op = node->op;
    if (node->sum == 0.0)
        return send_zero(pass, node);
    if (op->code)
        return send_by_rules(pass, node);
    if (op->loop != NO_LOOP) {
        send_by_loop(pass, node);
        return 0;
    }
    return pass->keeps || op->ours ? send_by_python(pass, node) : -1;
}

/* ==== The pass ==== */

/* Asked in C: other code, which Python would let run, may be a pass over the same leaves. */
static bool any_stale(const Pass *pass)
{
    bool stale = pass->stale;
    for (int32_t depth = pass->deepest; depth > 0 && !stale; depth--) {
        for (Node *node = pass->levels[depth].first; node && !stale; node = node->next)
            stale = is_stale(pass->state, node);
    }
    return stale;
}

/* Go down from the nodes that have a sum; -1 without an error if the graph is stale. */
static int sweep(Pass *pass)
{
    for (int32_t depth = pass->deepest; depth > 0; depth--) {
        for (Node *node = pass->levels[depth].first; node; node = node->next) {
            if (pass->keeps) {
                node->grad = node->sum;
                node->has_grad = true;
            }
            pass->oldest = node->version < pass->oldest ? node->version : pass->oldest;
            if (send(pass, node) < 0)
                return -1;
        }
    }
    if (pass->blocked.count && forget_blocked(pass) < 0)
        return -1;
    for (Node *leaf = pass->levels[0].first; leaf; leaf = leaf->next)
        pass->newest = leaf->version > pass->newest ? leaf->version : pass->newest;
    return pass->newest > pass->oldest && any_stale(pass) ? -1 : 0;
}

/* Set the gradients below the root; those of leaves add up, all or none. */
static PyObject *run(State *state, Node *root, double gradient)
{
    Pass pass;
    if (begin_pass(&pass, state, root->depth) < 0)
        return NULL;
    pass.keeps = true;
    add_term(&pass, root, gradient);
    int status = sweep(&pass);
    for (Node *leaf = status < 0 ? NULL : pass.levels[0].first; leaf; leaf = leaf->next)
        add_to_gradient(leaf, leaf->sum);
    if (status < 0 && !PyErr_Occurred()) {
        Py_XDECREF(PyObject_CallOneArg(state->check_all_fresh, (PyObject *)root));
        if (!PyErr_Occurred())
            PyErr_SetString(PyExc_RuntimeError, "the graph has changed during its backward pass");
    }
    end_pass(&pass);
    return status < 0 ? NULL : Py_NewRef(Py_None);
}

/* Compute gradients of the weighted sum of the outputs; -1 without an error if Python has to. */
int go_down(Pass *pass, PyObject *outputs, PyObject *weights)
{
    pass->keeps = false;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(outputs); i++)
        add_term(pass, (Node *)PyTuple_GET_ITEM(outputs, i),
                 PyFloat_AS_DOUBLE(PyTuple_GET_ITEM(weights, i)));
    return sweep(pass);
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
    return in_python(self, "_python_backward", args, count, names);
}
