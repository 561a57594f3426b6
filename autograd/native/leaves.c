/* Passes over many leaves: their numbers written as one change, and a rule applied to each.
 *
 * Where Python has to look closer the answer says so, and nothing has happened.
 */

#include "engine.h"

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
        if (!gradients) {
            node->data = PyFloat_AS_DOUBLE(number);
            node->version = state->clock->now;
        } else if ((node->has_grad = number != Py_None)) {
            node->grad = PyFloat_AS_DOUBLE(number);
        }
    }
    Py_RETURN_TRUE;
}

/* ==== A rule that was drawn as a graph ==== */

typedef struct {
    PyObject *inputs;  /* leaves: a number, its gradient, the numbers of its state */
    PyObject *order;   /* the nodes of the rule, operands before consumers */
    PyObject *outputs; /* the new number, and those of the state */
} Drawn;

static inline Node *item(PyObject *nodes, Py_ssize_t at)
{
    return (Node *)PyList_GET_ITEM(nodes, at);
}

/* Compute the rule for a leaf; false where its numbers, or what comes of them, are rare. */
static bool compute(State *state, const Drawn *drawn, const Node *leaf, PyObject *numbers)
{
    if (!PyTuple_CheckExact(numbers)
        || PyTuple_GET_SIZE(numbers) != PyList_GET_SIZE(drawn->inputs) - 2)
        return false;
    item(drawn->inputs, 0)->data = leaf->data;
    item(drawn->inputs, 1)->data = leaf->grad;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(numbers); i++) {
        if (!PyFloat_CheckExact(PyTuple_GET_ITEM(numbers, i)))
            return false;
        item(drawn->inputs, i + 2)->data = PyFloat_AS_DOUBLE(PyTuple_GET_ITEM(numbers, i));
    }
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(drawn->order); i++) {
        Node *node = item(drawn->order, i);
        double x = data_at(state, node, 0), y = node->layout == TWO ? data_at(state, node, 1) : 0.0;
        node->data = node->op->code->value(x, y, 0.0);
        if (!isfinite(node->data))
            return false;
    }
    return true;
}

/* Append the new number of the leaf, and put the new state in the place of the former. */
static int keep(const Drawn *drawn, PyObject *after, PyObject *states, Py_ssize_t at)
{
    PyObject *number = PyFloat_FromDouble(item(drawn->outputs, 0)->data);
    PyObject *numbers = PyTuple_New(PyList_GET_SIZE(drawn->outputs) - 1);
    int status = number && numbers ? PyList_Append(after, number) : -1;
    for (Py_ssize_t i = 0; status == 0 && i < PyTuple_GET_SIZE(numbers); i++) {
        PyObject *new = PyFloat_FromDouble(item(drawn->outputs, i + 1)->data);
        PyTuple_SET_ITEM(numbers, i, new);
        status = new ? 0 : -1;
    }
    Py_XDECREF(number);
    return status < 0 ? (Py_XDECREF(numbers), -1) : PyList_SetItem(states, at, numbers);
}

/* apply_rule(inputs, order, outputs, leaves, states): the leaves that have a gradient, their new
 * numbers, and all states; None where Python has to do it. */
PyObject *apply_rule(PyObject *Py_UNUSED(module), PyObject *args)
{
    State *state = here();
    PyObject *leaves, *states;
    Drawn drawn;
    if (!PyArg_ParseTuple(args, "O!O!O!O!O!", &PyList_Type, &drawn.inputs, &PyList_Type,
                          &drawn.order, &PyList_Type, &drawn.outputs, &PyList_Type, &leaves,
                          &PyList_Type, &states))
        return NULL;
    PyObject *moved = PyList_New(0), *after = PyList_New(0);
    PyObject *later = PyList_GetSlice(states, 0, PyList_GET_SIZE(states)), *result = NULL;
    bool known = moved && after && later && PyList_GET_SIZE(leaves) == PyList_GET_SIZE(later);
    for (Py_ssize_t i = 0; known && i < PyList_GET_SIZE(leaves); i++) {
        PyObject *leaf = PyList_GET_ITEM(leaves, i);
        known = is_node(state, leaf) && i < PyList_GET_SIZE(later);
        if (known && ((Node *)leaf)->has_grad)
            known = compute(state, &drawn, (Node *)leaf, PyList_GET_ITEM(later, i))
                    && PyList_Append(moved, leaf) == 0 && keep(&drawn, after, later, i) == 0;
    }
    if (known) {
        result = PyTuple_Pack(3, moved, after, later);
    } else if (!PyErr_Occurred()) {
        result = Py_NewRef(Py_None);
    }
    Py_XDECREF(moved);
    Py_XDECREF(after);
    Py_XDECREF(later);
    return result;
}
