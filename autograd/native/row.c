/* Operations called by name: the part of autograd.Primitive that is in C. */

#include "engine.h"

/* Of columns there are two versions, where the linker can choose: with vectors of four numbers they
 * take half the time. No product is fused with a sum in either, so that both have the same bits. */
#if defined(__x86_64__) && defined(__GLIBC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__)
#define CLONED __attribute__((target_clones("avx2", "default")))
#else
#define CLONED
#endif

#define COLUMNS(name)                                                                       \
    CLONED static void columns_##name(const double *x, const double *y, double *restrict to, \
                                      double *restrict zeros)                               \
    {                                                                                       \
        for (int i = 0; i < BLOCK; i++) {                                                   \
            to[i] = value_##name(x[i], y[i], 0.0);                                          \
            zeros[i] += 0.0 * to[i];                                                        \
        }                                                                                   \
    }

#define ROW_FUNCTIONS
#include "rows.h"

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
    if (op == state->rows[ROW_add_n] && count) {
        *data = sum_of(state, args);
        return 0;
    }
    if ((op == state->rows[ROW_dot] || op == state->rows[ROW_guarded_dot]) && count
        && count % 2 == 0) { /* x1 ... xn, y1 ... yn */
        PyObject *const *x = &PyTuple_GET_ITEM(args, 0);
        *data = sum_of_products(state, x, x + count / 2, count / 2, op != state->rows[ROW_dot]);
        return 0;
    }
    PyObject *result = PyObject_CallFunctionObjArgs(state->value, op, args, NULL);
    *data = result ? PyFloat_AsDouble(result) : -1.0;
    Py_XDECREF(result);
    return PyErr_Occurred() ? -1 : 0;
}

/* apply(class, op, args): as autograd.operators.apply. With the result, where it is known, it is
 * node_of(class, op, args, result): the node is of that very class. */
PyObject *apply(PyObject *Py_UNUSED(module), PyObject *const *given, Py_ssize_t count)
{
    State *state = here();
    bool known = count > 3;
    if (count < 3 || !PyType_Check(given[0]) || !PyObject_TypeCheck(given[1], state->row_type)
        || !PyTuple_Check(given[2]) || (known && !PyFloat_Check(given[3]))) {
        PyErr_SetString(PyExc_TypeError, "a node takes a class, an operation and its operands");
        return NULL;
    }
    PyTypeObject *type = (PyTypeObject *)given[0];
    Row *op = (Row *)given[1];
    Operands operands;
    double data;
    if (!operands_of(state, given[2], &operands, &type))
        return PyObject_Vectorcall(state->converted, given, count, NULL);
    if (known) {
        type = (PyTypeObject *)given[0];
        data = PyFloat_AS_DOUBLE(given[3]);
    } else if (value_of(state, op, given[2], &data) < 0) {
        return NULL;
    }
    return recorded(state, type, op, &operands, data);
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
        PyTypeObject *type = NULL; /* of a result that is a node */
        bool known = true;
        for (int i = 0; i < count; i++) {
            int kind = take_operand(state, args[i], &operands, i, &data[i]);
            if (kind == 1 && (!type || type != state->traced))
                type = Py_TYPE(args[i]);
            known = known && kind >= 0 && (kind == 0 || Py_TYPE(args[i]) == state->node_type
                                           || Py_TYPE(args[i]) == state->traced);
        }
        if (known) {
            double result = op->code->value(data[0], data[1], 0.0);
            if (type)
                return recorded(state, type, op, &operands, result);
            if (op->total || isfinite(result))
                return PyFloat_FromDouble(result);
        }
    }
    return in_python(self, "general", args, count, names);
}

/* bind(op, name, arity, total): tell C of a row; one of the package has functions here. */
PyObject *bind(PyObject *Py_UNUSED(module), PyObject *given)
{
    State *state = here();
    Row *op;
    const char *name;
    int arity, total;
    if (!PyArg_ParseTuple(given, "O!sip", state->row_type, &op, &name, &arity, &total))
        return NULL;
    op->call = row_call;
    op->arity = arity;
    op->total = total;
    for (int row = 0; row < ROW_COUNT; row++) {
        if (strcmp(ROWS[row].name, name) == 0) {
            op->ours = true;
            op->code = ROWS[row].value ? &ROWS[row] : NULL;
            if (row == ROW_add_n || row == ROW_ordered_sum)
                op->loop = SUM;
            else if (row == ROW_dot || row == ROW_guarded_dot || row == ROW_ordered_dot)
                op->loop = PRODUCTS;
            Py_XSETREF(state->rows[row], (Row *)Py_NewRef((PyObject *)op));
        }
    }
    Py_RETURN_NONE;
}

static PyMemberDef row_members[] = {
    {"__vectorcalloffset__", T_PYSSIZET, offsetof(Row, call), READONLY, NULL},
    {NULL},
};

static PyType_Slot row_slots[] = {
    {Py_tp_doc, "An operation, as far as C knows it: autograd.Primitive is a subclass."},
    {Py_tp_call, PyVectorcall_Call},
    {Py_tp_members, row_members},
    {0, NULL},
};

PyType_Spec row_spec = {
    .name = "autograd.native.Row",
    .basicsize = sizeof(Row),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_VECTORCALL,
    .slots = row_slots,
};
