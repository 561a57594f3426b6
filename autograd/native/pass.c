/* Passes over a graph: its nodes by depth, and the lock while rules in Python run; and its order.
 *
 * All that uses a node lies deeper than it, so going up or down level by level is a topological
 * order that needs no search. The nodes of a level are linked through `next`, in the order in which
 * they were reached. What a pass knows of a node is in the node, and counts while it has its stamp.
 */

#include "engine.h"

/* Begin a pass below nodes of some depth; -1 with an error for want of memory. */
int begin_pass(Pass *pass, State *state, int32_t deepest)
{
    pass->state = state;
    pass->deepest = deepest;
    pass->lock = pass->outer = NULL;
    pass->blocked = (Stack){NULL, 0, 0};
    pass->oldest = INT64_MAX;
    pass->newest = INT64_MIN;
    pass->stale = false;
    pass->levels = pass->few;
    if (pass->deepest < SHALLOW) {
        memset(pass->few, 0, (pass->deepest + 1) * sizeof(Level));
    } else if (!(pass->levels = PyMem_Calloc(pass->deepest + 1, sizeof(Level)))) {
        PyErr_NoMemory();
        return -1;
    }
    pass->stamp = state->stamp += 2;
    return 0;
}

/* Whether an operand has changed since the node was computed. */
bool is_stale(State *state, const Node *node)
{
    for (Py_ssize_t i = 0; i < operand_count(node); i++) {
        Node *operand = node_at(state, node, i);
        if (operand && operand->version > node->version)
            return true;
    }
    return false;
}

/* ==== Rules in Python ==== */

/* Take the lock: other passes wait until this one is done. It is free, because nobody could take it
 * since this pass began (see `backward`), unless an outer pass of this thread has it. The collector
 * waits as well: it may start a pass, and until the end nothing would refuse that. */
static int take_lock(Pass *pass)
{
    State *state = pass->state;
    int collects = PyGC_Disable();
    PyObject *lock = PyObject_GetAttrString(state->turns, "lock"), *token = NULL;
    PyObject *taken = lock ? PyObject_CallMethod(lock, "acquire", NULL) : NULL;
    if (taken) {
        pass->lock = Py_NewRef(lock);
        state->passes_in_python++;
        /* For a pass that begins in a rule, and in what else runs between: handlers of signals */
        unsigned long long stamp = pass->stamp;
        PyObject *own = Py_BuildValue("(KK)", stamp, stamp + 1), *all = NULL;
        if (own && PyContextVar_Get(state->under_way, NULL, &pass->outer) == 0)
            all = PySequence_Concat(pass->outer, own);
        token = all ? PyContextVar_Set(state->under_way, all) : NULL;
        Py_XDECREF(own);
        Py_XDECREF(all);
    }
    int status = token ? 0 : -1;
    Py_XDECREF(lock);
    Py_XDECREF(taken);
    Py_XDECREF(token);
    if (collects)
        PyGC_Enable();
    return status;
}

void end_pass(Pass *pass)
{
    if (pass->lock) {
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
    if (pass->levels != pass->few)
        PyMem_Free(pass->levels);
    PyMem_RawFree(pass->blocked.items);
}

/* What a rule in Python makes of g for each of the operands, as a list of numbers and None. The rule
 * may run any code, also a pass of its own. */
PyObject *terms_by_python(Pass *pass, const Node *node, double g)
{
    if (!pass->lock && take_lock(pass) < 0)
        return NULL;
    PyObject *args = args_of(pass->state, node);
    PyObject *terms = args ? PyObject_CallFunction(pass->state->pulled, "OddO", (PyObject *)node->op,
                                                   g, node->data, args)
                           : NULL;
    Py_XDECREF(args);
    if (terms && (!PyList_Check(terms) || PyList_GET_SIZE(terms) != operand_count(node))) {
        PyErr_SetString(PyExc_TypeError, "a rule returned no list of contributions");
        Py_CLEAR(terms);
    }
    return terms;
}

/* ==== Derivatives that are given out ==== */

bool are_nodes(State *state, PyObject *given)
{
    bool fit = true;
    for (Py_ssize_t i = 0; fit && i < PyTuple_GET_SIZE(given); i++)
        fit = is_node(state, PyTuple_GET_ITEM(given, i));
    return fit;
}

static bool are_floats(PyObject *given, Py_ssize_t count)
{
    bool fit = PyTuple_GET_SIZE(given) == count;
    for (Py_ssize_t i = 0; fit && i < count; i++)
        fit = PyFloat_Check(PyTuple_GET_ITEM(given, i));
    return fit;
}

static int32_t deepest_of(PyObject *nodes)
{
    int32_t deepest = 0;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(nodes); i++) {
        int32_t depth = ((Node *)PyTuple_GET_ITEM(nodes, i))->depth;
        deepest = depth > deepest ? depth : deepest;
    }
    return deepest;
}

