/* Operators and calls of operations: from operands to a new node.
 *
 * Each way in sorts its operands into nodes and numbers, computes the value, and records it. What
 * is neither a node nor a plain number is asked of Python.
 */

#include "engine.h"
#include "rows.h"

#include <fenv.h>

const char *table_digest = TABLE_DIGEST;
_Static_assert(ROW_COUNT <= MOST_ROWS, "State.rows has too few places");
int row_of_dot = ROW_dot;

/* ==== The mode ==== */

static inline PyObject *
slot(PyObject *object, Py_ssize_t at)
{
    return *(PyObject **)((char *)object + at);
}

PyObject *
current_mode(State *state)
{
    PyObject *mode = NULL;
    PyContextVar_Get(state->current, NULL, &mode);
    return mode;
}

/* Modes that tell the user's line compute the place. */
PyObject *
place_under(State *state, PyObject *mode)
{
    if ((PyObject *)Py_TYPE(mode) == state->Mode) {
        return Py_NewRef(slot(mode, state->place_at));
    }
    return PyObject_GetAttr(mode, state->place);
}

PyObject *
place_labelled(State *state, PyObject *label)
{
    PyObject *mode = current_mode(state);
    if (!mode) {
        return NULL;
    }
    PyObject *place = PyDict_GetItemWithError(slot(mode, state->labelled_at), label);
    if (place) {
        Py_INCREF(place);
    } else if (!PyErr_Occurred()) {
        place = PyObject_CallMethodOneArg(mode, state->place_of, label);
    }
    Py_DECREF(mode);
    return place;
}

/* ==== Recording ==== */

/* Warn of a result that is not finite; -1 if the warning is an error. */
static int
warn(State *state, Row *op, const Operands *operands, double data, PyObject *mode)
{
    if (slot(mode, state->quiet_at) == Py_True) {
        return 0;
    }
    /* A node of its own has the operands as Python reads them */
    Node *node = node_with(state, state->node_type, op, operands, data, Py_None);
    PyObject *args = node ? args_of(state, node) : NULL;
    PyObject *none = NULL;
    if (args) {
        none = PyObject_CallFunction(state->warn, "OdO", op, data, args);
    }
    Py_XDECREF(node);
    Py_XDECREF(args);
    Py_XDECREF(none);
    return none ? 0 : -1;
}

/* The result of an operation whose value is known: a node, or a leaf where nothing is recorded. */
PyObject *
recorded(State *state, PyTypeObject *type, Row *op, const Operands *operands, double data)
{
    PyObject *mode = current_mode(state);
    if (!mode) {
        return NULL;
    }
    PyObject *result = NULL, *place = NULL;
    if (!isfinite(data)) {
        feclearexcept(FE_ALL_EXCEPT); /* NumPy would tell of them at the end of its loop */
        if (!op->total && warn(state, op, operands, data, mode) < 0) {
            goto done;
        }
    }
    place = place_under(state, mode);
    if (!place) {
        goto done;
    }
    bool record = slot(mode, state->record_at) == Py_True;
    if (record || slot(mode, state->tracing_at) != Py_None) {
        result = (PyObject *)node_with(state, type, op, operands, data, place);
        if (result && !record) {
            /* Under no_grad in a trace: each call computes it anew, and no gradient passes */
            PyObject *node = result;
            result = PyObject_CallOneArg(state->detached, node);
            Py_DECREF(node);
        }
    } else {
        Node *leaf = new_node(state, type, place);
        if (leaf) {
            leaf->data = data;
        }
        result = (PyObject *)leaf;
    }
done:
    Py_XDECREF(place);
    Py_DECREF(mode);
    return result;
}

/* ==== Operands ==== */

