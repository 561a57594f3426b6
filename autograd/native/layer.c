/* Calls of the modules of nn in their scopes, and the outputs of the neurons of a layer.
 *
 * `outputs` is the loop of nn/layers/dense.py without Python between the nodes. All that could run
 * code of users (derived classes, functions of their own, warnings), that needs another mode (lines)
 * or is new (a scope) is left to that loop: the answer is None, and nothing has happened.
 */

#include "engine.h"

/* The mode of a scope that was entered before in this one: borrowed, or NULL. */
static PyObject *known_inside(State *state, PyObject *mode, PyObject *name)
{
    bool plain = name && PyUnicode_CheckExact(name) && (PyObject *)Py_TYPE(mode) == state->Mode;
    return plain ? PyDict_GetItemWithError(slot(mode, state->_inside_at), name) : NULL;
}

/* End a scope, as its `leave` does, which is asked if another block has begun or ended since. */
static int leave(State *state, PyObject *name, PyObject *before, PyObject *inner)
{
    PyObject *mode = current_mode(state), *done = NULL;
    if (mode == inner) {
        done = PyContextVar_Set(state->current, before);
    } else if (mode) {
        PyObject *block = PyObject_CallOneArg(state->scope, name);
        done = block ? PyObject_CallMethod(block, "leave", "O", before) : NULL;
        Py_XDECREF(block);
    }
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
    PyObject *result = NULL, *before = current_mode(state);
    PyObject *inner = before ? Py_XNewRef(known_inside(state, before, given[0])) : NULL;
    if (before && !inner && !PyErr_Occurred())
        inner = PyObject_CallMethod(before, "inside", "OO", given[0], state->scope);
    PyObject *token = inner ? PyContextVar_Set(state->current, inner) : NULL;
    if (token) {
        PyObject *type, *error, *traceback;
        result = PyObject_Call(given[1], given[2], given[3]);
        PyErr_Fetch(&type, &error, &traceback);
        if (leave(state, given[0], before, inner) < 0) {
            Py_CLEAR(result);
            Py_XDECREF(type);
            Py_XDECREF(error);
            Py_XDECREF(traceback);
        } else {
            PyErr_Restore(type, error, traceback);
        }
    }
    Py_XDECREF(token);
    Py_XDECREF(inner);
    Py_XDECREF(before);
    return result;
}

/* ==== The neurons of a layer ==== */

typedef struct {
    PyObject *x;
    int32_t depth;        /* of the deepest of x */
    PyObject *mode;       /* of the layer */
    bool record;
    PyObject *operations; /* rows, and their second operands, by activation */
} Example;

/* A node, for which the reference to an operand is given; NULL where Python may have to warn. */
static Node *made(State *state, bool record, PyObject *place, Row *op, const Operands *operands,
                  double data, Node *operand)
{
    Node *node = NULL;
    if (isfinite(data))
        node = record ? node_with(state, state->node_type, op, operands, data, place)
                      : new_node(state, state->node_type, place);
    if (node)
        node->data = data;
    Py_XDECREF(operand);
    return node;
}

