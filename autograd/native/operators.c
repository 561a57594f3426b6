/* Operators and calls of operations: from operands to a new node.
 *
 * Each way in sorts its operands into nodes and numbers, computes the value, and records it. What
 * is neither a node nor a plain number is asked of Python.
 */

#include "engine.h"
#include "rows.h"

const int row_of_dot = ROW_dot, row_of_add = ROW_add, row_of_guarded_mul = ROW_guarded_mul;
_Static_assert(ROW_COUNT <= MOST_ROWS, "State.rows has too few places");

/* ==== Operands ==== */

/* Sort an object in as the next operand; 1 for a node, 0 for a number, -1 for anything else. */
static inline int sort(State *state, PyObject *object, Operands *operands, int position,
                       double *data)
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
    } else if (PyFloat_Check(object) && !(Py_TYPE(object)->tp_flags & Py_TPFLAGS_HEAPTYPE)) {
        number = PyFloat_AS_DOUBLE(object); /* of NumPy; a class of users may convert otherwise */
    } else if ((PyObject *)Py_TYPE(object) == state->Constant) {
        number = PyFloat_AS_DOUBLE(object);
    } else {
        return -1;
    }
    operands->operand[position].number = number;
    operands->numbers |= 1 << position;
    *data = number;
    return 0;
}

static PyObject *unary(State *state, int row, PyObject *operand)
{
    Node *node = (Node *)operand;
    Operands operands = {.layout = ONE, .depth = node->depth, .operand = {{.node = node}}};
    double data = ROWS[row].value(node->data, 0.0, 0.0);
    return recorded(state, Py_TYPE(node), state->rows[row], &operands, data);
}

static PyObject *binary(int row, PyObject *left, PyObject *right)
{
    State *state = here();
    Row *op = state->rows[row];
    Operands operands = {.layout = TWO, .depth = 0};
    double x, y;
    int first = sort(state, left, &operands, 0, &x);
    int second = sort(state, right, &operands, 1, &y);
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
    return recorded(state, type, op, &operands, ROWS[row].value(x, y, 0.0));
}

#define BINARY(name, row) \
    PyObject *name(PyObject *left, PyObject *right) { return binary(row, left, right); }
BINARY(node_add, ROW_add)
BINARY(node_subtract, ROW_sub)
BINARY(node_multiply, ROW_mul)
BINARY(node_divide, ROW_div)

PyObject *node_power(PyObject *left, PyObject *right, PyObject *modulus)
{
    if (modulus != Py_None)
        Py_RETURN_NOTIMPLEMENTED;
    return binary(ROW_pow, left, right);
}

#define UNARY(name, row) \
    PyObject *name(PyObject *operand) { return unary(here(), row, operand); }
UNARY(node_negative, ROW_neg)
UNARY(node_absolute, ROW_abs)

/* < and its kin are operations; == and != ask whether both are the same object. */
PyObject *node_compare(PyObject *left, PyObject *right, int relation)
{
    static const int rows[] = {
        [Py_LT] = ROW_less, [Py_LE] = ROW_less_equal,
        [Py_GT] = ROW_greater, [Py_GE] = ROW_greater_equal,
    };
    State *state = here();
    if (relation != Py_EQ && relation != Py_NE)
        return binary(rows[relation], left, right);
    int same = left == right;
    if (!same && (may_be_tracing(state) || !is_node(state, right))) {
        PyObject *answer = PyObject_CallFunctionObjArgs(state->is_same, left, right, NULL);
        same = answer ? PyObject_IsTrue(answer) : -1;
        Py_XDECREF(answer);
        if (same < 0)
            return NULL;
    }
    return PyBool_FromLong(same == (relation == Py_EQ));
}

int node_truth(PyObject *operand)
{
    State *state = here();
    if (may_be_tracing(state)) {
        PyObject *answer = PyObject_CallOneArg(state->is_true, operand);
        int truth = answer ? PyObject_IsTrue(answer) : -1;
        Py_XDECREF(answer);
        return truth;
    }
    return ((Node *)operand)->data != 0.0;
}

