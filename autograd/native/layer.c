/* Calls in scopes, and the outputs of many rows of weights, each made in a scope of its own. */

#include "engine.h"

/* The mode of a scope that was entered before in this one: borrowed, or NULL. */
static PyObject *known_inside(State *state, PyObject *mode, PyObject *name)
{
    bool plain = name && PyUnicode_CheckExact(name) && (PyObject *)Py_TYPE(mode) == state->Mode;
    return plain ? PyDict_GetItemWithError(slot(mode, state->_inside_at), name) : NULL;
}

/* End a scope; Python is asked if another block has begun or ended since. */
static int leave(State *state, PyObject *name, PyObject *before, PyObject *inner)
{
    PyObject *mode = current_mode(state), *done = NULL;
    if (mode)
        done = mode == inner ? PyContextVar_Set(state->current, before)
                             : PyObject_CallFunctionObjArgs(state->leave, name, before, NULL);
    Py_XDECREF(mode);
    Py_XDECREF(done);
    return done ? 0 : -1;
}

/* called_in(name, function, args, keywords): as autograd.context.called_in. */
PyObject *called_in(PyObject *Py_UNUSED(module), PyObject *const *given, Py_ssize_t count)
{
    State *state = here();
    if (count != 4 || !PyTuple_Check(given[2]) || !PyDict_Check(given[3])) {
        PyErr_SetString(PyExc_TypeError, "called_in takes a name, a function and its arguments");
        return NULL;
    }
    PyObject *name = given[0];
    PyObject *result = NULL, *before = current_mode(state);
    PyObject *inner = before ? Py_XNewRef(known_inside(state, before, name)) : NULL;
    if (before && !inner && !PyErr_Occurred())
        inner = PyObject_CallMethod(before, "inside", "OO", name, state->scope);
    PyObject *token = inner ? PyContextVar_Set(state->current, inner) : NULL;
    if (token) {
        PyObject *type, *error, *traceback;
        result = PyObject_Call(given[1], given[2], given[3]);
        PyErr_Fetch(&type, &error, &traceback);
        if (leave(state, name, before, inner) == 0) {
            PyErr_Restore(type, error, traceback);
        } else {
            Py_CLEAR(result);
            Py_XDECREF(type);
            Py_XDECREF(error);
            Py_XDECREF(traceback);
        }
    }
    Py_XDECREF(token);
    Py_XDECREF(inner);
    Py_XDECREF(before);
    return result;
}

/* ==== Rows of weights ==== */

/* What all rows have in common; references are borrowed. */
typedef struct {
    PyTypeObject *class;  /* of the objects that hold a row */
    PyObject *names;      /* of their attributes: weights, bias, activation, scope, own output */
    PyObject *operations; /* by activation: nothing, or a row of the table and its second operand */
    PyObject *mode;       /* in which the scopes lie */
    int32_t depth;        /* of the deepest input */
} Rows;

/* The node of a result; NULL where Python may have to warn. */
static PyObject *finite_result(State *state, PyObject *mode, Row *op, const Operands *operands,
                           double data)
{
    return isfinite(data) ? recorded_under(state, mode, state->node_type, op, operands, data) : NULL;
}

/* op(x) of a node, or op(x, y) where y is a node or a number; the reference to x is given. */
static PyObject *applied(State *state, PyObject *mode, Row *op, PyObject *x, PyObject *y)
{
    Node *first = (Node *)x;
    Operands operands = {.layout = y ? TWO : ONE, .depth = first->depth, .operand = {{.node = first}}};
    double second = 0.0;
    bool known = !y || take_operand(state, y, &operands, 1, &second) >= 0;
    double data = op->code->value(first->data, second, 0.0);
    PyObject *node = known ? finite_result(state, mode, op, &operands, data) : NULL;
    Py_DECREF(x);
    return node;
}

