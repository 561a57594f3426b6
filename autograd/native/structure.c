/* Structures of numbers: arguments read into memory, results made of it or written into `out`.
 *
 * `autograd.structure` is the specification, and `autograd.program.ready` makes the patterns that
 * describe structures here: of lists, tuples and dicts, and of arrays of float64. In a pattern of
 * arguments a number is None; in that of results it is its place in memory.
 */

#include "engine.h"

/* How a NumPy array begins. It has been so since NumPy 1.0, because extensions are compiled with it
 * in line; `know_arrays` compares it with what an array says of itself. */
typedef struct {
    PyObject_HEAD
    char *data;
    int axes;
    Py_ssize_t *dimensions, *strides;
    PyObject *base;
    PyObject *type; /* one object for all arrays of native float64 */
    int flags;
} Array;

enum { CONTIGUOUS = 0x1, ALIGNED = 0x100, WRITEABLE = 0x400 };

/* know_arrays(example, address, empty): the address is that of the data of an array of float64 of
 * shape (2, 3), and `empty` is numpy.empty; whether arrays are as they are here. */
PyObject *know_arrays(PyObject *Py_UNUSED(module), PyObject *args)
{
    State *state = here();
    PyObject *example, *empty;
    unsigned long long address;
    if (!PyArg_ParseTuple(args, "OKO", &example, &address, &empty))
        return NULL;
    const Array *array = (Array *)example;
    int flags = CONTIGUOUS | ALIGNED | WRITEABLE;
    bool known = Py_TYPE(array)->tp_basicsize >= (Py_ssize_t)sizeof(Array)
                 && array->data == (char *)(uintptr_t)address && array->axes == 2
                 && array->dimensions[1] == 3 && array->strides[1] == sizeof(double)
                 && (array->flags & flags) == flags;
    if (known) {
        Py_XSETREF(state->array, Py_NewRef(example));
        Py_XSETREF(state->empty, Py_NewRef(empty));
    }
    return PyBool_FromLong(known);
}

static inline Py_ssize_t size_of(const Array *array)
{
    Py_ssize_t size = 1;
    for (int axis = 0; axis < array->axes; axis++)
        size *= array->dimensions[axis];
    return size;
}

/* The whole numbers of an array of int64 without gaps. */
const int64_t *whole_numbers(PyObject *array, Py_ssize_t *count)
{
    *count = size_of((Array *)array);
    return (int64_t *)((Array *)array)->data;
}

/* Of the pattern of an array, (shape, places), the places. */
static inline Array *places_of(PyObject *pattern)
{
    return (Array *)PyTuple_GET_ITEM(pattern, 1);
}

/* Whether it is an array of float64 of the shape of a pattern, without gaps. */
static bool fits(State *state, PyObject *pattern, PyObject *given, int flags)
{
    const Array *example = (Array *)state->array, *places = places_of(pattern);
    const Array *array = (Array *)given;
    return Py_TYPE(given) == Py_TYPE(example) && array->type == example->type
           && (array->flags & flags) == flags && array->axes == places->axes
           && !memcmp(array->dimensions, places->dimensions, places->axes * sizeof(Py_ssize_t));
}

static inline bool is_container(PyObject *pattern)
{
    return PyTuple_CheckExact(pattern) || PyList_CheckExact(pattern) || PyDict_CheckExact(pattern);
}

static inline Py_ssize_t item_count(PyObject *container)
{
    return PyDict_CheckExact(container) ? PyDict_GET_SIZE(container) : Py_SIZE(container);
}

/* A walk over the items of a pattern and those of what is alike; `complete` behind the last ones. */
typedef struct {
    Py_ssize_t place, in_pattern, in_given;
    PyObject *key, *wanted, *item;
    bool complete;
} Walk;

/* Go on to the next items; false behind the last, and where the other is no such container, of so
 * many items, or of other keys. */
static inline bool advance(Walk *walk, PyObject *pattern, PyObject *given)
{
    Py_ssize_t count = item_count(pattern), place = walk->place;
    if (given != pattern && (Py_TYPE(given) != Py_TYPE(pattern) || item_count(given) != count))
        return false;
    if ((walk->complete = place == count))
        return false;
    walk->place++;
    if (!PyDict_CheckExact(pattern)) {
        walk->wanted = PySequence_Fast_GET_ITEM(pattern, place);
        walk->item = PySequence_Fast_GET_ITEM(given, place);
        return true;
    }
    PyObject *key = NULL;
    PyDict_Next(pattern, &walk->in_pattern, &walk->key, &walk->wanted);
    PyDict_Next(given, &walk->in_given, &key, &walk->item);
    return key == walk->key || (key && PyUnicode_CheckExact(key) && PyUnicode_CheckExact(walk->key)
                                && !PyUnicode_Compare(key, walk->key));
}

/* ==== Arguments ==== */

/* A number that tells most structures apart, in arguments as in patterns: from the sizes of
 * containers and of the first items in them, and the dimensions of arrays. */
