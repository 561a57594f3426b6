/* Calls of compiled functions: a program that is ready runs at once, all else goes to Python.
 *
 * `autograd.program.compiled` is the specification, and `autograd.program.ready` says how the
 * structures of arguments and results are described to C. No Python runs between the first input
 * that is written and the last output that is read, but for the memory of new objects, whose
 * collector may run anything: a call that finds the program busy goes to Python, as one that
 * passes other arguments does.
 */

#include "engine.h"
#ifdef _WIN32
#include <windows.h>
#else
#include <time.h>
#endif

/* How a NumPy array begins. It has been so since NumPy 1.0, because extensions are compiled with it
 * in line; `ready` compares it with what an array says of itself. */
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

/* The parts of what is ready: captured leaves, the patterns of arguments and result, a count of calls
 * that are left before Python looks again, numpy.empty, an array to compare others with, and what
 * keeps code and memory alive. */
enum { LEAVES, ARGUMENTS, RESULT, LEFT, EMPTY, EXAMPLE, OWNER, PARTS };

typedef struct {
    PyObject_HEAD
    void (*run)(double *memory);
    double *memory;      /* inputs, data of the leaves, whatever else; the outputs and 0.0 at the end */
    const double *outputs;
    PyObject *parts;
    PyObject *variant;   /* of the mode; NULL before the first `renew` */
    long long structure; /* how many changes were announced before */
    double due;          /* when Python verifies it again */
    long long clock;     /* when the leaves were read */
    bool busy;
} Ready;

static inline PyObject *part(const Ready *ready, int which)
{
    return PyTuple_GET_ITEM(ready->parts, which);
}

static double seconds(void)
{
#ifdef _WIN32
    LARGE_INTEGER now, frequency;
    QueryPerformanceCounter(&now);
    QueryPerformanceFrequency(&frequency);
    return (double)now.QuadPart / (double)frequency.QuadPart;
#else
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
#endif
}

/* ==== Structures ==== */

static inline bool is_container(PyObject *pattern)
{
    return PyTuple_CheckExact(pattern) || PyList_CheckExact(pattern);
}

/* Whether it is a container as the pattern is, of as many items. */
static inline bool is_alike(PyObject *pattern, PyObject *given)
{
    return Py_TYPE(given) == Py_TYPE(pattern) && Py_SIZE(given) == Py_SIZE(pattern);
}

static inline PyObject *item_of(PyObject *container, Py_ssize_t at)
{
    return PySequence_Fast_GET_ITEM(container, at);
}

/* Of the pattern of an array, (shape, places), the places. */
static inline Array *places_of(PyObject *pattern)
{
    return (Array *)PyTuple_GET_ITEM(pattern, 1);
}

static inline Py_ssize_t size_of(const Array *array)
{
    Py_ssize_t size = 1;
    for (int axis = 0; axis < array->axes; axis++)
        size *= array->dimensions[axis];
    return size;
}

/* Whether it is an array of float64 of the shape of a pattern, without gaps. */
static bool fits(const Ready *ready, PyObject *pattern, PyObject *given, int flags)
{
    const Array *example = (Array *)part(ready, EXAMPLE), *places = places_of(pattern);
    const Array *array = (Array *)given;
    return Py_TYPE(given) == Py_TYPE(example) && array->type == example->type
           && (array->flags & flags) == flags && array->axes == places->axes
           && !memcmp(array->dimensions, places->dimensions, places->axes * sizeof(Py_ssize_t));
}

/* Read the numbers of an argument; return the end of what was written, NULL for another kind. */
static double *read_argument(const Ready *ready, PyObject *pattern, PyObject *given, double *to)
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
        if (!fits(ready, pattern, given, CONTIGUOUS | ALIGNED))
            return NULL;
        Py_ssize_t size = size_of((Array *)given);
        memcpy(to, ((Array *)given)->data, size * sizeof(double));
        return to + size;
    }
    if (!is_alike(pattern, given))
        return NULL;
    for (Py_ssize_t i = 0; to && i < Py_SIZE(pattern); i++)
        to = read_argument(ready, item_of(pattern, i), item_of(given, i), to);
    return to;
}

