/* The module: its types and functions, and what it is told of Python. */

#include "engine.h"

State *only_state = NULL;
static State *all_states = NULL;

static State *state_of(int64_t interpreter)
{
    State *state = all_states;
    while (state && state->interpreter != interpreter)
        state = state->next;
    return state;
}

/* A state is never freed: a thread may be about to read it. There is one for each interpreter. */
State *find_state(void)
{
    State *state = state_of(PyInterpreterState_GetID(PyInterpreterState_Get()));
    if (!state)
        Py_FatalError("autograd.native is used before it is imported");
    return state;
}

/* Python computes the length of a vector more exactly than the hypot of C. */
double python_hypot(double x, double y)
{
    PyObject *length = PyObject_CallFunction(here()->hypot, "dd", x, y);
    double result = length ? PyFloat_AsDouble(length) : Py_NAN;
    Py_XDECREF(length);
    PyErr_Clear(); /* it fails for want of memory alone */
    return result;
}

/* What a method in Python of the same object returns: it does all that is rare. */
PyObject *in_python(PyObject *self, const char *method, PyObject *const *args, Py_ssize_t count,
                    PyObject *names)
{
    PyObject *bound = PyObject_GetAttrString(self, method);
    PyObject *result = bound ? PyObject_Vectorcall(bound, args, count, names) : NULL;
    Py_XDECREF(bound);
    return result;
}

