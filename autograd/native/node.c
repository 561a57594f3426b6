/* Nodes: made, read from Python, and freed without recursion.
 *
 * A node refers to its operands and never to what uses it, so nodes alone form no cycles and the
 * cyclic collector does not visit them. A class of users with a __dict__ can close a cycle: its
 * instances are visited, and so is all that is computed from them, because the result of an
 * operation is of the derived class.
 */

#include "engine.h"

/* ==== Made ==== */

/* A leaf with data nan at a place, which becomes its own. */
Node *
new_node(State *state, PyTypeObject *type, PyObject *place)
{
    Node *node;
    if (type->tp_basicsize == sizeof(Node) && !PyType_IS_GC(type)) {
        node = PyObject_Malloc(sizeof(Node));
        if (!node) {
            return (Node *)PyErr_NoMemory();
        }
        PyObject_Init((PyObject *)node, type);
    } else {
        node = (Node *)type->tp_alloc(type, 0);
        if (!node) {
            return NULL;
        }
    }
    node->weak_references = NULL;
    node->data = Py_NAN;
    node->op = NULL;
    node->place = Py_NewRef(place);
    node->version = state->clock->now;
    node->stamp = 0;
    node->depth = 0;
    node->layout = LEAF;
    node->numbers = 0;
    node->has_grad = false;
    return node;
}

Node *
node_with(State *state, PyTypeObject *type, Row *op, const Operands *operands, double data,
          PyObject *place)
{
    Node *node = new_node(state, type, place);
    if (!node) {
        return NULL;
    }
    node->data = data;
    node->op = (Row *)Py_NewRef((PyObject *)op);
    node->layout = operands->layout;
    node->numbers = operands->numbers;
    node->depth = operands->depth + 1;
    node->operand[0] = operands->operand[0];
    node->operand[1] = operands->operand[1];
    if (!(node->numbers & 1)) {
        Py_INCREF(node->operand[0].many);
    }
    if (has_two(node) && !(node->numbers & 2)) {
        Py_INCREF(node->operand[1].many);
    }
    return node;
}

/* Operands as they are kept, of a tuple of nodes and Constants: references are borrowed. */
Operands
operands_of(State *state, PyObject *args)
{
    Operands found = {.depth = -1};
    Py_ssize_t count = PyTuple_GET_SIZE(args);
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *arg = PyTuple_GET_ITEM(args, i);
        if (is_node(state, arg)) {
            int32_t depth = ((Node *)arg)->depth;
            found.depth = depth > found.depth ? depth : found.depth;
        } else if (found.depth < 0) {
            found.depth = 0; /* as a Constant has it */
        }
    }
    if (count == 0 || count > 2) {
        found.layout = MANY;
        found.operand[0].many = args;
        return found;
    }
    found.layout = count == 1 ? ONE : TWO;
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *arg = PyTuple_GET_ITEM(args, i);
        if (is_node(state, arg)) {
            found.operand[i].node = (Node *)arg;
        } else {
            found.operand[i].number = PyFloat_AS_DOUBLE(arg);
            found.numbers |= 1 << i;
        }
    }
    return found;
}

/* A node from all its parts: what copies and pickles are made of. */
PyObject *
make_node(PyObject *module, PyObject *given)
{
    State *state = here();
    PyTypeObject *type;
    PyObject *op, *args, *grad, *place;
    double data;
    long long version;
    (void)module;
    if (!PyArg_ParseTuple(given, "O!OO!dOOL", &PyType_Type, &type, &op, &PyTuple_Type, &args, &data,
                          &grad, &place, &version)) {
        return NULL;
    }
    Node *node;
    if (op == Py_None) {
        node = new_node(state, type, place);
    } else {
        Operands operands = operands_of(state, args);
        node = node_with(state, type, (Row *)op, &operands, data, place);
    }
    if (node) {
        node->data = data;
        node->version = version;
        node->has_grad = grad != Py_None;
        node->grad = node->has_grad ? PyFloat_AsDouble(grad) : 0.0;
    }
    return (PyObject *)node;
}