/* activation(w . x + b) of a neuron; NULL without an error if the loop has to compute it. */
static Node *output(State *state, PyObject *neuron, const Example *example)
{
    PyTypeObject *type = state->node_type;
    PyObject *attributes = PyObject_GenericGetDict(neuron, NULL), *x = example->x;
    if (!attributes)
        return NULL;
    PyObject *weights = PyDict_GetItemWithError(attributes, state->weights);
    PyObject *bias = PyDict_GetItemWithError(attributes, state->bias);
    PyObject *function = PyDict_GetItemWithError(attributes, state->activate);
    PyObject *name = PyDict_GetItemWithError(attributes, state->scope_name);
    bool own = PyDict_Contains(attributes, state->output); /* a function of this neuron alone */
    Py_DECREF(attributes);
    if (own || !weights || (PyObject *)Py_TYPE(weights) != state->Vector
        || PyTuple_GET_SIZE(weights) != PyTuple_GET_SIZE(x)
        || !bias || (bias != Py_None && Py_TYPE(bias) != type)
        || !function || !PyFunction_Check(function))
        return NULL;
    PyObject *mode = known_inside(state, example->mode, name);
    PyObject *operation = mode ? PyDict_GetItemWithError(example->operations, function) : NULL;
    int32_t depth = depth_of(state, weights, &type);
    depth = depth > example->depth ? depth : example->depth;
    if (!operation || type != state->node_type || depth < 0)
        return NULL;

    bool record = example->record;
    PyObject *place = slot(mode, state->place_at);
    Operands factors = {.layout = PAIRS, .depth = depth,
                        .operand = {{.many = weights}, {.many = x}}};
    Node *node = made(state, record, place, state->rows[row_of_dot], &factors,
                      sum_of_products(state, weights, x), NULL);
    if (node && bias != Py_None) {
        Node *b = (Node *)bias;
        Operands terms = {.layout = TWO, .depth = node->depth > b->depth ? node->depth : b->depth,
                          .operand = {{.node = node}, {.node = b}}};
        node = made(state, record, place, state->rows[row_of_add], &terms, node->data + b->data,
                    node);
    }
    if (node && PyTuple_GET_SIZE(operation)) {
        Row *op = (Row *)PyTuple_GET_ITEM(operation, 0);
        Operands operand = {.layout = ONE, .depth = node->depth, .operand = {{.node = node}}};
        double y = 0.0;
        if (op->arity == 2) {
            operand.layout = TWO;
            operand.numbers = 2;
            operand.operand[1].number = y = PyFloat_AsDouble(PyTuple_GET_ITEM(operation, 1));
        }
        node = made(state, record, place, op, &operand, op->code->value(node->data, y, 0.0), node);
    }
    return node;
}

/* outputs(neurons, class, inputs, width, operations): a list, neuron by neuron, or None. */
PyObject *outputs(PyObject *Py_UNUSED(module), PyObject *args)
{
    State *state = here();
    PyObject *neurons, *class, *inputs;
    Py_ssize_t width;
    Example example;
    if (!PyArg_ParseTuple(args, "O!OO!nO!", &PyList_Type, &neurons, &class, &PyList_Type, &inputs,
                          &width, &PyDict_Type, &example.operations))
        return NULL;
    Py_ssize_t examples = PyList_GET_SIZE(inputs), count = PyList_GET_SIZE(neurons);
    PyObject *found = PyList_New(count * examples);
    example.mode = found ? current_mode(state) : NULL;
    if (!example.mode) {
        Py_XDECREF(found);
        return NULL;
    }
    example.record = slot(example.mode, state->record_at) == Py_True;
    bool known = example.record || slot(example.mode, state->tracing_at) == Py_None;
    for (Py_ssize_t j = 0; known && j < examples; j++) {
        PyTypeObject *type = state->node_type;
        /* The collector, which a new tuple or dict may start, runs code that may shorten a list */
        example.x = j < PyList_GET_SIZE(inputs)
                        ? plain_vector(state, PyList_GET_ITEM(inputs, j)) : NULL;
        example.depth = example.x ? depth_of(state, example.x, &type) : 0;
        known = example.x && type == state->node_type && PyTuple_GET_SIZE(example.x) == width;
        for (Py_ssize_t i = 0; known && i < count; i++) {
            PyObject *neuron = i < PyList_GET_SIZE(neurons) ? PyList_GET_ITEM(neurons, i) : Py_None;
            Py_INCREF(neuron);
            bool plain = (PyObject *)Py_TYPE(neuron) == class;
            Node *node = plain ? output(state, neuron, &example) : NULL;
            PyList_SET_ITEM(found, i * examples + j, (PyObject *)node);
            known = node != NULL;
            Py_DECREF(neuron);
        }
        Py_XDECREF(example.x);
    }
    Py_DECREF(example.mode);
    if (known)
        return found;
    Py_DECREF(found);
    return PyErr_Occurred() ? NULL : Py_NewRef(Py_None);
}