/* Sort an object in as the next operand; 1 for a node, 0 for a number, -1 for anything else. */
static inline int
sort(State *state, PyObject *object, Operands *operands, int position, double *data)
{
    if (is_node(state, object)) {
        Node *node = (Node *)object;
        operands->operand[position].node = node;
        if (node->depth > operands->depth) {
            operands->depth = node->depth;
        }
        *data = node->data;
        return 1;
    }
    double number;
    if (PyFloat_Check(object)) {
        number = PyFloat_AS_DOUBLE(object);
    } else if (PyLong_CheckExact(object)) {
        number = PyLong_AsDouble(object);
        if (number == -1.0 && PyErr_Occurred()) {
            PyErr_Clear(); /* too large: the message is Python's */
            return -1;
        }
    } else {
        return -1;
    }
    operands->operand[position].number = number;
    operands->numbers |= 1 << position;
    *data = number;
    return 0;
}

/* The class of a result: the derived one of both. */
static inline PyTypeObject *
result_type(PyObject *left, PyObject *right)
{
    PyTypeObject *type = Py_TYPE(left), *other = Py_TYPE(right);
    return type != other && PyType_IsSubtype(other, type) ? other : type;
}

static PyObject *
unary(State *state, Row *op, Node *node)
{
    Operands operands = {.layout = ONE, .depth = node->depth, .operand = {{.node = node}}};
    double data = op->code->value(node->data, 0.0, 0.0);
    return recorded(state, Py_TYPE(node), op, &operands, data);
}

/* A number that is neither float nor int, as a float; NotImplemented for all that is no number. */
static PyObject *
number_of(State *state, PyObject *object, Row *op)
{
    return PyObject_CallFunctionObjArgs(state->number, object, op, NULL);
}

static PyObject *
binary(int row, PyObject *left, PyObject *right)
{
    State *state = here();
    Row *op = state->rows[row];
    Operands operands = {.layout = TWO, .depth = 0};
    double x, y;
    int first = sort(state, left, &operands, 0, &x);
    int second = sort(state, right, &operands, 1, &y);
    if (first < 0 || second < 0) {
        PyObject *number = number_of(state, first < 0 ? left : right, op);
        if (!number || number == Py_NotImplemented) {
            return number;
        }
        PyObject *result = first < 0 ? binary(row, number, right) : binary(row, left, number);
        Py_DECREF(number);
        return result;
    }
    PyTypeObject *type = !first ? Py_TYPE(right) : !second ? Py_TYPE(left) : result_type(left, right);
    return recorded(state, type, op, &operands, ROWS[row].value(x, y, 0.0));
}

#define BINARY_OPERATOR(name, row)           \
    PyObject *                               \
    name(PyObject *left, PyObject *right)    \
    {                                        \
        return binary(row, left, right);     \
    }
BINARY_OPERATOR(node_add, ROW_add)
BINARY_OPERATOR(node_subtract, ROW_sub)
BINARY_OPERATOR(node_multiply, ROW_mul)
BINARY_OPERATOR(node_divide, ROW_div)

PyObject *
node_power(PyObject *left, PyObject *right, PyObject *modulus)
{
    if (modulus != Py_None) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    return binary(ROW_pow, left, right);
}

PyObject *
node_negative(PyObject *operand)
{
    State *state = here();
    return unary(state, state->rows[ROW_neg], (Node *)operand);
}

PyObject *
node_absolute(PyObject *operand)
{
    State *state = here();
    return unary(state, state->rows[ROW_abs], (Node *)operand);
}

/* < and its kin are operations; == and != ask whether both are the same object. */
PyObject *
node_compare(PyObject *left, PyObject *right, int relation)
{
    static const int rows[] = {
        [Py_LT] = ROW_less, [Py_LE] = ROW_less_equal,
        [Py_GT] = ROW_greater, [Py_GE] = ROW_greater_equal,
    };
    State *state = here();
    if (relation != Py_EQ && relation != Py_NE) {
        return binary(rows[relation], left, right);
    }
    int same = left == right;
    if (!same && (may_be_tracing(state) || !is_node(state, right))) {
        PyObject *answer = PyObject_CallFunctionObjArgs(state->is_same, left, right, NULL);
        same = answer ? PyObject_IsTrue(answer) : -1;
        Py_XDECREF(answer);
        if (same < 0) {
            return NULL;
        }
    }
    return PyBool_FromLong(same == (relation == Py_EQ));
}