/* Whether the result, or its one array, can be written into `out`. */
static bool takes(const Ready *ready, PyObject *pattern, PyObject *out, int *arrays)
{
    if (out == Py_None)
        return true;
    if (PyLong_CheckExact(pattern))
        return false;
    if (!is_container(pattern))
        return ++*arrays == 1 && fits(ready, pattern, out, CONTIGUOUS | ALIGNED | WRITEABLE);
    bool fit = is_alike(pattern, out);
    for (Py_ssize_t i = 0; fit && i < Py_SIZE(pattern); i++)
        fit = takes(ready, item_of(pattern, i), item_of(out, i), arrays);
    return fit;
}

/* While memory for the result was found, the collector may have run anything. */
static PyObject *changed(void)
{
    PyErr_SetString(PyExc_RuntimeError, "out was changed while it was written");
    return NULL;
}

/* A new array, or `out`, with its outputs. */
static PyObject *array_of(const Ready *ready, PyObject *pattern, PyObject *out)
{
    PyObject *array = out == Py_None
        ? PyObject_CallOneArg(part(ready, EMPTY), PyTuple_GET_ITEM(pattern, 0)) : Py_NewRef(out);
    if (!array)
        return NULL;
    if (!fits(ready, pattern, array, CONTIGUOUS | ALIGNED | WRITEABLE)) {
        Py_DECREF(array);
        return changed();
    }
    const int64_t *place = (int64_t *)places_of(pattern)->data;
    double *to = (double *)((Array *)array)->data;
    for (Py_ssize_t i = 0, size = size_of((Array *)array); i < size; i++)
        to[i] = ready->outputs[place[i]];
    return array;
}

static PyObject *result_of(const Ready *ready, PyObject *pattern, PyObject *out)
{
    if (PyLong_CheckExact(pattern))
        return PyFloat_FromDouble(ready->outputs[PyLong_AsSsize_t(pattern)]);
    if (!is_container(pattern))
        return array_of(ready, pattern, out);
    Py_ssize_t count = Py_SIZE(pattern);
    bool is_tuple = PyTuple_CheckExact(pattern);
    PyObject *result = is_tuple ? PyTuple_New(count) : PyList_New(count);
    for (Py_ssize_t i = 0; result && i < count; i++) {
        PyObject *item = NULL;
        if (out == Py_None) {
            item = result_of(ready, item_of(pattern, i), out);
        } else if (is_alike(pattern, out)) {
            PyObject *into = Py_NewRef(item_of(out, i));
            item = result_of(ready, item_of(pattern, i), into);
            Py_DECREF(into);
        } else {
            changed();
        }
        if (!item)
            Py_CLEAR(result);
        else if (is_tuple)
            PyTuple_SET_ITEM(result, i, item);
        else
            PyList_SET_ITEM(result, i, item);
    }
    return result;
}

/* ==== Calls ==== */

/* Whether no change was announced, no check is due, and it is the program of this mode. */
static bool is_current(State *state, const Ready *ready)
{
    PyObject *mode = current_mode(state);
    PyObject *variant = mode ? slot(mode, state->computing_at) : NULL; /* None: draws a graph */
    bool same = variant && ready->variant
                && (variant == ready->variant
                    || PyObject_RichCompareBool(variant, ready->variant, Py_EQ) == 1);
    Py_XDECREF(mode);
    return same && ((Clock *)state->structure)->now == ready->structure && seconds() < ready->due;
}