/* activation(w . x + b) of a row; NULL without an error if it has to be computed in Python. */
static PyObject *output(State *state, const Rows *rows, PyObject *holder, PyObject *x)
{
    PyTypeObject *type = state->node_type;
    if (Py_TYPE(holder) != rows->class)
        return NULL;
    PyObject *attributes = PyObject_GenericGetDict(holder, NULL), *parts[5];
    for (int i = 0; i < 5; i++)
        parts[i] = attributes ? PyDict_GetItemWithError(attributes, PyTuple_GET_ITEM(rows->names, i))
                              : NULL;
    Py_XDECREF(attributes);
    PyObject *weights = parts[0], *bias = parts[1], *activation = parts[2];
    PyObject *mode = known_inside(state, rows->mode, parts[3]);
    if (!mode || parts[4] || !weights || (PyObject *)Py_TYPE(weights) != state->Vector
        || PyTuple_GET_SIZE(weights) != PyTuple_GET_SIZE(x)
        || !bias || (bias != Py_None && Py_TYPE(bias) != type)
        || !activation || !PyFunction_Check(activation))
        return NULL;
    PyObject *operation = PyDict_GetItemWithError(rows->operations, activation);
    Operands factors = {.layout = PAIRS, .depth = rows->depth,
                        .operand = {{.many = weights}, {.many = x}}};
    take_members(state, weights, &factors.depth, &type);
    if (!operation || type != state->node_type || factors.depth < 0)
        return NULL;

    double data = sum_of_products(state, &PyTuple_GET_ITEM(weights, 0), &PyTuple_GET_ITEM(x, 0),
                                  PyTuple_GET_SIZE(x), false);
    PyObject *node = finite_result(state, mode, state->rows[ROW_dot], &factors, data);
    if (node && bias != Py_None)
        node = applied(state, mode, state->rows[ROW_add], node, bias);
    if (node && PyTuple_GET_SIZE(operation)) {
        Row *op = (Row *)PyTuple_GET_ITEM(operation, 0);
        PyObject *second = op->arity == 2 ? PyTuple_GET_ITEM(operation, 1) : NULL;
        node = applied(state, mode, op, node, second);
    }
    return node;
}

/* outputs(holders, class, names, inputs, width, operations): of each row for all inputs in turn.
 *
 * All that could run code of users (derived classes, functions of their own, warnings), that needs
 * another mode (lines) or is new (a scope) is left to Python: None, and nothing has happened. */
PyObject *outputs(PyObject *Py_UNUSED(module), PyObject *args)
{
    State *state = here();
    PyObject *holders, *inputs;
    Py_ssize_t width;
    Rows rows;
    if (!PyArg_ParseTuple(args, "O!O!O!O!nO!", &PyList_Type, &holders, &PyType_Type, &rows.class,
                          &PyTuple_Type, &rows.names, &PyList_Type, &inputs, &width, &PyDict_Type,
                          &rows.operations))
        return NULL;
    Py_ssize_t examples = PyList_GET_SIZE(inputs), count = PyList_GET_SIZE(holders);
    PyObject *found = PyList_New(count * examples);
    if (!found || !(rows.mode = current_mode(state))) {
        Py_XDECREF(found);
        return NULL;
    }
    bool known = slot(rows.mode, state->record_at) == Py_True
                 || slot(rows.mode, state->tracing_at) == Py_None;
    for (Py_ssize_t j = 0; known && j < examples; j++) {
        /* The collector, which a new tuple or dict may start, runs code that may shorten a list */
        PyObject *x = j < PyList_GET_SIZE(inputs)
                          ? plain_vector(state, PyList_GET_ITEM(inputs, j)) : NULL;
        PyTypeObject *type = state->node_type;
        rows.depth = -1;
        known = x && PyTuple_GET_SIZE(x) == width && take_members(state, x, &rows.depth, &type)
                && type == state->node_type;
        for (Py_ssize_t i = 0; known && i < count; i++) {
            PyObject *holder = i < PyList_GET_SIZE(holders) ? PyList_GET_ITEM(holders, i) : Py_None;
            Py_INCREF(holder);
            PyObject *node = output(state, &rows, holder, x);
            PyList_SET_ITEM(found, i * examples + j, node);
            known = node != NULL;
            Py_DECREF(holder);
        }
        Py_XDECREF(x);
    }
    Py_DECREF(rows.mode);
    if (known)
        return found;
    Py_DECREF(found);
    return PyErr_Occurred() ? NULL : Py_NewRef(Py_None);
}