/* ==== Operations called by name: autograd.Primitive ==== */

/* The value of an operation on nodes and Constants, by Python's function where C has none. */
static int value_of(State *state, Row *op, PyObject *args, double *data)
{
    Py_ssize_t count = PyTuple_GET_SIZE(args);
    if (op->code && count == op->arity) {
        double x[3] = {0.0, 0.0, 0.0};
        for (Py_ssize_t i = 0; i < count; i++)
            x[i] = data_of(state, PyTuple_GET_ITEM(args, i));
        *data = op->code->value(x[0], x[1], x[2]);
        return 0;
    }
    if (op->loop == SUM && count) {
        *data = sum_of(state, args);
        return 0;
    }
    PyObject *numbers = PyTuple_New(count);
    for (Py_ssize_t i = 0; numbers && i < count; i++) {
        PyObject *number = PyFloat_FromDouble(data_of(state, PyTuple_GET_ITEM(args, i)));
        if (!number) {
            Py_CLEAR(numbers);
            break;
        }
        PyTuple_SET_ITEM(numbers, i, number);
    }
    PyObject *forward = numbers ? PyObject_GetAttrString((PyObject *)op, "forward") : NULL;
    PyObject *result = forward ? PyObject_CallObject(forward, numbers) : NULL;
    Py_XDECREF(numbers);
    Py_XDECREF(forward);
    *data = result ? PyFloat_AsDouble(result) : -1.0;
    Py_XDECREF(result);
    if (result && (!count || (op->arity && count != op->arity)))
        PyErr_Format(PyExc_TypeError, "%R does not take %zd operands", op, count);
    return PyErr_Occurred() ? -1 : 0;
}

/* apply(class, op, args): as autograd.operators.apply. */
PyObject *apply(PyObject *Py_UNUSED(module), PyObject *const *given, Py_ssize_t count)
{
    State *state = here();
    if (count != 3 || !PyType_Check(given[0]) || !PyObject_TypeCheck(given[1], state->row_type)
        || !PyTuple_Check(given[2])) {
        PyErr_SetString(PyExc_TypeError, "apply takes a class, an operation and its operands");
        return NULL;
    }
    PyTypeObject *type = (PyTypeObject *)given[0];
    Row *op = (Row *)given[1];
    PyObject *args = Py_NewRef(given[2]);
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(args); i++) {
        PyObject *arg = PyTuple_GET_ITEM(args, i);
        if (is_node(state, arg)) {
            if (Py_TYPE(arg) != type && PyType_IsSubtype(Py_TYPE(arg), type))
                type = Py_TYPE(arg);
        } else if ((PyObject *)Py_TYPE(arg) != state->Constant) {
            PyObject *converted = PyObject_CallFunctionObjArgs(state->converted, op, args, NULL);
            Py_DECREF(args);
            if (!converted || !PyTuple_Check(converted))
                return converted; /* an array of results */
            args = converted;
            if (!are_operands(state, args)) {
                PyErr_Format(PyExc_TypeError, "%R takes Values and numbers", op);
                Py_DECREF(args);
                return NULL;
            }
            i = -1;
        }
    }
    double data;
    PyObject *result = NULL;
    if (value_of(state, op, args, &data) == 0) {
        Operands operands = operands_of(state, args);
        result = recorded(state, type, op, &operands, data);
    }
    Py_DECREF(args);
    return result;
}