/* The result of a program for these arguments; NULL without an error where Python has to. */
static PyObject *answer(State *state, Ready *ready, PyObject *const *args, PyObject *out)
{
    PyObject *arguments = part(ready, ARGUMENTS), *leaves = part(ready, LEAVES);
    int arrays = 0;
    double *to = ready->memory;
    for (Py_ssize_t i = 0; to && i < PyTuple_GET_SIZE(arguments); i++)
        to = read_argument(ready, PyTuple_GET_ITEM(arguments, i), args[i], to);
    if (!to || !takes(ready, part(ready, RESULT), out, &arrays) || !is_current(state, ready))
        return NULL;
    if (ready->clock != state->clock->now) {
        for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(leaves); i++)
            to[i] = ((Node *)PyTuple_GET_ITEM(leaves, i))->data;
        ready->clock = state->clock->now;
    }
    ((Clock *)part(ready, LEFT))->now--;
    ready->run(ready->memory);
    return result_of(ready, part(ready, RESULT), out);
}

/* What is ready of a kind of result, the lists of `Programs.ready`. */
static PyObject *computed(State *state, PyObject *compiled, int kind, PyObject *const *args,
                          Py_ssize_t count, PyObject *out)
{
    PyObject *programs = state->programs_at ? slot(compiled, state->programs_at) : NULL;
    PyObject *kinds = programs ? slot(programs, state->ready_at) : NULL, *result = NULL;
    PyObject *several = kinds ? Py_NewRef(PyTuple_GET_ITEM(kinds, kind)) : NULL;
    for (Py_ssize_t i = 0; several && !result && i < PyList_GET_SIZE(several); i++) {
        Ready *ready = (Ready *)PyList_GET_ITEM(several, i);
        if (ready->busy || count != PyTuple_GET_SIZE(part(ready, ARGUMENTS))
            || ((Clock *)part(ready, LEFT))->now <= 0)
            continue;
        Py_INCREF(ready);
        ready->busy = true;
        result = answer(state, ready, args, out);
        ready->busy = false;
        Py_DECREF(ready);
        if (!result && PyErr_Occurred())
            break;
    }
    Py_XDECREF(several);
    return result;
}

static PyObject *call_method(PyObject *self, PyObject *const *args, Py_ssize_t count,
                             PyObject *names, int kind, const char *method)
{
    State *state = here();
    bool one = names && PyTuple_GET_SIZE(names) == 1 && PyTuple_GET_ITEM(names, 0) == state->out;
    PyObject *result = NULL;
    if (!names || one)
        result = computed(state, self, kind, args, count, one ? args[count] : Py_None);
    return result || PyErr_Occurred() ? result : in_python(self, method, args, count, names);
}

