/* Nodes: made, read from Python, and freed without recursion.
 *
 * A node refers to its operands and never to what uses it, so nodes alone form no cycles and the
 * cyclic collector does not visit them. A class of users with a __dict__ can close a cycle: its
 * instances are visited, and so is all that is computed from them, because the result of an
 * operation is of the derived class.
 */

#include "engine.h"

#include <fenv.h>

#ifdef _MSC_VER
#define THREAD_LOCAL __declspec(thread)
#else
#define THREAD_LOCAL _Thread_local
#endif

/* ==== Made ==== */

/* A leaf with data nan at a place, which becomes its own. */
Node *new_node(State *state, PyTypeObject *type, PyObject *place)
{
    Node *node;
    if (type != state->node_type) {
        node = (Node *)type->tp_alloc(type, 0);
    } else {
        if ((node = state->spare)) {
            state->spare = node->next;
            state->spare_count--;
        } else {
            node = PyObject_Malloc(sizeof(Node));
        }
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

/* The node of an operation; in line here, where `recorded` makes most of them. */
static inline Node *filled(State *state, PyTypeObject *type, Row *op, const Operands *operands,
                           double data, PyObject *place)
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

Node *node_with(State *state, PyTypeObject *type, Row *op, const Operands *operands, double data,
                PyObject *place)
{
    return filled(state, type, op, operands, data, place);
}

bool are_operands(State *state, PyObject *args)
{
    bool fit = PyTuple_Check(args);
    for (Py_ssize_t i = 0; fit && i < PyTuple_GET_SIZE(args); i++) {
        PyObject *arg = PyTuple_GET_ITEM(args, i);
        fit = (PyObject *)Py_TYPE(arg) == state->Constant || is_node(state, arg);
    }
    return fit;
}

/* Operands as they are kept, of a tuple of nodes and Constants: references are borrowed. */
Operands operands_of(State *state, PyObject *args)
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

/* A Constant, as one of the operands in `args`. */
PyObject *constant(State *state, double number)
{
    PyTypeObject *type = (PyTypeObject *)state->Constant;
    PyObject *made = type->tp_alloc(type, 0);
    if (made)
        ((PyFloatObject *)made)->ob_fval = number;
    return made;
}

PyObject *args_of(State *state, const Node *node)
{
    if (node->layout == MANY)
        return Py_NewRef(node->operand[0].many);
    PyObject *args = PyTuple_New(operand_count(node));
    for (Py_ssize_t i = 0; args && i < PyTuple_GET_SIZE(args); i++) {
        PyObject *arg = (PyObject *)node_at(state, node, i);
        arg = arg ? Py_NewRef(arg) : constant(state, data_at(state, node, i));
        if (!arg) {
            Py_CLEAR(args);
            break;
        }
        PyTuple_SET_ITEM(args, i, arg);
    }
    return args;
}

/* ==== Results of operations ==== */

PyObject *current_mode(State *state)
{
    PyObject *mode = NULL;
    PyContextVar_Get(state->current, NULL, &mode);
    return mode;
}

/* Modes that tell the user's line compute the place, and their slot is empty. */
static inline PyObject *place_under(State *state, PyObject *mode)
{
    PyObject *place = slot(mode, state->place_at);
    return place ? Py_NewRef(place) : PyObject_GetAttr(mode, state->place);
}

/* The place of a leaf that is made now; the label may be NULL. */
PyObject *place_of_leaf(State *state, PyObject *label)
{
    PyObject *mode = current_mode(state);
    if (!mode)
        return NULL;
    PyObject *place = NULL;
    if (!label) {
        place = place_under(state, mode);
    } else if ((place = PyDict_GetItemWithError(slot(mode, state->labelled_at), label))) {
        Py_INCREF(place);
    } else if (!PyErr_Occurred()) {
        place = PyObject_CallMethodOneArg(mode, state->place_of, label);
    }
    Py_DECREF(mode);
    return place;
}

/* Warn of a result that is not finite; -1 if the warning is an error. */
static int warn(State *state, Row *op, const Operands *operands, double data, PyObject *mode)
{
    if (slot(mode, state->quiet_at) == Py_True)
        return 0;
    /* A node of its own has the operands as Python reads them */
    Node *node = filled(state, state->node_type, op, operands, data, Py_None);
    PyObject *args = node ? args_of(state, node) : NULL;
    PyObject *none = NULL;
    if (args)
        none = PyObject_CallFunction(state->warn, "OdO", op, data, args);
    Py_XDECREF(node);
    Py_XDECREF(args);
    Py_XDECREF(none);
    return none ? 0 : -1;
}

/* A result that is rare: not finite, not recorded, or at a place that Python computes. */
static PyObject *recorded_in(State *state, PyObject *mode, PyTypeObject *type, Row *op,
                             const Operands *operands, double data)
{
    if (!isfinite(data)) {
        feclearexcept(FE_ALL_EXCEPT); /* NumPy would tell of them at the end of its loop */
        if (!op->total && warn(state, op, operands, data, mode) < 0)
            return NULL;
    }
    PyObject *place = place_under(state, mode);
    if (!place)
        return NULL;
    bool record = slot(mode, state->record_at) == Py_True;
    bool traced = slot(mode, state->tracing_at) != Py_None;
    Node *node = record || traced ? filled(state, type, op, operands, data, place)
                                  : new_node(state, type, place);
    Py_DECREF(place);
    if (node && !record && !traced) {
        node->data = data;
    } else if (node && !record) {
        /* Under no_grad in a trace: each call computes it anew, and no gradient passes */
        PyObject *detached = PyObject_CallOneArg(state->detached, (PyObject *)node);
        Py_DECREF(node);
        return detached;
    }
    return (PyObject *)node;
}

/* The result of an operation whose value is known: a node, or a leaf where nothing is recorded. */
PyObject *recorded(State *state, PyTypeObject *type, Row *op, const Operands *operands, double data)
{
    PyObject *result, *mode = NULL;
    if (PyContextVar_Get(state->current, NULL, &mode) < 0)
        return NULL;
    PyObject *place = slot(mode, state->place_at);
    if (isfinite(data) && place && slot(mode, state->record_at) == Py_True) {
        result = (PyObject *)filled(state, type, op, operands, data, place);
    } else {
        result = recorded_in(state, mode, type, op, operands, data);
    }
    Py_DECREF(mode);
    return result;
}

/* ==== Leaves ==== */

PyObject *node_new(PyTypeObject *type, PyObject *args, PyObject *keywords)
{
    State *state = here();
    (void)args, (void)keywords;
    PyObject *place = place_of_leaf(state, NULL);
    Node *node = place ? new_node(state, type, place) : NULL;
    Py_XDECREF(place);
    return (PyObject *)node;
}

/* Value(data, label=""): of a float alone here, of all else in Python. */
int node_init(PyObject *self, PyObject *args, PyObject *keywords)
{
    State *state = here();
    Node *node = (Node *)self;
    PyObject *data = PyTuple_GET_SIZE(args) == 1 && !keywords ? PyTuple_GET_ITEM(args, 0) : NULL;
    if (data && PyFloat_CheckExact(data) && !node->op && !may_be_tracing(state)) {
        PyObject *place = place_of_leaf(state, NULL); /* another scope than in __new__, perhaps */
        if (!place)
            return -1;
        Py_XSETREF(node->place, place);
        node->data = PyFloat_AS_DOUBLE(data);
        node->version = state->clock->now;
        node->has_grad = false;
        return 0;
    }
    PyObject *init = PyMethod_New(state->init, self);
    PyObject *none = init ? PyObject_Call(init, args, keywords) : NULL;
    Py_XDECREF(init);
    Py_XDECREF(none);
    return none ? 0 : -1;
}

/* A call of the class, by its own way where arguments are not as plain as here. */
PyObject *new_leaf(PyObject *type, PyObject *const *args, size_t given, PyObject *names)
{
    State *state = here();
    Py_ssize_t count = PyVectorcall_NARGS(given), named = names ? PyTuple_GET_SIZE(names) : 0;
    PyObject *label = count + named == 2 ? args[1] : NULL;
    if (count && count + named <= 2 && PyFloat_CheckExact(args[0]) && !may_be_tracing(state)
        && (!label || (PyUnicode_CheckExact(label) && PyUnicode_GET_LENGTH(label)))
        && (!named || PyTuple_GET_ITEM(names, 0) == state->label)
        && ((PyTypeObject *)type)->tp_init == node_init) {
        PyObject *place = place_of_leaf(state, label);
        Node *node = place ? new_node(state, (PyTypeObject *)type, place) : NULL;
        Py_XDECREF(place);
        if (node)
            node->data = PyFloat_AS_DOUBLE(args[0]);
        return (PyObject *)node;
    }
    PyObject *made = NULL, *keywords = named ? PyDict_New() : NULL;
    PyObject *positional = PyTuple_New(count);
    if (!positional || (named && !keywords))
        goto done;
    for (Py_ssize_t i = 0; i < count; i++)
        PyTuple_SET_ITEM(positional, i, Py_NewRef(args[i]));
    for (Py_ssize_t i = 0; i < named; i++) {
        if (PyDict_SetItem(keywords, PyTuple_GET_ITEM(names, i), args[count + i]) < 0)
            goto done;
    }
    made = PyType_Type.tp_call(type, positional, keywords);
done:
    Py_XDECREF(positional);
    Py_XDECREF(keywords);
    return made;
}

/* A node from all its parts: what copies and pickles are made of. */
PyObject *make_node(PyObject *Py_UNUSED(module), PyObject *given)
{
    State *state = here();
    PyTypeObject *type;
    PyObject *op, *args, *grad, *place;
    double data;
    long long version;
    if (!PyArg_ParseTuple(given, "O!OO!dOOL", &PyType_Type, &type, &op, &PyTuple_Type, &args, &data,
                          &grad, &place, &version)) {
        return NULL;
    }
    if (!PyType_IsSubtype(type, state->node_type) || !are_operands(state, args)
        || (op != Py_None && !PyObject_TypeCheck(op, state->row_type))) {
        PyErr_SetString(PyExc_TypeError, "new_node takes a class of Values, an operation, operands");
        return NULL;
    }
    Node *node;
    if (op == Py_None) {
        node = new_node(state, type, place);
    } else {
        Operands operands = operands_of(state, args);
        node = filled(state, type, (Row *)op, &operands, data, place);
    }
    if (node) {
        node->data = data;
        node->version = version;
        node->has_grad = grad != Py_None;
        node->grad = node->has_grad ? PyFloat_AsDouble(grad) : 0.0;
    }
    return (PyObject *)node;
}

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

/* Whoever frees the first node frees all that die with it. Each thread does: a destructor or the
 * callback of a weak reference, in which another one waits, holds up nobody, nor a forked child. */
static THREAD_LOCAL State *freeing = NULL;

static void drop_dying(State *state)
{
    State *outer = freeing;
    if (outer != state) {
        freeing = state;
        while (state->dying.count)
            Py_DECREF((PyObject *)state->dying.items[--state->dying.count]);
        freeing = outer;
    }
}

void node_dealloc(Node *node)
{
    State *state = here();
    PyTypeObject *type = Py_TYPE(node);
    if (node->weak_references)
        PyObject_ClearWeakRefs((PyObject *)node);
    drop_operands(state, node);
    Py_XDECREF((PyObject *)node->op);
    Py_XDECREF(node->place);
    if (type == state->node_type && state->spare_count < MOST_SPARE) {
        node->next = state->spare;
        state->spare = node;
        state->spare_count++;
    } else {
        type->tp_free(node);
    }
    Py_DECREF(type);
    if (state->dying.count)
        drop_dying(state);
}

/* For classes of users that the cyclic collector visits. */
int node_traverse(Node *node, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(node));
    Py_VISIT(node->place);
    for (int slot = 0, held = slots_held(node); held >> slot; slot++) {
        if (held >> slot & 1)
            Py_VISIT(node->operand[slot].many);
    }
    return 0;
}

int node_clear(Node *node)
{
    State *state = here();
    drop_operands(state, node);
    node->depth = 0; /* a leaf, should a destructor still read it */
    Py_CLEAR(node->op);
    drop_dying(state);
    return 0;
}
