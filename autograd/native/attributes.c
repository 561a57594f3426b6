/* The class of nodes, as Python reads it: attributes, and the type with all that stands elsewhere. */

#include "engine.h"

static PyObject *get_args(PyObject *self, void *Py_UNUSED(closure))
{
    return args_of(here(), (Node *)self);
}

static PyObject *get_op(PyObject *self, void *Py_UNUSED(closure))
{
    Row *op = ((Node *)self)->op;
    return Py_NewRef(op ? (PyObject *)op : Py_None);
}

/* `_grad`: None until a backward pass has reached the node. */
static PyObject *get_known_grad(PyObject *self, void *Py_UNUSED(closure))
{
    Node *node = (Node *)self;
    return node->has_grad ? PyFloat_FromDouble(node->grad) : Py_NewRef(Py_None);
}

static int set_known_grad(PyObject *self, PyObject *grad, void *Py_UNUSED(closure))
{
    Node *node = (Node *)self;
    double number = grad && grad != Py_None ? PyFloat_AsDouble(grad) : 0.0;
    if (number == -1.0 && PyErr_Occurred())
        return -1;
    node->grad = number;
    node->has_grad = grad && grad != Py_None;
    return 0;
}

/* In a trace, and of anything but a float, attributes are Python's. */
static bool is_plain(PyObject *given)
{
    return given && PyFloat_CheckExact(given) && !may_be_tracing(here());
}

static PyObject *get_data(PyObject *self, void *in_python)
{
    return may_be_tracing(here()) ? PyObject_GetAttrString(self, in_python)
                                  : PyFloat_FromDouble(((Node *)self)->data);
}

static int set_data(PyObject *self, PyObject *data, void *in_python)
{
    Node *node = (Node *)self;
    if (!is_plain(data) || node->op)
        return PyObject_SetAttrString(self, in_python, data);
    node->data = PyFloat_AS_DOUBLE(data);
    node->version = ++here()->clock->now;
    return 0;
}

static PyObject *get_grad(PyObject *self, void *in_python)
{
    Node *node = (Node *)self;
    return may_be_tracing(here()) ? PyObject_GetAttrString(self, in_python)
                                  : PyFloat_FromDouble(node->has_grad ? node->grad : 0.0);
}

static int set_grad(PyObject *self, PyObject *grad, void *in_python)
{
    return is_plain(grad) ? set_known_grad(self, grad, NULL)
                          : PyObject_SetAttrString(self, in_python, grad);
}

static PyMemberDef node_members[] = {
    {"_data", T_DOUBLE, offsetof(Node, data), 0, "the number, given or computed"},
    {"_version", T_LONGLONG, offsetof(Node, version), 0, "the clock when the data was set"},
    {"_depth", T_INT, offsetof(Node, depth), READONLY, "one more than the deepest operand"},
    {"_place", T_OBJECT_EX, offsetof(Node, place), 0, "label, scope and line"},
    {"_sweep", T_ULONGLONG, offsetof(Node, stamp), READONLY, "the last pass that came here"},
    {"__weaklistoffset__", T_PYSSIZET, offsetof(Node, weak_references), READONLY, NULL},
    {NULL},
};

PyGetSetDef node_attributes[] = {
    {"args", get_args, NULL, "The operands in order, Values and Constants; () for a leaf.", NULL},
    {"op", get_op, NULL, "The row of the operation; None for a leaf.", NULL},
    {"data", get_data, set_data, NULL, "_python_data"},
    {"grad", get_grad, set_grad, NULL, "_python_grad"},
    {"_grad", get_known_grad, set_known_grad, "None: no backward pass has reached the node", NULL},
    {NULL},
};

static PyType_Slot node_slots[] = {
    {Py_tp_doc, "Value(data, label='')\n--\n\nA scalar of a graph."},
    {Py_tp_new, node_new},
    {Py_tp_init, node_init},
    {Py_tp_dealloc, node_dealloc},
    {Py_tp_traverse, node_traverse},
    {Py_tp_clear, node_clear},
    {Py_tp_members, node_members},
    {Py_tp_getset, node_attributes},
    {Py_tp_methods, node_methods},
    {Py_nb_add, node_add},
    {Py_nb_subtract, node_subtract},
    {Py_nb_multiply, node_multiply},
    {Py_nb_true_divide, node_divide},
    {Py_nb_power, node_power},
    {Py_nb_negative, node_negative},
    {Py_nb_absolute, node_absolute},
    {Py_nb_bool, node_truth},
    {Py_tp_richcompare, node_compare},
    {0, NULL},
};

PyType_Spec node_spec = {
    .name = "autograd.native.Node",
    .basicsize = sizeof(Node),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
    .slots = node_slots,
};

static PyMemberDef clock_members[] = {
    {"now", T_LONGLONG, offsetof(Clock, now), 0, "the number of changes so far"},
    {NULL},
};

static PyType_Slot clock_slots[] = {
    {Py_tp_doc, "Counts the changes of data."},
    {Py_tp_members, clock_members},
    {0, NULL},
};

PyType_Spec clock_spec = {
    .name = "autograd.native.Clock",
    .basicsize = sizeof(Clock),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
    .slots = clock_slots,
};