#define METHOD(name, kind)                                                         \
    static PyObject *name(PyObject *self, PyObject *const *args, Py_ssize_t count, \
                          PyObject *names)                                         \
    {                                                                              \
        return call_method(self, args, count, names, kind, "_python_" #name);      \
    }
METHOD(value_and_grad, 1)
METHOD(jacobian, 2)
METHOD(hessian, 3)

static PyObject *call_itself(PyObject *self, PyObject *args, PyObject *keywords)
{
    State *state = here();
    PyObject *out = keywords && state->out ? PyDict_GetItem(keywords, state->out) : Py_None;
    PyObject *result = NULL;
    if (out && (!keywords || PyDict_GET_SIZE(keywords) == 1))
        result = computed(state, self, 0, &PyTuple_GET_ITEM(args, 0), PyTuple_GET_SIZE(args), out);
    if (result || PyErr_Occurred())
        return result;
    PyObject *method = PyObject_GetAttrString(self, "_python_call");
    result = method ? PyObject_Call(method, args, keywords) : NULL;
    Py_XDECREF(method);
    return result;
}

PyMethodDef caller_methods[] = {
#define FAST(name) {#name, (PyCFunction)(void (*)(void))name, METH_FASTCALL | METH_KEYWORDS, NULL}
    FAST(value_and_grad),
    FAST(jacobian),
    FAST(hessian),
    {NULL},
};

static PyType_Slot caller_slots[] = {
    {Py_tp_doc, "What C knows of a compiled function: autograd.Compiled is a subclass."},
    {Py_tp_call, call_itself},
    {Py_tp_methods, caller_methods},
    {0, NULL},
};

PyType_Spec caller_spec = {
    .name = "autograd.native.Caller",
    .basicsize = sizeof(PyObject),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
    .slots = caller_slots,
};

/* ==== What is ready ==== */

/* ready(run, memory, outputs, parts, data): a program, by the addresses of its code, its memory and
 * its outputs; None where the array among the parts, of shape (2, 3), is not as arrays are here. */
PyObject *make_ready(PyObject *Py_UNUSED(module), PyObject *args)
{
    State *state = here();
    unsigned long long run, memory, outputs, data;
    PyObject *parts;
    if (!PyArg_ParseTuple(args, "KKKO!K", &run, &memory, &outputs, &PyTuple_Type, &parts, &data))
        return NULL;
    if (PyTuple_GET_SIZE(parts) != PARTS || !PyTuple_Check(PyTuple_GET_ITEM(parts, LEAVES))
        || !are_nodes(state, PyTuple_GET_ITEM(parts, LEAVES))
        || !PyTuple_Check(PyTuple_GET_ITEM(parts, ARGUMENTS))
        || !PyObject_TypeCheck(PyTuple_GET_ITEM(parts, LEFT), Py_TYPE(state->clock)->tp_base)) {
        PyErr_SetString(PyExc_TypeError, "what is ready has other parts");
        return NULL;
    }
    const Array *array = (Array *)PyTuple_GET_ITEM(parts, EXAMPLE);
    int flags = CONTIGUOUS | ALIGNED | WRITEABLE;
    if (Py_TYPE(array)->tp_basicsize < (Py_ssize_t)sizeof(Array)
        || array->data != (char *)(uintptr_t)data || array->axes != 2 || array->dimensions[1] != 3
        || array->strides[1] != sizeof(double) || (array->flags & flags) != flags)
        Py_RETURN_NONE;
    Ready *ready = (Ready *)state->ready_type->tp_alloc(state->ready_type, 0);
    if (ready) {
        ready->run = (void (*)(double *))(uintptr_t)run;
        ready->memory = (double *)(uintptr_t)memory;
        ready->outputs = (double *)(uintptr_t)outputs;
        ready->parts = Py_NewRef(parts);
        ready->clock = -1;
    }
    return (PyObject *)ready;
}

/* renew(variant, structure, seconds): it is the program of this variant under that count of
 * announced changes, and so long from now on. */
static PyObject *renew(PyObject *self, PyObject *args)
{
    Ready *ready = (Ready *)self;
    PyObject *variant;
    long long structure;
    double more;
    if (!PyArg_ParseTuple(args, "OLd", &variant, &structure, &more))
        return NULL;
    Py_XSETREF(ready->variant, Py_NewRef(variant));
    ready->structure = structure;
    ready->due = seconds() + more;
    Py_RETURN_NONE;
}

static int ready_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(((Ready *)self)->parts);
    Py_VISIT(((Ready *)self)->variant);
    return 0;
}

static void ready_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    Py_XDECREF(((Ready *)self)->parts);
    Py_XDECREF(((Ready *)self)->variant);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyMethodDef ready_methods[] = {{"renew", renew, METH_VARARGS, NULL}, {NULL}};

static PyType_Slot ready_slots[] = {
    {Py_tp_doc, "A program that C runs at once."},
    {Py_tp_methods, ready_methods},
    {Py_tp_traverse, ready_traverse},
    {Py_tp_dealloc, ready_dealloc},
    {0, NULL},
};

PyType_Spec ready_spec = {
    .name = "autograd.native.Ready",
    .basicsize = sizeof(Ready),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = ready_slots,
};