static PyObject *
node_new(PyTypeObject *type, PyObject *args, PyObject *keywords)
{
    State *state = here();
    (void)args, (void)keywords;
    PyObject *mode = current_mode(state);
    PyObject *place = mode ? place_under(state, mode) : NULL;
    Node *node = place ? new_node(state, type, place) : NULL;
    Py_XDECREF(place);
    Py_XDECREF(mode);
    return (PyObject *)node;
}

/* The label, if it is given by name and nothing else is; NULL else. */
static PyObject *
label_of(State *state, PyObject *keywords)
{
    PyObject *label = PyDict_GET_SIZE(keywords) == 1 ? PyDict_GetItem(keywords, state->label) : NULL;
    return label && PyUnicode_CheckExact(label) && PyUnicode_GET_LENGTH(label) ? label : NULL;
}

/* Value(data, label=""): of a float here, of all else in Python. */
static int
node_init(PyObject *self, PyObject *args, PyObject *keywords)
{
    State *state = here();
    Node *node = (Node *)self;
    PyObject *data = PyTuple_GET_SIZE(args) == 1 ? PyTuple_GET_ITEM(args, 0) : NULL;
    if (data && PyFloat_CheckExact(data) && !node->op && !may_be_tracing(state)) {
        PyObject *label = keywords ? label_of(state, keywords) : NULL;
        if (label) {
            PyObject *place = place_labelled(state, label);
            if (!place) {
                return -1;
            }
            Py_SETREF(node->place, place);
        }
        if (label || !keywords) {
            node->data = PyFloat_AS_DOUBLE(data);
            return 0;
        }
    }
    Py_ssize_t count = PyTuple_GET_SIZE(args);
    PyObject *given = PyTuple_New(count + 1);
    if (!given) {
        return -1;
    }
    PyTuple_SET_ITEM(given, 0, Py_NewRef(self));
    for (Py_ssize_t i = 0; i < count; i++) {
        PyTuple_SET_ITEM(given, i + 1, Py_NewRef(PyTuple_GET_ITEM(args, i)));
    }
    PyObject *none = PyObject_Call(state->leaf, given, keywords);
    Py_DECREF(given);
    Py_XDECREF(none);
    return none ? 0 : -1;
}

/* ==== Freed ==== */

/* Put an object whose last reference this is on the stack of those that die; false without memory. */
static bool
push_dying(State *state, PyObject *object)
{
    if (state->dying_count == state->dying_capacity) {
        size_t capacity = state->dying_capacity ? 2 * state->dying_capacity : 64;
        PyObject **larger = PyMem_RawRealloc(state->dying, capacity * sizeof(PyObject *));
        if (!larger) {
            return false;
        }
        state->dying = larger;
        state->dying_capacity = capacity;
    }
    state->dying[state->dying_count++] = object;
    return true;
}

/* Drop a reference. What would die of it waits: freeing it here would be a recursion. */
static inline void
drop(State *state, PyObject *object)
{
    if (Py_REFCNT(object) > 1 || !push_dying(state, object)) {
        Py_DECREF(object);
    }
}

static inline void
drop_operands(State *state, Node *node)
{
    if (node->layout != LEAF && !(node->numbers & 1)) {
        drop(state, node->operand[0].many);
    }
    if (has_two(node) && !(node->numbers & 2)) {
        drop(state, node->operand[1].many);
    }
    node->layout = LEAF;
}

/* Whoever frees the first node frees all that die with it. */
static void
drop_dying(State *state)
{
    if (!state->freeing) {
        state->freeing = true;
        while (state->dying_count) {
            Py_DECREF(state->dying[--state->dying_count]);
        }
        state->freeing = false;
    }
}

static void
node_dealloc(Node *node)
{
    State *state = here();
    PyTypeObject *type = Py_TYPE(node);
    if (node->weak_references) {
        PyObject_ClearWeakRefs((PyObject *)node);
    }
    bool is_leaf = node->layout == LEAF;
    drop_operands(state, node);
    Py_XDECREF((PyObject *)node->op);
    Py_XDECREF(node->place);
    type->tp_free(node);
    Py_DECREF(type);
    if (!is_leaf) {
        drop_dying(state);
    }
}