Py_hash_t
node_hash(PyObject *operand)
{
    return PyBaseObject_Type.tp_hash(operand);
}

int
node_truth(PyObject *operand)
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
static int
value_of(State *state, Row *op, PyObject *args, double *data)
{
    Py_ssize_t count = PyTuple_GET_SIZE(args);
    if (op->code) {
        double x[3] = {0.0, 0.0, 0.0};
        for (Py_ssize_t i = 0; i < count; i++) {
            x[i] = data_of(state, PyTuple_GET_ITEM(args, i));
        }
        *data = op->code->value(x[0], x[1], x[2]);
        return 0;
    }
    if (op->loop == SUM) {
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
    return *data == -1.0 && PyErr_Occurred() ? -1 : 0;
}

/* apply(class, op, args): as autograd.operators.apply. */
PyObject *
apply(PyObject *module, PyObject *const *given, Py_ssize_t count)
{
    (void)module;
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
            if (Py_TYPE(arg) != type && PyType_IsSubtype(Py_TYPE(arg), type)) {
                type = Py_TYPE(arg);
            }
        } else if ((PyObject *)Py_TYPE(arg) != state->Constant) {
            PyObject *converted = PyObject_CallFunctionObjArgs(state->converted, op, args, NULL);
            Py_DECREF(args);
            if (!converted || !PyTuple_Check(converted)) {
                return converted; /* an array of results */
            }
            args = converted;
            i = -1; /* all are nodes and Constants now */
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
PyObject *
node_of(PyObject *module, PyObject *const *given, Py_ssize_t count)
{
    (void)module;
    State *state = here();
    if (count < 4 || !PyType_Check(given[0]) || !PyObject_TypeCheck(given[1], state->row_type)
        || !PyTuple_Check(given[2]) || !PyFloat_Check(given[3])) {
        PyErr_SetString(PyExc_TypeError, "node_of takes a class, an operation, operands, a number");
        return NULL;
    }
    Operands operands = operands_of(state, given[2]);
    return recorded(state, (PyTypeObject *)given[0], (Row *)given[1], &operands,
                    PyFloat_AS_DOUBLE(given[3]));
}

/* op(x), op(x, y): of Values and numbers here, of all else by Primitive.general. */
static PyObject *
row_call(PyObject *self, PyObject *args, PyObject *keywords)
{
    State *state = here();
    Row *op = (Row *)self;
    Py_ssize_t count = PyTuple_GET_SIZE(args);
    if (op->code && !keywords && count <= 2 && count == op->arity) {
        Operands operands = {.layout = count == 1 ? ONE : TWO, .depth = 0};
        double data[2] = {0.0, 0.0};
        bool plain = false, known = true;
        for (int i = 0; i < count; i++) {
            PyObject *arg = PyTuple_GET_ITEM(args, i);
            int kind = sort(state, arg, &operands, i, &data[i]);
            known = known && kind >= 0 && (kind == 0 || (PyObject *)Py_TYPE(arg) == state->Value);
            plain = plain || kind == 1;
        }
        if (known) {
            double result = op->code->value(data[0], data[1], 0.0);
            if (plain) {
                return recorded(state, (PyTypeObject *)state->Value, op, &operands, result);
            }
            if (op->total || isfinite(result)) {
                return PyFloat_FromDouble(result);
            }
        }
    }
    PyObject *general = PyObject_GetAttrString(self, "general");
    PyObject *result = general ? PyObject_Call(general, args, keywords) : NULL;
    Py_XDECREF(general);
    return result;
}

static Loop
loop_of(int row)
{
    return row == ROW_add_n ? SUM : row == ROW_dot || row == ROW_guarded_dot ? PRODUCTS : NO_LOOP;
}

/* bind(op, name, arity, total, blocked): tell C of a row; one of the package has functions here. */
PyObject *
bind(PyObject *module, PyObject *given)
{
    (void)module;
    State *state = here();
    Row *op;
    const char *name;
    int arity, total;
    unsigned long long blocked;
    if (!PyArg_ParseTuple(given, "O!sipK", state->row_type, &op, &name, &arity, &total, &blocked)) {
        return NULL;
    }
    op->arity = arity;
    op->total = total;
    op->blocked = blocked;
    for (int row = 0; row < ROW_COUNT; row++) {
        if (strcmp(ROWS[row].name, name) == 0) {
            op->code = ROWS[row].value ? &ROWS[row] : NULL;
            op->loop = loop_of(row);
            Py_XSETREF(state->rows[row], (Row *)Py_NewRef((PyObject *)op));
        }
    }
    Py_RETURN_NONE;
}

static void
row_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    type->tp_free(self);
    Py_DECREF(type);
}

/* ==== Operations as methods: x.tanh() ==== */

/* It stands for a function of Python, which is asked for all that is rare. */
typedef struct {
    PyObject_HEAD
    vectorcallfunc call;
    Row *op;
    PyObject *function;
} Method;

static PyObject *
method_call(PyObject *self, PyObject *const *args, size_t count, PyObject *names)
{
    Method *method = (Method *)self;
    State *state = here();
    if (PyVectorcall_NARGS(count) == 1 && !names && method->op->code && is_node(state, args[0])) {
        return unary(state, method->op, (Node *)args[0]);
    }
    return PyObject_Vectorcall(method->function, args, count, names);
}

static PyObject *
method_new(PyTypeObject *type, PyObject *args, PyObject *keywords)
{
    PyObject *op, *function;
    (void)keywords;
    if (!PyArg_ParseTuple(args, "O!O", here()->row_type, &op, &function)) {
        return NULL;
    }
    Method *method = (Method *)type->tp_alloc(type, 0);
    if (method) {
        method->call = method_call;
        method->op = (Row *)Py_NewRef(op);
        method->function = Py_NewRef(function);
    }
    return (PyObject *)method;
}

static PyObject *
method_get(PyObject *self, PyObject *object, PyObject *type)
{
    (void)type;
    return object ? PyMethod_New(self, object) : Py_NewRef(self);
}

/* The name, the signature and the documentation are the function's. */
static PyObject *
method_attribute(PyObject *self, void *name)
{
    return PyObject_GetAttrString(((Method *)self)->function, name);
}

static PyMemberDef method_members[] = {
    {"__vectorcalloffset__", T_PYSSIZET, offsetof(Method, call), READONLY, NULL},
    {"__wrapped__", T_OBJECT, offsetof(Method, function), READONLY, NULL},
    {NULL},
};

static PyGetSetDef method_attributes[] = {
    {"__name__", method_attribute, NULL, NULL, "__name__"},
    {"__qualname__", method_attribute, NULL, NULL, "__qualname__"},
    {"__module__", method_attribute, NULL, NULL, "__module__"},
    {"__doc__", method_attribute, NULL, NULL, "__doc__"},
    {NULL},
};

static PyType_Slot method_slots[] = {
    {Py_tp_new, method_new},
    {Py_tp_dealloc, row_dealloc},
    {Py_tp_call, PyVectorcall_Call},
    {Py_tp_descr_get, method_get},
    {Py_tp_getset, method_attributes},
    {Py_tp_members, method_members},
    {0, NULL},
};

PyType_Spec method_spec = {
    .name = "autograd.native.Method",
    .basicsize = sizeof(Method),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_VECTORCALL | Py_TPFLAGS_METHOD_DESCRIPTOR,
    .slots = method_slots,
};

static PyType_Slot row_slots[] = {
    {Py_tp_doc, "An operation, as far as C knows it: autograd.Primitive is a subclass."},
    {Py_tp_call, row_call},
    {Py_tp_dealloc, row_dealloc},
    {0, NULL},
};

PyType_Spec row_spec = {
    .name = "autograd.native.Row",
    .basicsize = sizeof(Row),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
    .slots = row_slots,
};