static void give_out(const Pass *pass, PyObject *nodes, PyObject *found)
{
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(nodes); i++) {
        Node *node = (Node *)PyTuple_GET_ITEM(nodes, i);
        double sum = node->stamp - pass->stamp <= 1 ? node->sum : 0.0;
        PyList_SET_ITEM(found, i, PyFloat_FromDouble(sum));
    }
}

/* derivatives(outputs, variables, weights, forward): those of the weighted sum of outputs by each
 * variable; forward, those of each output along the weighted variables. No gradient is touched.
 * None if Python has to find them, or what is wrong. */
PyObject *derivatives(PyObject *Py_UNUSED(module), PyObject *args)
{
    State *state = here();
    PyObject *outputs, *variables, *weights;
    int forward;
    if (!PyArg_ParseTuple(args, "O!O!O!p", &PyTuple_Type, &outputs, &PyTuple_Type, &variables,
                          &PyTuple_Type, &weights, &forward))
        return NULL;
    PyObject *weighted = forward ? variables : outputs, *wanted = forward ? outputs : variables;
    PyObject *found = PyList_New(PyTuple_GET_SIZE(wanted)); /* first, as in topological_order */
    int status = -1;
    Pass pass;
    if (found && !state->passes_in_python && are_nodes(state, outputs)
        && are_nodes(state, variables) && are_floats(weights, PyTuple_GET_SIZE(weighted))
        && begin_pass(&pass, state, deepest_of(outputs)) == 0) {
        status = forward ? go_up(&pass, outputs, variables, weights)
                         : go_down(&pass, outputs, weights);
        if (status == 0)
            give_out(&pass, wanted, found);
        end_pass(&pass);
    }
    if (status == 0 && !PyErr_Occurred())
        return found;
    Py_XDECREF(found);
    return PyErr_Occurred() ? NULL : Py_NewRef(Py_None);
}

/* ==== The order of a graph, operands before what uses them ==== */

/* Open a node: on the stack lie the nodes on the way from the root, each with its next operand. */
static bool open_node(Stack *way, Node *node, uint64_t stamp)
{
    node->stamp = stamp;
    return push(way, node) && push(way, NULL);
}

/* topological_order(*roots): as autograd.topological_order; None if it has to be found in Python. */
PyObject *topological_order(PyObject *Py_UNUSED(module), PyObject *const *roots, Py_ssize_t count)
{
    State *state = here();
    PyObject *order = PyList_New(0); /* first: it may start the collector, and so a pass */
    if (!order)
        return NULL;
    bool known = !state->passes_in_python; /* whose stamps must stay */
    for (Py_ssize_t i = 0; i < count; i++)
        known = known && is_node(state, roots[i]);
    if (!known) {
        Py_DECREF(order);
        Py_RETURN_NONE;
    }
    Stack way = {NULL, 0, 0};
    uint64_t stamp = state->stamp += 2;
    bool ok = true;
    for (Py_ssize_t i = 0; ok && i < count; i++) {
        if (((Node *)roots[i])->stamp != stamp)
            ok = open_node(&way, (Node *)roots[i], stamp);
        while (ok && way.count) {
            Node *node = way.items[way.count - 2];
            Py_ssize_t position = (Py_ssize_t)(intptr_t)way.items[way.count - 1];
            if (position < operand_count(node)) {
                way.items[way.count - 1] = (void *)(intptr_t)(position + 1);
                Node *operand = node_at(state, node, position);
                if (operand && operand->stamp != stamp)
                    ok = open_node(&way, operand, stamp);
            } else {
                way.count -= 2;
                ok = PyList_Append(order, (PyObject *)node) == 0;
            }
        }
    }
    PyMem_RawFree(way.items);
    if (ok)
        return order;
    Py_DECREF(order);
    return PyErr_Occurred() ? NULL : PyErr_NoMemory();
}
