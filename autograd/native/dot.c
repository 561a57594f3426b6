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

static inline double total_of(const Sum *sum)
{
    return sum->lost != 0.0 && isfinite(sum->lost) ? sum->total + sum->lost : sum->total;
}

double sum_of(State *state, PyObject *terms)
{
    Sum sum = {0.0, 0.0};
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(terms); i++)
        add_to(&sum, data_of(state, PyTuple_GET_ITEM(terms, i)));
    return total_of(&sum);
}

/* Guarded, a product with a factor of 0 is left out. */
double sum_of_products(State *state, PyObject *const *left, PyObject *const *right,
                       Py_ssize_t count, bool guarded)
{
    Sum sum = {0.0, 0.0};
    for (Py_ssize_t i = 0; i < count; i++) {
        double x = data_of(state, left[i]), y = data_of(state, right[i]);
        if (!guarded || (x != 0.0 && y != 0.0))
            add_to(&sum, x * y);
    }
    return total_of(&sum);
}

/* ==== dot(x, y) ==== */

/* The operands as a tuple of nodes and Constants; a Vector is one already. NULL without an error for
 * all that Python has to convert. */
PyObject *plain_vector(State *state, PyObject *given)
{
    if ((PyObject *)Py_TYPE(given) == state->Vector)
        return Py_NewRef(given);
    if (!PyList_CheckExact(given) && !PyTuple_CheckExact(given))
        return NULL;
    PyObject *found = PyTuple_New(PySequence_Fast_GET_SIZE(given));
    for (Py_ssize_t i = 0; found && i < PyTuple_GET_SIZE(found); i++) {
        /* The collector, which a new tuple may start, runs code that may shorten a list */
        PyObject *member = i < PySequence_Fast_GET_SIZE(given) ? PySequence_Fast_GET_ITEM(given, i)
                                                               : Py_None;
        bool fits = is_node(state, member) || (PyObject *)Py_TYPE(member) == state->Constant;
        if (PyFloat_CheckExact(member))
            put_item(&found, i, constant(state, PyFloat_AS_DOUBLE(member)));
        else
            put_item(&found, i, fits ? Py_NewRef(member) : NULL);
    }
    return found;
}

static PyObject *vector(State *state, PyObject *given)
{
    PyObject *found = plain_vector(state, given);
    return found || PyErr_Occurred() ? found : PyObject_CallOneArg(state->Vector, given);
}

static PyObject *dot_of(State *state, PyObject *left, PyObject *right)
{
    Py_ssize_t width = PyTuple_GET_SIZE(left);
    if (width != PyTuple_GET_SIZE(right))
        return PyErr_Format(PyExc_ValueError,
                            "dot: the operands have different lengths, %zd and %zd", width,
                            PyTuple_GET_SIZE(right));
    PyTypeObject *type = state->node_type;
    Operands factors = {.layout = PAIRS, .depth = -1, .operand = {{.many = left}, {.many = right}}};
    take_members(state, left, &factors.depth, &type);
    take_members(state, right, &factors.depth, &type);
    double data = sum_of_products(state, &PyTuple_GET_ITEM(left, 0), &PyTuple_GET_ITEM(right, 0),
                                  width, false);
    return factors.depth < 0 ? PyFloat_FromDouble(data)
                             : recorded(state, type, state->rows[ROW_dot], &factors, data);
}

/* dot(x, y): as autograd.dot. */
PyObject *dot(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t count)
{
    State *state = here();
    if (count != 2)
        return PyErr_Format(PyExc_TypeError, "dot takes two lists, got %zd arguments", count);
    PyObject *left = vector(state, args[0]);
    PyObject *right = left ? vector(state, args[1]) : NULL;
    PyObject *result = right ? dot_of(state, left, right) : NULL;
    Py_XDECREF(left);
    Py_XDECREF(right);
    return result;
}
