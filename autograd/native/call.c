/* Calls of compiled functions: a program that is ready runs at once, all else goes to Python.
 *
 * `autograd.program.compiled` is the specification, and `autograd.program.ready` says what is ready.
 * No Python runs between the first input that is written and the last output that is read, but for
 * the memory of new objects, whose collector may run anything: a call that finds the program busy
 * goes to Python, as one that passes other arguments does.
 */

#include "engine.h"
#ifdef _WIN32
#include <windows.h>
#else
#include <time.h>
#endif

/* The parts of what is ready: captured leaves, the patterns of arguments and result, a count of calls
 * that are left before Python looks again; as arrays of int64, which inputs must be whole numbers
 * below which counts; for `backward` the leaves that get gradients, and where these are in memory;
 * and what keeps code and memory alive. */
enum { LEAVES, ARGUMENTS, RESULT, LEFT, INDICES, REACHED, PLACES, OWNER, PARTS };

typedef struct {
    PyObject_HEAD
    void (*run)(double *memory);
    double *memory;      /* inputs, data of the leaves, whatever else */
    PyObject *parts;
    PyObject *variant;   /* of the mode; NULL before the first `renew` */
    Py_ssize_t bucket;   /* in which calls with such arguments look for it */
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

/* ==== Calls ==== */

enum { VALUE, VALUE_AND_GRAD, JACOBIAN, HESSIAN, BACKWARD };

/* The bucket of programs for such arguments or patterns. */
static Py_ssize_t bucket_of(State *state, PyObject *const *given, Py_ssize_t count, bool patterns)
{
    size_t sizes = (size_t)count;
    for (Py_ssize_t i = 0; i < count; i++) {
        sizes *= 3;
        if (!PyFloat_CheckExact(given[i]))
            sizes += sizes_in(state, given[i], patterns, 2);
    }
    return sizes % BUCKETS;
}

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

/* Whether the inputs by which `take` chooses are places among its items. */
static bool are_places(const Ready *ready)
{
    Py_ssize_t size;
    const int64_t *index = whole_numbers(part(ready, INDICES), &size);
    for (const int64_t *end = index + size; index < end; index += 2) {
        double chosen = ready->memory[index[0]];
        if (!(chosen >= 0.0 && chosen < (double)index[1]) || chosen != (double)(int64_t)chosen)
            return false;
    }
    return true;
}

/* Add the gradient in memory to the leaves; return the value. Python's sums start from 0.0, which
 * decides the sign of a zero. */
static PyObject *differentiated(const Ready *ready)
{
    Values reached = values_in(part(ready, REACHED));
    PyObject *value = PyFloat_FromDouble(
        0.0 + ready->memory[PyLong_AsSsize_t(part(ready, RESULT))]);
    Py_ssize_t count;
    const int64_t *place = whole_numbers(part(ready, PLACES), &count);
    for (Py_ssize_t i = 0; value && i < count; i++)
        add_to_gradient(value_at(reached, i), 0.0 + ready->memory[place[i]]);
    return value;
}

/* The result of a program for these arguments; NULL without an error where Python has to. */
static PyObject *answer(State *state, Ready *ready, int kind, PyObject *const *args, PyObject *out)
{
    PyObject *arguments = part(ready, ARGUMENTS);
    Values leaves = values_in(part(ready, LEAVES));
    int arrays = 0;
    double *to = ready->memory;
    for (Py_ssize_t i = 0; to && i < PyTuple_GET_SIZE(arguments); i++)
        to = read_argument(state, PyTuple_GET_ITEM(arguments, i), args[i], to);
    if (!to || !are_places(ready) || !takes(state, part(ready, RESULT), out, &arrays)
        || !is_current(state, ready))
        return NULL;
    if (ready->clock != state->clock->now) {
        for (Py_ssize_t i = 0; i < leaves.count; i++)
            to[i] = value_at(leaves, i)->data;
        ready->clock = state->clock->now;
    }
    ((Clock *)part(ready, LEFT))->now--;
    ready->run(ready->memory);
    return kind == BACKWARD ? differentiated(ready)
                            : result_of(state, part(ready, RESULT), out, ready->memory);
}

/* What is ready of a kind of result: the lists of `Programs.ready`. */
static PyObject *computed(State *state, PyObject *compiled, int kind, PyObject *const *args,
                          Py_ssize_t count, PyObject *out)
{
    PyObject *programs = state->programs_at ? slot(compiled, state->programs_at) : NULL;
    PyObject *kinds = programs ? slot(programs, state->ready_at) : NULL, *result = NULL;
    if (!kinds)
        return NULL;
    PyObject *buckets = PyTuple_GET_ITEM(kinds, kind);
    PyObject *several = PyList_GET_ITEM(buckets, bucket_of(state, args, count, false));
    Py_INCREF(several);
    for (Py_ssize_t i = 0; !result && i < PyTuple_GET_SIZE(several); i++) {
        Ready *ready = (Ready *)PyTuple_GET_ITEM(several, i);
        if (ready->busy || count != PyTuple_GET_SIZE(part(ready, ARGUMENTS))
            || ((Clock *)part(ready, LEFT))->now <= 0)
            continue;
        ready->busy = true;
        result = answer(state, ready, kind, args, out);
        ready->busy = false;
        if (!result && PyErr_Occurred())
            break;
    }
    Py_DECREF(several);
    return result;
}

/* Whether no names were given but one, which stands behind the arguments. */
static bool is_named(PyObject *names, PyObject *name)
{
    return PyTuple_GET_SIZE(names) == 1 && PyTuple_GET_ITEM(names, 0) == name;
}

/* Whether it is a reduction; all are the same for one example. */
static bool reduces(PyObject *reduction)
{
    return PyUnicode_Check(reduction)
           && (!PyUnicode_CompareWithASCIIString(reduction, "mean")
               || !PyUnicode_CompareWithASCIIString(reduction, "sum"));
}

static PyObject *call_method(PyObject *self, PyObject *const *args, Py_ssize_t count,
                             PyObject *names, int kind, const char *method)
{
    State *state = here();
    PyObject *result = NULL;
    if (!names)
        result = computed(state, self, kind, args, count, Py_None);
    else if (kind != BACKWARD && is_named(names, state->out))
        result = computed(state, self, kind, args, count, args[count]);
    else if (kind == BACKWARD && is_named(names, state->reduction) && reduces(args[count]))
        result = computed(state, self, kind, args, count, Py_None);
    return result || PyErr_Occurred() ? result : in_python(self, method, args, count, names);
}

#define METHOD(name, kind)                                                         \
    static PyObject *call_##name(PyObject *self, PyObject *const *args,            \
                                 Py_ssize_t count, PyObject *names)                \
    {                                                                              \
        return call_method(self, args, count, names, kind, "_python_" #name);      \
    }
METHOD(value_and_grad, VALUE_AND_GRAD)
METHOD(jacobian, JACOBIAN)
METHOD(hessian, HESSIAN)
METHOD(backward, BACKWARD)

static PyObject *call_itself(PyObject *self, PyObject *args, PyObject *keywords)
{
    State *state = here();
    PyObject *out = keywords && state->out ? PyDict_GetItem(keywords, state->out) : Py_None;
    PyObject *result = NULL;
    if (out && (!keywords || PyDict_GET_SIZE(keywords) == 1))
        result = computed(state, self, VALUE, &PyTuple_GET_ITEM(args, 0), PyTuple_GET_SIZE(args),
                          out);
    if (result || PyErr_Occurred())
        return result;
    PyObject *method = PyObject_GetAttrString(self, "_python_call");
    result = method ? PyObject_Call(method, args, keywords) : NULL;
    Py_XDECREF(method);
    return result;
}

PyMethodDef caller_methods[] = {
#define FAST(name) \
    {#name, (PyCFunction)(void (*)(void))call_##name, METH_FASTCALL | METH_KEYWORDS, NULL}
    FAST(value_and_grad),
    FAST(jacobian),
    FAST(hessian),
    FAST(backward),
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

/* ready(run, memory, parts): a program, by the addresses of its code and its memory. */
PyObject *make_ready(PyObject *Py_UNUSED(module), PyObject *args)
{
    State *state = here();
    unsigned long long run, memory;
    PyObject *parts;
    if (!PyArg_ParseTuple(args, "KKO!", &run, &memory, &PyTuple_Type, &parts))
        return NULL;
    if (PyTuple_GET_SIZE(parts) != PARTS || !are_nodes(state, PyTuple_GET_ITEM(parts, LEAVES))
        || !are_nodes(state, PyTuple_GET_ITEM(parts, REACHED))
        || !PyTuple_Check(PyTuple_GET_ITEM(parts, ARGUMENTS))
        || !PyObject_TypeCheck(PyTuple_GET_ITEM(parts, LEFT), Py_TYPE(state->clock)->tp_base)) {
        PyErr_SetString(PyExc_TypeError, "what is ready has other parts");
        return NULL;
    }
    Ready *ready = (Ready *)state->ready_type->tp_alloc(state->ready_type, 0);
    if (ready) {
        PyObject *arguments = PyTuple_GET_ITEM(parts, ARGUMENTS);
        ready->run = (void (*)(double *))(uintptr_t)run;
        ready->memory = (double *)(uintptr_t)memory;
        ready->parts = Py_NewRef(parts);
        ready->bucket = bucket_of(state, &PyTuple_GET_ITEM(arguments, 0),
                                  PyTuple_GET_SIZE(arguments), true);
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

static PyMemberDef ready_members[] = {
    {"bucket", T_PYSSIZET, offsetof(Ready, bucket), READONLY, "where calls look for it"},
    {NULL},
};

static PyMethodDef ready_methods[] = {{"renew", renew, METH_VARARGS, NULL}, {NULL}};

static PyType_Slot ready_slots[] = {
    {Py_tp_doc, "A program that C runs at once."},
    {Py_tp_members, ready_members},
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
