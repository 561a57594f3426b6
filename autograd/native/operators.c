/* Operators: from operands to a new node, and the class of nodes.
 *
 * Each sorts its operands into nodes and numbers, computes the value, and records it. What is
 * neither a node nor a plain number is asked of Python.
 */

#include "engine.h"

#include <fenv.h>

/* ==== Operands ==== */

/* Take the members of a tuple for operands: the depth of the deepest one and the derived class of
 * all, unless those given are deeper and derived; false if one is neither node nor Constant. */
bool take_members(State *state, PyObject *members, int32_t *depth, PyTypeObject **type)
{
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(members); i++) {
        PyObject *member = PyTuple_GET_ITEM(members, i);
        if (is_node(state, member)) {
            int32_t its = ((Node *)member)->depth;
            *depth = its > *depth ? its : *depth;
            if (Py_TYPE(member) != *type && PyType_IsSubtype(Py_TYPE(member), *type))
                *type = Py_TYPE(member);
        } else if ((PyObject *)Py_TYPE(member) != state->Constant) {
            return false;
        }
    }
    return true;
}

/* Operands as a node keeps them; references are borrowed. */
bool operands_of(State *state, PyObject *args, Operands *found, PyTypeObject **type)
{
    Py_ssize_t count = PyTuple_GET_SIZE(args);
    *found = (Operands){.layout = count == 1 ? ONE : count == 2 ? TWO : MANY,
                        .depth = count ? 0 : -1};
    if (!take_members(state, args, &found->depth, type))
        return false;
    if (found->layout == MANY)
        found->operand[0].many = args;
    for (Py_ssize_t i = 0; found->layout != MANY && i < count; i++) {
        PyObject *arg = PyTuple_GET_ITEM(args, i);
        if (is_node(state, arg)) {
            found->operand[i].node = (Node *)arg;
        } else {
            found->operand[i].number = PyFloat_AS_DOUBLE(arg);
            found->numbers |= 1 << i;
        }
    }
    return true;
}

/* Take an object for an operand: 1 for a node, 0 for a number, -1 for anything else. */
int take_operand(State *state, PyObject *object, Operands *operands, int position, double *data)
{
    double number;
    if (PyFloat_CheckExact(object)) {
        number = PyFloat_AS_DOUBLE(object);
    } else if (PyLong_CheckExact(object)) {
        number = PyLong_AsDouble(object);
        if (number == -1.0 && PyErr_Occurred()) {
            PyErr_Clear(); /* too large: the message is Python's */
            return -1;
        }
    } else if (is_node(state, object)) {
        Node *node = (Node *)object;
        operands->operand[position].node = node;
        if (node->depth > operands->depth)
            operands->depth = node->depth;
        *data = node->data;
        return 1;
    } else if ((PyObject *)Py_TYPE(object) == state->Constant
               || (PyFloat_Check(object) && !(Py_TYPE(object)->tp_flags & Py_TPFLAGS_HEAPTYPE))) {
        number = PyFloat_AS_DOUBLE(object); /* of NumPy; a class of users may convert otherwise */
    } else {
        return -1;
    }
    operands->operand[position].number = number;
    operands->numbers |= 1 << position;
    *data = number;
    return 0;
}

/* ==== Results ==== */

PyObject *current_mode(State *state)
{
    PyObject *mode = NULL;
    PyContextVar_Get(state->current, NULL, &mode);
    return mode;
}

/* The place of a node that is made now. Modes that tell the user's line compute it. */
PyObject *place_under(State *state, PyObject *mode)
{
    PyObject *place = slot(mode, state->place_at);
    return place ? Py_NewRef(place) : PyObject_GetAttrString(mode, "place");
}

/* A result that is rare: not finite, not recorded, or at a place that Python computes. */
static PyObject *rare_result(State *state, PyObject *mode, PyTypeObject *type, Row *op,
                             const Operands *operands, double data)
{
    PyObject *place = place_under(state, mode);
    PyObject *node = NULL, *none = NULL;
    if (place)
        node = (PyObject *)node_with(state, type, op, operands, data, place);
    Py_XDECREF(place);
    if (node && !isfinite(data)) {
        feclearexcept(FE_ALL_EXCEPT); /* NumPy would tell of them at the end of its loop */
        if (!op->total && slot(mode, state->quiet_at) != Py_True) {
            none = PyObject_CallOneArg(state->warn, node);
            if (!none)
                Py_CLEAR(node);
            Py_XDECREF(none);
        }
    }
    if (node && slot(mode, state->record_at) != Py_True) {
        if (slot(mode, state->tracing_at) == Py_None) {
            node_clear(node);
        } else {
            /* Under no_grad in a trace: each call computes it anew, and no gradient passes */
            Py_SETREF(node, PyObject_CallOneArg(state->detached, node));
        }
    }
    return node;
}

/* The result, under a mode, of an operation whose value is known: a node, or a leaf where nothing is
 * recorded. */
PyObject *recorded_under(State *state, PyObject *mode, PyTypeObject *type, Row *op,
                         const Operands *operands, double data)
{
    PyObject *place = slot(mode, state->place_at);
    if (isfinite(data) && place && slot(mode, state->record_at) == Py_True)
        return (PyObject *)node_with(state, type, op, operands, data, place);
    return rare_result(state, mode, type, op, operands, data);
}

PyObject *recorded(State *state, PyTypeObject *type, Row *op, const Operands *operands, double data)
{
    PyObject *mode = current_mode(state);
    PyObject *result = mode ? recorded_under(state, mode, type, op, operands, data) : NULL;
    Py_XDECREF(mode);
    return result;
}