size_t sizes_in(State *state, PyObject *given, bool is_pattern, int depth)
{
    size_t sizes = 0;
    if (PyTuple_CheckExact(given) || PyList_CheckExact(given)) {
        sizes = 1 + Py_SIZE(given);
        if (depth && Py_SIZE(given))
            sizes += 5 * sizes_in(state, PySequence_Fast_GET_ITEM(given, 0), is_pattern, depth - 1);
    } else if (PyDict_CheckExact(given)) {
        sizes = 1 + PyDict_GET_SIZE(given);
    } else if (is_pattern ? given != Py_None
                          : state->array && Py_TYPE(given) == Py_TYPE(state->array)) {
        const Array *array = is_pattern ? places_of(given) : (Array *)given;
        for (int axis = 0; axis < array->axes; axis++)
            sizes = 5 * sizes + 1 + array->dimensions[axis];
    }
    return sizes;
}

/* Read the numbers of an argument; return the end of what was written, NULL for another kind. */
double *read_argument(State *state, PyObject *pattern, PyObject *given, double *to)
{
    if (pattern == Py_None) {
        if (PyFloat_CheckExact(given)) {
            *to = PyFloat_AS_DOUBLE(given);
        } else if (!PyLong_CheckExact(given)) {
            return NULL;
        } else if ((*to = PyLong_AsDouble(given)) == -1.0 && PyErr_Occurred()) {
            PyErr_Clear(); /* Python says it with the name of the argument */
            return NULL;
        }
        return to + 1;
    }
    if (!is_container(pattern)) {
        if (!fits(state, pattern, given, CONTIGUOUS | ALIGNED))
            return NULL;
        Py_ssize_t size = size_of((Array *)given);
        memcpy(to, ((Array *)given)->data, size * sizeof(double));
        return to + size;
    }
    if (PyDict_CheckExact(pattern)) {
        Walk walk = {0};
        while (to && advance(&walk, pattern, given))
            to = read_argument(state, walk.wanted, walk.item, to);
        return walk.complete ? to : NULL;
    }
    if (Py_TYPE(given) != Py_TYPE(pattern) || Py_SIZE(given) != Py_SIZE(pattern))
        return NULL;
    for (Py_ssize_t i = 0; to && i < Py_SIZE(pattern); i++) { /* a walk takes twice as long */
        PyObject *wanted = PySequence_Fast_GET_ITEM(pattern, i);
        PyObject *item = PySequence_Fast_GET_ITEM(given, i);
        if (wanted == Py_None && PyFloat_CheckExact(item))
            *to++ = PyFloat_AS_DOUBLE(item);
        else
            to = read_argument(state, wanted, item, to);
    }
    return to;
}

/* ==== Results ==== */

/* Whether the result, or its one array, can be written into `out`. */
bool takes(State *state, PyObject *pattern, PyObject *out, int *arrays)
{
    if (out == Py_None)
        return true;
    if (PyLong_CheckExact(pattern))
        return false;
    if (!is_container(pattern))
        return ++*arrays == 1 && fits(state, pattern, out, CONTIGUOUS | ALIGNED | WRITEABLE);
    Walk walk = {0};
    bool fit = true;
    while (fit && advance(&walk, pattern, out))
        fit = takes(state, walk.wanted, walk.item, arrays);
    return walk.complete;
}

/* While memory for the result was found, the collector may have run anything. */
static PyObject *changed(void)
{
    PyErr_SetString(PyExc_RuntimeError, "out was changed while it was written");
    return NULL;
}

/* A new array, or `out`, with its numbers. */
static PyObject *array_of(State *state, PyObject *pattern, PyObject *out, const double *memory)
{
    PyObject *array = out == Py_None
        ? PyObject_CallOneArg(state->empty, PyTuple_GET_ITEM(pattern, 0)) : Py_NewRef(out);
    if (!array)
        return NULL;
    if (!fits(state, pattern, array, CONTIGUOUS | ALIGNED | WRITEABLE)) {
        Py_DECREF(array);
        return changed();
    }
    const int64_t *place = (int64_t *)places_of(pattern)->data;
    double *to = (double *)((Array *)array)->data;
    for (Py_ssize_t i = 0, size = size_of((Array *)array); i < size; i++)
        to[i] = memory[place[i]];
    return array;
}

PyObject *result_of(State *state, PyObject *pattern, PyObject *out, const double *memory)
{
    if (PyLong_CheckExact(pattern))
        return PyFloat_FromDouble(memory[PyLong_AsSsize_t(pattern)]);
    if (!is_container(pattern))
        return array_of(state, pattern, out, memory);
    PyObject *result = PyTuple_CheckExact(pattern)  ? PyTuple_New(Py_SIZE(pattern))
                       : PyList_CheckExact(pattern) ? PyList_New(Py_SIZE(pattern))
                                                    : PyDict_Copy(pattern);
    Walk walk = {0};
    while (result && advance(&walk, pattern, out == Py_None ? pattern : out)) {
        PyObject *into = Py_NewRef(out == Py_None ? out : walk.item);
        PyObject *item = result_of(state, walk.wanted, into, memory);
        Py_DECREF(into);
        if (!item) {
            Py_CLEAR(result);
        } else if (PyTuple_CheckExact(pattern)) {
            PyTuple_SET_ITEM(result, walk.place - 1, item);
        } else if (PyList_CheckExact(pattern)) {
            PyList_SET_ITEM(result, walk.place - 1, item);
        } else {
            if (PyDict_SetItem(result, walk.key, item) < 0)
                Py_CLEAR(result);
            Py_DECREF(item);
        }
    }
    if (result && !walk.complete) {
        Py_CLEAR(result);
        changed();
    }
    return result;
}
