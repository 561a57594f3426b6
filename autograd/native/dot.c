/* Sums, and sums of products, of any number of operands.
 *
 * A dot product keeps two tuples: the weights of a neuron and the inputs that a whole layer shares.
 */

#include "engine.h"

/* ==== The sum of Python: `sum` of floats compensates from 3.12 on ==== */

typedef struct {
    double total;
    double lost; /* what rounding has taken off, by Neumaier 1974 */
} Sum;

static inline void add_to(Sum *sum, double term)
{
    double total = sum->total + term;
#if PY_VERSION_HEX >= 0x030C0000
    sum->lost += fabs(sum->total) >= fabs(term) ? (sum->total - total) + term
                                                : (term - total) + sum->total;
#endif
    sum->total = total;
}

static inline double result_of(const Sum *sum)
{
    return sum->lost != 0.0 && isfinite(sum->lost) ? sum->total + sum->lost : sum->total;
}

double sum_of(State *state, PyObject *terms)
{
    Sum sum = {0.0, 0.0};
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(terms); i++)
        add_to(&sum, data_of(state, PyTuple_GET_ITEM(terms, i)));
    return result_of(&sum);
}

double sum_of_products(State *state, PyObject *left, PyObject *right)
{
    Sum sum = {0.0, 0.0};
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(left); i++) {
        double x = data_of(state, PyTuple_GET_ITEM(left, i));
        double y = data_of(state, PyTuple_GET_ITEM(right, i));
        add_to(&sum, x * y);
    }
    return result_of(&sum);
}

/* ==== dot(x, y) ==== */

/* The operands as a tuple of nodes and Constants; a Vector is one already. NULL without an error for
 * all that Python has to convert. */
PyObject *plain_vector(State *state, PyObject *given)
{
    if ((PyObject *)Py_TYPE(given) == state->Vector)
        return Py_NewRef(given);
    if (PyList_CheckExact(given) || PyTuple_CheckExact(given)) {
        Py_ssize_t count = PySequence_Fast_GET_SIZE(given);
        PyObject *found = PyTuple_New(count);
        for (Py_ssize_t i = 0; found && i < count; i++) {
            /* The collector, which a new tuple may start, runs code that may shorten a list */
            PyObject *member = i < PySequence_Fast_GET_SIZE(given)
                                   ? PySequence_Fast_GET_ITEM(given, i) : Py_None;
            if (is_node(state, member) || (PyObject *)Py_TYPE(member) == state->Constant) {
                Py_INCREF(member);
            } else if (PyFloat_CheckExact(member)) {
                member = constant(state, PyFloat_AS_DOUBLE(member));
            } else {
                member = NULL;
            }
            if (!member) {
                Py_CLEAR(found);
                break;
            }
            PyTuple_SET_ITEM(found, i, member);
        }
        return found;
    }
    return NULL;
}

static PyObject *vector(State *state, PyObject *given)
{
    PyObject *found = plain_vector(state, given);
    return found || PyErr_Occurred() ? found : PyObject_CallOneArg(state->Vector, given);
}

/* The deepest member, -1 if none is a node; the derived class of all goes to `type`. */
int32_t depth_of(State *state, PyObject *members, PyTypeObject **type)
{
    int32_t depth = -1;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(members); i++) {
        PyObject *member = PyTuple_GET_ITEM(members, i);
        if (is_node(state, member)) {
            int32_t its = ((Node *)member)->depth;
            depth = its > depth ? its : depth;
            if (Py_TYPE(member) != *type && PyType_IsSubtype(Py_TYPE(member), *type))
                *type = Py_TYPE(member);
        }
    }
    return depth;
}

PyObject *dot(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t count)
{
    State *state = here();
    if (count != 2)
        return PyErr_Format(PyExc_TypeError, "dot takes two lists, got %zd arguments", count);
    PyObject *result = NULL;
    PyObject *left = vector(state, args[0]);
    PyObject *right = left ? vector(state, args[1]) : NULL;
    if (!right)
        goto done;
    Py_ssize_t width = PyTuple_GET_SIZE(left);
    if (width != PyTuple_GET_SIZE(right)) {
        PyErr_Format(PyExc_ValueError, "dot: the operands have different lengths, %zd and %zd",
                     width, PyTuple_GET_SIZE(right));
        goto done;
    }
    PyTypeObject *type = state->node_type;
    int32_t depth = depth_of(state, left, &type);
    int32_t other = depth_of(state, right, &type);
    double data = sum_of_products(state, left, right);
    if (depth < 0 && other < 0) {
        result = PyFloat_FromDouble(data);
        goto done;
    }
    Operands operands = {.layout = PAIRS, .depth = depth > other ? depth : other,
                         .operand = {{.many = left}, {.many = right}}};
    result = recorded(state, type, state->rows[row_of_dot], &operands, data);
done:
    Py_XDECREF(left);
    Py_XDECREF(right);
    return result;
}