/* ==== Operators ==== */

static PyObject *unary(State *state, int row, PyObject *operand)
{
    Row *op = state->rows[row];
    Node *node = (Node *)operand;
    Operands operands = {.layout = ONE, .depth = node->depth, .operand = {{.node = node}}};
    double data = op->code->value(node->data, 0.0, 0.0);
    return recorded(state, Py_TYPE(node), op, &operands, data);
}

static PyObject *binary(int row, PyObject *left, PyObject *right)
{
    State *state = here();
    Row *op = state->rows[row];
    Operands operands = {.layout = TWO, .depth = 0};
    double x, y;
    int first = take_operand(state, left, &operands, 0, &x);
    int second = take_operand(state, right, &operands, 1, &y);
    if (first < 0 || second < 0) {
        /* A number that is neither float nor int, as a float; NotImplemented for all else */
        PyObject *other = first < 0 ? left : right;
        PyObject *number = PyObject_CallFunctionObjArgs(state->number, other, op, NULL);
        if (!number || number == Py_NotImplemented)
            return number;
        PyObject *result = first < 0 ? binary(row, number, right) : binary(row, left, number);
        Py_DECREF(number);
        return result;
    }
    PyTypeObject *type = !first ? Py_TYPE(right) : Py_TYPE(left);
    if (first && second && Py_TYPE(right) != type && PyType_IsSubtype(Py_TYPE(right), type))
        type = Py_TYPE(right); /* the derived class of both */
    return recorded(state, type, op, &operands, op->code->value(x, y, 0.0));
}

#define BINARY(name, row) \
    static PyObject *name(PyObject *left, PyObject *right) { return binary(row, left, right); }
BINARY(node_add, ROW_add)
BINARY(node_subtract, ROW_sub)
BINARY(node_multiply, ROW_mul)
BINARY(node_divide, ROW_div)

static PyObject *node_power(PyObject *left, PyObject *right, PyObject *modulus)
{
    if (modulus != Py_None)
        Py_RETURN_NOTIMPLEMENTED;
    return binary(ROW_pow, left, right);
}

#define UNARY(name, row) \
    static PyObject *name(PyObject *operand) { return unary(here(), row, operand); }
UNARY(node_negative, ROW_neg)
UNARY(node_absolute, ROW_abs)

/* What Python answers, as 0 or 1; -1 for an error. */
static int answer(PyObject *function, PyObject *left, PyObject *right)
{
    PyObject *found = PyObject_CallFunctionObjArgs(function, left, right, NULL);
    int truth = found ? PyObject_IsTrue(found) : -1;
    Py_XDECREF(found);
    return truth;
}

/* < and its kin are operations; == and != ask whether both are the same object. */
static PyObject *node_compare(PyObject *left, PyObject *right, int relation)
{
    static const int rows[] = {
        [Py_LT] = ROW_less, [Py_LE] = ROW_less_equal,
        [Py_GT] = ROW_greater, [Py_GE] = ROW_greater_equal,
    };
    State *state = here();
    if (relation != Py_EQ && relation != Py_NE)
        return binary(rows[relation], left, right);
    int same = left == right;
    if (!same && (may_be_tracing(state) || !is_node(state, right)))
        same = answer(state->is_same, left, right);
    return same < 0 ? NULL : PyBool_FromLong(same == (relation == Py_EQ));
}

static int node_truth(PyObject *operand)
{
    State *state = here();
    return may_be_tracing(state) ? answer(state->is_true, operand, NULL)
                                 : ((Node *)operand)->data != 0.0;
}

/* ==== Methods ==== */

#define METHOD(name)                                                  \
    static PyObject *                                                 \
    method_##name(PyObject *self, PyObject *Py_UNUSED(none))          \
    {                                                                 \
        return unary(here(), ROW_##name, self);                       \
    }
METHODS(METHOD)

static PyObject *node_zero_grad(PyObject *self, PyObject *Py_UNUSED(none))
{
    if (may_be_tracing(here()))
        return in_python(self, "_python_zero_grad", NULL, 0, NULL);
    ((Node *)self)->has_grad = false;
    Py_RETURN_NONE;
}

PyMethodDef node_methods[] = {
#define ENTRY(name) {#name, method_##name, METH_NOARGS, NULL},
    METHODS(ENTRY)
#undef ENTRY
    {"zero_grad", node_zero_grad, METH_NOARGS, NULL},
    {"backward", (PyCFunction)(void (*)(void))node_backward, METH_FASTCALL | METH_KEYWORDS, NULL},
    {NULL},
};

static PyType_Slot node_slots[] = {
    {Py_tp_doc, "Value(data, label='')\n--\n\nA scalar of a graph."},
    {Py_tp_new, node_new},
    {Py_tp_init, node_init},
    {Py_tp_dealloc, node_dealloc},
    {Py_tp_traverse, node_traverse},
    {Py_tp_clear, node_clear},
    {Py_tp_members, node_members},
    {Py_tp_getset, node_attributes},
    {Py_tp_methods, node_methods},
    {Py_nb_add, node_add},
    {Py_nb_subtract, node_subtract},
    {Py_nb_multiply, node_multiply},
    {Py_nb_true_divide, node_divide},
    {Py_nb_power, node_power},
    {Py_nb_negative, node_negative},
    {Py_nb_absolute, node_absolute},
    {Py_nb_bool, node_truth},
    {Py_tp_richcompare, node_compare},
    {0, NULL},
};

PyType_Spec node_spec = {
    .name = "autograd.native.Node",
    .basicsize = sizeof(Node),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
    .slots = node_slots,
};