/* node_of(class, op, args, data): the node of an operation whose result is known. */
PyObject *node_of(PyObject *Py_UNUSED(module), PyObject *const *given, Py_ssize_t count)
{
    State *state = here();
    if (count < 4 || !PyType_Check(given[0]) || !PyObject_TypeCheck(given[1], state->row_type)
        || !are_operands(state, given[2]) || !PyFloat_Check(given[3])) {
        PyErr_SetString(PyExc_TypeError, "node_of takes a class, an operation, operands, a number");
        return NULL;
    }
    Operands operands = operands_of(state, given[2]);
    return recorded(state, (PyTypeObject *)given[0], (Row *)given[1], &operands,
                    PyFloat_AS_DOUBLE(given[3]));
}

/* op(x), op(x, y): of Values and numbers here, of all else by Primitive.general. */
static PyObject *row_call(PyObject *self, PyObject *const *args, size_t given, PyObject *names)
{
    State *state = here();
    Row *op = (Row *)self;
    Py_ssize_t count = PyVectorcall_NARGS(given);
    if (op->code && !names && count <= 2 && count == op->arity) {
        Operands operands = {.layout = count == 1 ? ONE : TWO, .depth = 0};
        double data[2] = {0.0, 0.0};
        bool any = false, known = true;
        for (int i = 0; i < count; i++) {
            int kind = sort(state, args[i], &operands, i, &data[i]);
            known = known && kind >= 0 && (kind == 0 || Py_TYPE(args[i]) == state->node_type);
            any = any || kind == 1;
        }
        if (known) {
            double result = op->code->value(data[0], data[1], 0.0);
            if (any)
                return recorded(state, state->node_type, op, &operands, result);
            if (op->total || isfinite(result))
                return PyFloat_FromDouble(result);
        }
    }
    PyObject *general = PyObject_GetAttrString(self, "general");
    PyObject *result = general ? PyObject_Vectorcall(general, args, count, names) : NULL;
    Py_XDECREF(general);
    return result;
}

static Loop loop_of(int row)
{
    return row == ROW_add_n ? SUM : row == ROW_dot || row == ROW_guarded_dot ? PRODUCTS : NO_LOOP;
}

/* bind(op, name, arity, total, blocked): tell C of a row; one of the package has functions here. */
PyObject *bind(PyObject *Py_UNUSED(module), PyObject *given)
{
    State *state = here();
    Row *op;
    const char *name;
    int arity, total;
    unsigned long long blocked;
    if (!PyArg_ParseTuple(given, "O!sipK", state->row_type, &op, &name, &arity, &total, &blocked))
        return NULL;
    op->arity = arity;
    op->total = total;
    op->blocked = blocked;
    for (int row = 0; row < ROW_COUNT; row++) {
        if (strcmp(ROWS[row].name, name) == 0) {
            op->ours = true;
            op->code = ROWS[row].value ? &ROWS[row] : NULL;
            op->loop = loop_of(row);
            Py_XSETREF(state->rows[row], (Row *)Py_NewRef((PyObject *)op));
        }
    }
    Py_RETURN_NONE;
}

static PyObject *row_new(PyTypeObject *type, PyObject *Py_UNUSED(args),
                         PyObject *Py_UNUSED(keywords))
{
    Row *row = (Row *)type->tp_alloc(type, 0);
    if (row)
        row->call = row_call;
    return (PyObject *)row;
}

static void row_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyMemberDef row_members[] = {
    {"__vectorcalloffset__", T_PYSSIZET, offsetof(Row, call), READONLY, NULL},
    {NULL},
};

static PyType_Slot row_slots[] = {
    {Py_tp_doc, "An operation, as far as C knows it: autograd.Primitive is a subclass."},
    {Py_tp_new, row_new},
    {Py_tp_call, PyVectorcall_Call},
    {Py_tp_dealloc, row_dealloc},
    {Py_tp_members, row_members},
    {0, NULL},
};

PyType_Spec row_spec = {
    .name = "autograd.native.Row",
    .basicsize = sizeof(Row),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_VECTORCALL,
    .slots = row_slots,
};

/* ==== Operations as methods: x.tanh() ==== */

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
        return PyObject_CallMethod(self, "_python_zero_grad", NULL);
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
