/* The module: its types and functions, and what it is told of Python. */

#include "engine.h"

State *last_state = NULL;
static State *all_states = NULL;

/* A state is never freed: a pointer to it may be cached. There is one for each interpreter. */
State *
find_state(void)
{
    PyInterpreterState *interpreter = PyInterpreterState_Get();
    for (State *state = all_states; state; state = state->next) {
        if (state->interpreter == interpreter) {
            last_state = state;
            return state;
        }
    }
    Py_FatalError("autograd.native is used before it is imported");
}

/* Python computes the length of a vector more exactly than the hypot of C. */
double
python_hypot(double x, double y)
{
    PyObject *length = PyObject_CallFunction(here()->hypot, "dd", x, y);
    double result = length ? PyFloat_AsDouble(length) : Py_NAN;
    Py_XDECREF(length);
    PyErr_Clear(); /* it fails for want of memory alone */
    return result;
}

/* Where an instance of a class keeps a slot; -1 with an error if it has no such slot. */
static Py_ssize_t
offset_of(PyObject *type, const char *slot)
{
    PyObject *descriptor = PyObject_GetAttrString(type, slot);
    if (!descriptor) {
        return -1;
    }
    Py_ssize_t offset = -1;
    if (Py_IS_TYPE(descriptor, &PyMemberDescr_Type)) {
        offset = ((PyMemberDescrObject *)descriptor)->d_member->offset;
    } else {
        PyErr_Format(PyExc_TypeError, "%s is no slot", slot);
    }
    Py_DECREF(descriptor);
    return offset;
}

/* connect(clock, **asked): once, when the package is loaded. */
static PyObject *
connect(PyObject *module, PyObject *args, PyObject *keywords)
{
    State *state = here();
    PyObject *clock;
    (void)module;
    if (!keywords || !PyArg_ParseTuple(args, "O", &clock)) {
        PyErr_SetString(PyExc_TypeError, "connect takes the clock, and what is asked by name");
        return NULL;
    }
    Py_XSETREF(state->clock, (Clock *)Py_NewRef(clock));
#define TAKE(name)                                                     \
    {                                                                  \
        PyObject *object = PyDict_GetItemString(keywords, #name);      \
        if (!object) {                                                 \
            PyErr_SetString(PyExc_TypeError, "connect lacks " #name);  \
            return NULL;                                               \
        }                                                              \
        Py_XSETREF(state->name, Py_NewRef(object));                    \
    }
    ASKED(TAKE)
#undef TAKE
    state->record_at = offset_of(state->Mode, "record");
    state->quiet_at = offset_of(state->Mode, "quiet");
    state->tracing_at = offset_of(state->Mode, "tracing");
    state->place_at = offset_of(state->Mode, "place");
    state->labelled_at = offset_of(state->Mode, "labelled");
    if (PyErr_Occurred()) {
        return NULL;
    }
    Py_RETURN_NONE;
}

static int
execute(PyObject *module)
{
    State *state = PyMem_RawCalloc(1, sizeof(State));
    if (!state) {
        PyErr_NoMemory();
        return -1;
    }
    state->interpreter = PyInterpreterState_Get();
#define NAME(name)                                         \
    state->name = PyUnicode_InternFromString(#name);       \
    if (!state->name) {                                    \
        return -1;                                         \
    }
    NAMED(NAME)
#undef NAME
    state->next = all_states;
    all_states = last_state = state;
    if (PyModule_AddStringConstant(module, "table_digest", table_digest) < 0) {
        return -1;
    }
    PyObject *clock_type = PyType_FromModuleAndSpec(module, &clock_spec, NULL);
    state->node_type = (PyTypeObject *)PyType_FromModuleAndSpec(module, &node_spec, NULL);
    state->row_type = (PyTypeObject *)PyType_FromModuleAndSpec(module, &row_spec, NULL);
    PyObject *method_type = PyType_FromModuleAndSpec(module, &method_spec, NULL);
    if (!clock_type || !state->node_type || !state->row_type || !method_type) {
        return -1;
    }
    return PyModule_AddType(module, (PyTypeObject *)method_type) < 0
                   || PyModule_AddType(module, (PyTypeObject *)clock_type) < 0
                   || PyModule_AddType(module, state->node_type) < 0
                   || PyModule_AddType(module, state->row_type) < 0
               ? -1
               : 0;
}

static PyMethodDef functions[] = {
    {"accumulate", accumulate, METH_VARARGS, NULL},
    {"apply", (PyCFunction)(void (*)(void))apply, METH_FASTCALL, NULL},
    {"backward", (PyCFunction)(void (*)(void))backward, METH_FASTCALL, NULL},
    {"bind", bind, METH_VARARGS, NULL},
    {"connect", (PyCFunction)(void (*)(void))connect, METH_VARARGS | METH_KEYWORDS, NULL},
    {"dot", (PyCFunction)(void (*)(void))dot, METH_FASTCALL, NULL},
    {"node_of", (PyCFunction)(void (*)(void))node_of, METH_FASTCALL, NULL},
    {"new_node", make_node, METH_VARARGS, NULL},
    {"run_pass", (PyCFunction)(void (*)(void))run_pass, METH_FASTCALL, NULL},
    {NULL},
};

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, execute},
#ifdef Py_mod_multiple_interpreters
    {Py_mod_multiple_interpreters, Py_MOD_MULTIPLE_INTERPRETERS_SUPPORTED},
#endif
    {0, NULL},
};

static struct PyModuleDef definition = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "autograd.native._engine",
    .m_doc = "Nodes, operators and the reverse pass in C.",
    .m_slots = slots,
    .m_methods = functions,
};

PyMODINIT_FUNC
PyInit__engine(void)
{
    return PyModuleDef_Init(&definition);
}