/* For classes of users that the cyclic collector visits. */
static int
node_traverse(Node *node, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(node));
    Py_VISIT(node->place);
    if (node->layout != LEAF && !(node->numbers & 1)) {
        Py_VISIT(node->operand[0].many);
    }
    if (has_two(node) && !(node->numbers & 2)) {
        Py_VISIT(node->operand[1].many);
    }
    return 0;
}

static int
node_clear(Node *node)
{
    State *state = here();
    drop_operands(state, node);
    Py_CLEAR(node->op);
    drop_dying(state);
    return 0;
}

/* ==== Read from Python ==== */

/* A Constant, as one of the operands in `args`. */
PyObject *
constant(State *state, double number)
{
    PyTypeObject *type = (PyTypeObject *)state->Constant;
    PyObject *made = type->tp_alloc(type, 0);
    if (made) {
        ((PyFloatObject *)made)->ob_fval = number;
    }
    return made;
}

PyObject *
args_of(State *state, const Node *node)
{
    if (node->layout == LEAF) {
        return PyTuple_New(0);
    }
    if (node->layout == MANY) {
        return Py_NewRef(node->operand[0].many);
    }
    if (node->layout == PAIRS) {
        return PySequence_Concat(node->operand[0].many, node->operand[1].many);
    }
    PyObject *args = PyTuple_New(node->layout == ONE ? 1 : 2);
    for (Py_ssize_t i = 0; args && i < PyTuple_GET_SIZE(args); i++) {
        const Operand *operand = &node->operand[i];
        PyObject *arg = node->numbers >> i & 1 ? constant(state, operand->number)
                                               : Py_NewRef((PyObject *)operand->node);
        if (!arg) {
            Py_CLEAR(args);
            break;
        }
        PyTuple_SET_ITEM(args, i, arg);
    }
    return args;
}

static PyObject *
get_args(PyObject *self, void *closure)
{
    (void)closure;
    return args_of(here(), (Node *)self);
}

static PyObject *
get_op(PyObject *self, void *closure)
{
    (void)closure;
    Row *op = ((Node *)self)->op;
    return Py_NewRef(op ? (PyObject *)op : Py_None);
}

static PyObject *
get_grad(PyObject *self, void *closure)
{
    (void)closure;
    Node *node = (Node *)self;
    return node->has_grad ? PyFloat_FromDouble(node->grad) : Py_NewRef(Py_None);
}

static int
set_grad(PyObject *self, PyObject *grad, void *closure)
{
    (void)closure;
    Node *node = (Node *)self;
    if (!grad || grad == Py_None) {
        node->has_grad = false;
        return 0;
    }
    double number = PyFloat_AsDouble(grad);
    if (number == -1.0 && PyErr_Occurred()) {
        return -1;
    }
    node->grad = number;
    node->has_grad = true;
    return 0;
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

static PyGetSetDef node_attributes[] = {
    {"args", get_args, NULL, "The operands in order, Values and Constants; () for a leaf.", NULL},
    {"op", get_op, NULL, "The row of the operation; None for a leaf.", NULL},
    {"_grad", get_grad, set_grad, "None: no backward pass has reached the node", NULL},
    {NULL},
};

static PyType_Slot node_slots[] = {
    {Py_tp_doc, "Value(data, label='')\n--\n\nA scalar of a graph: all that the algorithms know of a Value."},
    {Py_tp_new, node_new},
    {Py_tp_init, node_init},
    {Py_tp_dealloc, node_dealloc},
    {Py_tp_traverse, node_traverse},
    {Py_tp_clear, node_clear},
    {Py_tp_members, node_members},
    {Py_tp_getset, node_attributes},
    {Py_nb_add, node_add},
    {Py_nb_subtract, node_subtract},
    {Py_nb_multiply, node_multiply},
    {Py_nb_true_divide, node_divide},
    {Py_nb_power, node_power},
    {Py_nb_negative, node_negative},
    {Py_nb_absolute, node_absolute},
    {Py_nb_bool, node_truth},
    {Py_tp_richcompare, node_compare},
    {Py_tp_hash, node_hash},
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