/* Where an instance of a class keeps a slot; -1 with an error if it has no such slot. */
static Py_ssize_t offset_of(PyObject *type, const char *slot)
{
    PyObject *descriptor = PyObject_GetAttrString(type, slot);
    if (!descriptor)
        return -1;
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
static PyObject *connect(PyObject *Py_UNUSED(module), PyObject *args, PyObject *keywords)
{
    State *state = here();
    PyObject *clock;
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
#define FIND(name) state->name##_at = offset_of(state->Mode, #name);
    MODE_SLOTS(FIND)
#undef FIND
    if (PyErr_Occurred())
        return NULL;
    Py_RETURN_NONE;
}

/* connect_calls(structure, compiled, programs): the count of announced changes, and the slots of
 * compiled functions and of their programs. */
static PyObject *connect_calls(PyObject *Py_UNUSED(module), PyObject *args)
{
    State *state = here();
    PyObject *structure, *compiled, *programs;
    if (!PyArg_ParseTuple(args, "OOO", &structure, &compiled, &programs))
        return NULL;
    Py_XSETREF(state->structure, (Clock *)Py_NewRef(structure));
    Py_XSETREF(state->out, PyUnicode_InternFromString("out"));
    Py_XSETREF(state->reduction, PyUnicode_InternFromString("reduction"));
    state->ready_at = offset_of(programs, "ready");
    state->programs_at = offset_of(compiled, "_programs");
    return PyErr_Occurred() ? NULL : Py_NewRef(Py_None);
}

/* connect_traced(class): the Values without numbers, which record as others do. */
static PyObject *connect_traced(PyObject *Py_UNUSED(module), PyObject *traced)
{
    Py_XSETREF(here()->traced, (PyTypeObject *)Py_NewRef(traced));
    Py_RETURN_NONE;
}

/* describe(name, text): the documentation of an attribute of nodes or of compiled functions, as
 * Python's twin has it; of nodes first. */
static PyObject *describe(PyObject *Py_UNUSED(module), PyObject *args)
{
    const char *name, *text, **place = NULL;
    if (!PyArg_ParseTuple(args, "ss", &name, &text))
        return NULL;
    PyMethodDef *tables[] = {caller_methods, node_methods};
    for (int i = 0; i < 2; i++)
        for (PyMethodDef *method = tables[i]; method->ml_name; method++)
            if (!method->ml_doc && strcmp(method->ml_name, name) == 0)
                place = &method->ml_doc;
    for (PyGetSetDef *attribute = node_attributes; attribute->name; attribute++)
        if (!attribute->doc && strcmp(attribute->name, name) == 0)
            place = &attribute->doc;
    char *kept = place ? PyMem_RawMalloc(strlen(text) + 1) : NULL;
    if (kept)
        *place = strcpy(kept, text);
    Py_RETURN_NONE;
}

/* ==== The clock ==== */

static PyMemberDef clock_members[] = {
    {"now", T_LONGLONG, offsetof(Clock, now), 0, "the number of changes so far"},
    {NULL},
};

static PyType_Slot clock_slots[] = {
    {Py_tp_doc, "Counts the changes of data."},
    {Py_tp_members, clock_members},
    {0, NULL},
};

static PyType_Spec clock_spec = {
    .name = "autograd.native.Clock",
    .basicsize = sizeof(Clock),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
    .slots = clock_slots,
};

/* ==== The module ==== */

static int execute(PyObject *module)
{
    int64_t interpreter = PyInterpreterState_GetID(PyInterpreterState_Get());
    if (state_of(interpreter)) { /* nodes that are alive refer to its state */
        PyErr_SetString(PyExc_ImportError, "it was imported before in this interpreter; start anew");
        return -1;
    }
    State *state = PyMem_RawCalloc(1, sizeof(State));
    if (!state) {
        PyErr_NoMemory();
        return -1;
    }
    state->interpreter = interpreter;
    if (!(state->label = PyUnicode_InternFromString("label")))
        return -1;
    state->next = all_states;
    all_states = state;
    only_state = state->next ? NULL : state;
    PyType_Spec *specs[] = {&clock_spec, &node_spec, &row_spec, &caller_spec, &ready_spec};
    PyTypeObject *types[5];
    for (int i = 0; i < 5; i++) {
        types[i] = (PyTypeObject *)PyType_FromModuleAndSpec(module, specs[i], NULL);
        if (!types[i] || PyModule_AddType(module, types[i]) < 0)
            return -1;
    }
    state->node_type = types[1];
    state->node_type->tp_vectorcall = new_leaf;
    state->row_type = types[2];
    state->ready_type = types[4];
    return PyModule_AddIntConstant(module, "BUCKETS", BUCKETS) < 0
               ? -1 : PyModule_AddIntConstant(module, "sources", SOURCES); /* see library.py */
}

static PyMethodDef functions[] = {
    {"accumulate", accumulate, METH_VARARGS, NULL},
    {"apply", (PyCFunction)(void (*)(void))apply, METH_FASTCALL, NULL},
    {"backward", (PyCFunction)(void (*)(void))backward, METH_FASTCALL, NULL},
    {"bind", bind, METH_VARARGS, NULL},
    {"called_in", (PyCFunction)(void (*)(void))called_in, METH_FASTCALL, NULL},
    {"connect", (PyCFunction)(void (*)(void))connect, METH_VARARGS | METH_KEYWORDS, NULL},
    {"derivatives", derivatives, METH_VARARGS, NULL},
    {"connect_calls", connect_calls, METH_VARARGS, NULL},
    {"connect_traced", connect_traced, METH_O, NULL},
    {"describe", describe, METH_VARARGS, NULL},
    {"drawn", drawn, METH_VARARGS, NULL},
    {"flattened", flattened, METH_VARARGS, NULL},
    {"guarded", (PyCFunction)(void (*)(void))guarded, METH_FASTCALL, NULL},
    {"dot", (PyCFunction)(void (*)(void))dot, METH_FASTCALL, NULL},
    {"holds", still_holds, METH_VARARGS, NULL},
    {"know_arrays", know_arrays, METH_VARARGS, NULL},
    {"move", move_all, METH_VARARGS, NULL},
    {"new_node", make_node, METH_VARARGS, NULL},
    {"outputs", outputs, METH_VARARGS, NULL},
    {"read", read_all, METH_VARARGS, NULL},
    {"ready", make_ready, METH_VARARGS, NULL},
    {"replace", replace_all, METH_VARARGS, NULL},
    {"rule", make_rule, METH_VARARGS, NULL},
    {"run_pass", (PyCFunction)(void (*)(void))run_pass, METH_FASTCALL, NULL},
    {"write", write_all, METH_VARARGS, NULL},
    {"topological_order", (PyCFunction)(void (*)(void))topological_order, METH_FASTCALL, NULL},
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
