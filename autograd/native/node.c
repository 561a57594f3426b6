/* Nodes: made, read and set by Python, and freed without recursion.
 *
 * A node refers to its operands and never to what uses it, so nodes alone form no cycles and the
 * cyclic collector does not visit them. An instance of a class of users may close a cycle through
 * its __dict__. The collector visits the instances of all classes that are made in Python, with a
 * __dict__ or without, and so all that is computed from them: the result of an operation on one of
 * them is of such a class too.
 */

#include "engine.h"

#ifdef _MSC_VER
#define THREAD_LOCAL __declspec(thread)
#else
#define THREAD_LOCAL _Thread_local
#endif

/* ==== Made ==== */

/* A leaf with data nan at a place, which becomes its own. A spare node is alive in Python's eyes: it
 * has kept its type, and one reference. */
Node *new_node(State *state, PyTypeObject *type, PyObject *place)
{
    Node *node;
    if (type != state->node_type) {
        node = (Node *)type->tp_alloc(type, 0);
    } else if ((node = state->spare)) {
        state->spare = node->next;
        state->spare_count--;
    } else {
        node = PyObject_Malloc(sizeof(Node));
        node = node ? (Node *)PyObject_Init((PyObject *)node, type) : (Node *)PyErr_NoMemory();
    }
    if (!node)
        return NULL;
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

/* The node of an operation, whose version is that of now. */
Node *node_with(State *state, PyTypeObject *type, Row *op, const Operands *operands, double data,
                PyObject *place)
{
    Node *node = new_node(state, type, place);
    if (!node)
        return NULL;
    node->data = data;
    node->op = (Row *)Py_NewRef((PyObject *)op);
    node->layout = operands->layout;
    node->numbers = operands->numbers;
    node->depth = operands->depth + 1;
    node->operand[0] = operands->operand[0];
    node->operand[1] = operands->operand[1];
    int held = slots_held(node);
    if (held & 1)
        Py_INCREF(node->operand[0].many);
    if (held & 2)
        Py_INCREF(node->operand[1].many);
    return node;
}

/* A Constant, as one of the operands in `args`. */
PyObject *constant(State *state, double number)
{
    PyTypeObject *type = (PyTypeObject *)state->Constant;
    PyObject *made = type->tp_alloc(type, 0);
    if (made)
        ((PyFloatObject *)made)->ob_fval = number;
    return made;
}

/* The operand at a position as Python sees it, a node or a Constant. */
PyObject *operand_at(State *state, const Node *node, Py_ssize_t position)
{
    Node *operand = node_at(state, node, position);
    return operand ? Py_NewRef((PyObject *)operand)
                   : constant(state, data_at(state, node, position));
}

PyObject *args_of(State *state, const Node *node)
{
    if (node->layout == MANY)
        return Py_NewRef(node->operand[0].many);
    PyObject *args = PyTuple_New(operand_count(node));
    for (Py_ssize_t i = 0; args && i < operand_count(node); i++)
        put_item(&args, i, operand_at(state, node, i));
    return args;
}

/* ==== Leaves ==== */

/* The place of a leaf that is made now; the label may be NULL. */
static PyObject *place_of_leaf(State *state, PyObject *label)
{
    PyObject *mode = current_mode(state), *place = NULL;
    if (!mode)
        return NULL;
    if (!label) {
        place = place_under(state, mode);
    } else if ((place = PyDict_GetItemWithError(slot(mode, state->labelled_at), label))) {
        Py_INCREF(place);
    } else if (!PyErr_Occurred()) {
        place = PyObject_CallMethod(mode, "place_of", "O", label);
    }
    Py_DECREF(mode);
    return place;
}

static PyObject *leaf(State *state, PyTypeObject *type, PyObject *label, double data)
{
    PyObject *place = place_of_leaf(state, label);
    Node *node = place ? new_node(state, type, place) : NULL;
    Py_XDECREF(place);
    if (node)
        node->data = data;
    return (PyObject *)node;
}

PyObject *node_new(PyTypeObject *type, PyObject *Py_UNUSED(args),
                          PyObject *Py_UNUSED(keywords))
{
    return leaf(here(), type, NULL, Py_NAN);
}

int node_init(PyObject *self, PyObject *args, PyObject *keywords)
{
    PyObject *init = PyMethod_New(here()->init, self);
    PyObject *none = init ? PyObject_Call(init, args, keywords) : NULL;
    Py_XDECREF(init);
    Py_XDECREF(none);
    return none ? 0 : -1;
}

/* Value(data, label=""): of a float here, of all else by `type.__call__`, thus by Python's init. */
PyObject *new_leaf(PyObject *type, PyObject *const *args, size_t given, PyObject *names)
{
    State *state = here();
    Py_ssize_t count = PyVectorcall_NARGS(given), named = names ? PyTuple_GET_SIZE(names) : 0;
    PyObject *label = count + named == 2 ? args[1] : NULL;
    if (count && count + named <= 2 && PyFloat_CheckExact(args[0]) && !may_be_tracing(state)
        && (!label || (PyUnicode_CheckExact(label) && PyUnicode_GET_LENGTH(label)))
        && (!named || PyTuple_GET_ITEM(names, 0) == state->label)
        && ((PyTypeObject *)type)->tp_init == node_init)
        return leaf(state, (PyTypeObject *)type, label, PyFloat_AS_DOUBLE(args[0]));
    PyObject *call = PyMethod_New(state->call, type);
    PyObject *made = call ? PyObject_Vectorcall(call, args, count, names) : NULL;
    Py_XDECREF(call);
    return made;
}

/* new_node(class, op, args, data, grad, place, version): what copies and pickles are made of. */
PyObject *make_node(PyObject *Py_UNUSED(module), PyObject *given)
{
    State *state = here();
    PyTypeObject *type;
    PyObject *op, *args, *grad, *place;
    double data;
    long long version;
    Operands operands;
    if (!PyArg_ParseTuple(given, "O!OO!dOOL", &PyType_Type, &type, &op, &PyTuple_Type, &args, &data,
                          &grad, &place, &version))
        return NULL;
    PyTypeObject *derived = type;
    if (!PyType_IsSubtype(type, state->node_type) || !operands_of(state, args, &operands, &derived)
        || (op != Py_None && !PyObject_TypeCheck(op, state->row_type))) {
        PyErr_SetString(PyExc_TypeError, "new_node takes a class of Values, an operation, operands");
        return NULL;
    }
    Node *node = op == Py_None ? new_node(state, type, place)
                               : node_with(state, type, (Row *)op, &operands, data, place);
    if (node) {
        node->data = data;
        node->version = version;
        node->has_grad = grad != Py_None;
        node->grad = node->has_grad ? PyFloat_AsDouble(grad) : 0.0;
    }
    return (PyObject *)node;
}

/* ==== Attributes: in a trace, and of anything but a float, they are Python's ==== */

static PyObject *get_args(PyObject *self, void *Py_UNUSED(in_python))
{
    return args_of(here(), (Node *)self);
}

static PyObject *get_op(PyObject *self, void *Py_UNUSED(in_python))
{
    Row *op = ((Node *)self)->op;
    return Py_NewRef(op ? (PyObject *)op : Py_None);
}

static PyObject *get_data(PyObject *self, void *in_python)
{
    return may_be_tracing(here()) ? PyObject_GetAttrString(self, in_python)
                                  : PyFloat_FromDouble(((Node *)self)->data);
}

static PyObject *get_grad(PyObject *self, void *in_python)
{
    Node *node = (Node *)self;
    return may_be_tracing(here()) ? PyObject_GetAttrString(self, in_python)
                                  : PyFloat_FromDouble(node->has_grad ? node->grad : 0.0);
}

/* `_grad`: None until a backward pass has reached the node. */
static PyObject *get_known_grad(PyObject *self, void *Py_UNUSED(in_python))
{
    Node *node = (Node *)self;
    return node->has_grad ? PyFloat_FromDouble(node->grad) : Py_NewRef(Py_None);
}

static int set_known_grad(PyObject *self, PyObject *grad, void *Py_UNUSED(in_python))
{
    Node *node = (Node *)self;
    double number = grad && grad != Py_None ? PyFloat_AsDouble(grad) : 0.0;
    if (number == -1.0 && PyErr_Occurred())
        return -1;
    node->grad = number;
    node->has_grad = grad && grad != Py_None;
    return 0;
}

static bool is_plain(PyObject *given)
{
    return given && PyFloat_CheckExact(given) && !may_be_tracing(here());
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

static int set_grad(PyObject *self, PyObject *grad, void *in_python)
{
    return is_plain(grad) ? set_known_grad(self, grad, NULL)
                          : PyObject_SetAttrString(self, in_python, grad);
}

static int set_in_python(PyObject *self, PyObject *given, void *in_python)
{
    return PyObject_SetAttrString(self, in_python, given);
}

PyMemberDef node_members[] = {
    {"_data", T_DOUBLE, offsetof(Node, data), 0, "the number, given or computed"},
    {"_version", T_LONGLONG, offsetof(Node, version), 0, "the clock when the data was set"},
    {"_depth", T_INT, offsetof(Node, depth), READONLY, "one more than the deepest operand"},
    {"_place", T_OBJECT_EX, offsetof(Node, place), 0, "label, scope and line"},
    {"_sweep", T_ULONGLONG, offsetof(Node, stamp), READONLY, "the last pass that came here"},
    {"__weaklistoffset__", T_PYSSIZET, offsetof(Node, weak_references), READONLY, NULL},
    {NULL},
};

PyGetSetDef node_attributes[] = {
    {"args", get_args, set_in_python, NULL, "_python_args"},
    {"op", get_op, set_in_python, NULL, "_python_op"},
    {"data", get_data, set_data, NULL, "_python_data"},
    {"grad", get_grad, set_grad, NULL, "_python_grad"},
    {"_grad", get_known_grad, set_known_grad, "None: no backward pass has reached the node", NULL},
    {NULL},
};

/* ==== Freed ==== */

/* Put on top of a stack; false for want of memory. */
bool push(Stack *stack, void *item)
{
    if (stack->count == stack->capacity) {
        size_t capacity = stack->capacity ? 2 * stack->capacity : 64;
        void **larger = PyMem_RawRealloc(stack->items, capacity * sizeof(void *));
        if (!larger)
            return false;
        stack->items = larger;
        stack->capacity = capacity;
    }
    stack->items[stack->count++] = item;
    return true;
}

/* Drop a reference. What would die of it waits: freeing it here would be a recursion. */
static inline void drop(State *state, PyObject *object)
{
    if (Py_REFCNT(object) > 1 || !push(&state->dying, object))
        Py_DECREF(object);
}

static inline void drop_operands(State *state, Node *node)
{
    int held = slots_held(node);
    node->layout = LEAF;
    if (held & 1)
        drop(state, node->operand[0].many);
    if (held & 2)
        drop(state, node->operand[1].many);
}

static inline void drop_all(State *state, Node *node)
{
    drop_operands(state, node);
    Py_XDECREF((PyObject *)node->op);
    Py_XDECREF(node->place);
}

static inline void keep_spare(State *state, Node *node)
{
    node->next = state->spare;
    state->spare = node;
    state->spare_count++;
}

/* Whoever frees the first node frees all that die with it. Each thread does: a destructor or the
 * callback of a weak reference, in which another one waits, holds up nobody, nor a forked child. */
static THREAD_LOCAL State *freeing = NULL;

static void drop_dying(State *state)
{
    State *outer = freeing;
    if (outer == state)
        return;
    freeing = state;
    while (state->dying.count) {
        Node *node = state->dying.items[--state->dying.count]; /* or a tuple */
        if (Py_TYPE(node) == state->node_type && Py_REFCNT(node) == 1 && !node->weak_references
            && state->spare_count < MOST_SPARE) {
            drop_all(state, node); /* as node_dealloc, in half of its time */
            keep_spare(state, node);
        } else {
            Py_DECREF((PyObject *)node);
        }
    }
    freeing = outer;
}

void node_dealloc(PyObject *self)
{
    State *state = here();
    Node *node = (Node *)self;
    PyTypeObject *type = Py_TYPE(self);
    if (node->weak_references)
        PyObject_ClearWeakRefs(self);
    drop_all(state, node);
    if (type == state->node_type && state->spare_count < MOST_SPARE) {
        _Py_NewReference(self);
        keep_spare(state, node);
    } else {
        type->tp_free(self);
        Py_DECREF(type);
    }
    if (state->dying.count)
        drop_dying(state);
}

/* For classes of users that the cyclic collector visits. */
int node_traverse(PyObject *self, visitproc visit, void *arg)
{
    Node *node = (Node *)self;
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(node->place);
    for (int slot = 0, held = slots_held(node); held >> slot; slot++) {
        if (held >> slot & 1)
            Py_VISIT(node->operand[slot].many);
    }
    return 0;
}

/* Make it a leaf: a destructor may still read it. */
int node_clear(PyObject *self)
{
    State *state = here();
    Node *node = (Node *)self;
    drop_operands(state, node);
    node->depth = 0;
    Py_CLEAR(node->op);
    drop_dying(state);
    return 0;
}
