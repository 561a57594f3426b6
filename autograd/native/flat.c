/* Graphs as lists: each node becomes an instruction, whose operands are numbers of variables.
 *
 * The variables are the given nodes, the leaves captured below, the constants, and the results of
 * the operations. While it runs, the variable of a node is in its `sum`.
 */

#include "engine.h"

enum { UNKNOWN = -1 };

typedef struct {
    State *state;
    PyObject *order, *given;               /* all nodes, operands first; a tuple */
    PyObject *leaves, *constants, *places; /* lists; the places of constants, by their bits */
    PyObject *nodes, *instructions;        /* lists: the operations, as nodes too */
    Stack sequence;                        /* the places of the constants in their order of use */
} Flat;

static Node *node_in(PyObject *list, Py_ssize_t i)
{
    return (Node *)PyList_GET_ITEM(list, i);
}

static int add_leaf(Flat *flat, Node *leaf)
{
    if (leaf->op || leaf->sum != UNKNOWN)
        return 0;
    leaf->sum = (double)(PyTuple_GET_SIZE(flat->given) + PyList_GET_SIZE(flat->leaves));
    return PyList_Append(flat->leaves, (PyObject *)leaf);
}

static int add_constant(Flat *flat, double number)
{
    int64_t bits;
    memcpy(&bits, &number, sizeof bits);
    PyObject *key = PyLong_FromLongLong(bits);
    PyObject *place = key ? PyDict_GetItemWithError(flat->places, key) : NULL;
    int status = place ? 0 : -1;
    if (key && !place && !PyErr_Occurred()) {
        PyObject *value = PyFloat_FromDouble(number);
        place = PyLong_FromSsize_t(PyList_GET_SIZE(flat->constants));
        status = value && place && PyList_Append(flat->constants, value) == 0
                 ? PyDict_SetItem(flat->places, key, place) : -1;
        Py_XDECREF(value);
        Py_XDECREF(place); /* the dict holds it */
    }
    Py_XDECREF(key);
    if (status == 0 && !push(&flat->sequence, (void *)(intptr_t)PyLong_AsSsize_t(place))) {
        PyErr_NoMemory();
        status = -1;
    }
    return status;
}

/* Give a variable to each leaf, in the order in which operations read them, and find constants. */
static int number_inputs(Flat *flat, PyObject *results)
{
    Py_ssize_t count = PyList_GET_SIZE(flat->order);
    for (Py_ssize_t i = 0; i < count; i++)
        node_in(flat->order, i)->sum = UNKNOWN;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(flat->given); i++)
        ((Node *)PyTuple_GET_ITEM(flat->given, i))->sum = (double)i;
    for (Py_ssize_t i = 0; i < count; i++) {
        Node *node = node_in(flat->order, i);
        if (node->op && PyList_Append(flat->nodes, (PyObject *)node) < 0)
            return -1;
        for (Py_ssize_t k = 0; k < operand_count(node); k++) {
            Node *operand = node_at(flat->state, node, k);
            if ((operand ? add_leaf(flat, operand)
                         : add_constant(flat, data_at(flat->state, node, k))) < 0)
                return -1;
        }
    }
    for (Py_ssize_t i = 0; i < count; i++) /* those that are themselves results */
        if (add_leaf(flat, node_in(flat->order, i)) < 0)
            return -1;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(results); i++) {
        PyObject *result = PyTuple_GET_ITEM(results, i);
        if (!is_node(flat->state, result) && add_constant(flat, PyFloat_AsDouble(result)) < 0)
            return -1;
    }
    return 0;
}

/* The variables of the results, as a tuple; `instructions` are filled on the way. */
static PyObject *number_operations(Flat *flat, PyObject *results, PyTypeObject *kind)
{
    Py_ssize_t first_constant = PyTuple_GET_SIZE(flat->given) + PyList_GET_SIZE(flat->leaves);
    Py_ssize_t first = first_constant + PyList_GET_SIZE(flat->constants);
    Py_ssize_t count = PyList_GET_SIZE(flat->nodes), used = 0;
    PyObject *numbers = PyTuple_New(first + count); /* each once: small objects, in many places */
    for (Py_ssize_t i = 0; numbers && i < first + count; i++)
        put_item(&numbers, i, PyLong_FromSsize_t(i));
    if (!numbers)
        return NULL;
#define VARIABLE(operand) PyTuple_GET_ITEM(numbers, (operand)                                      \
    ? (Py_ssize_t)(operand)->sum : first_constant + (intptr_t)flat->sequence.items[used++])
    for (Py_ssize_t i = 0; i < count; i++) {
        Node *node = node_in(flat->nodes, i);
        PyObject *args = PyTuple_New(operand_count(node));
        for (Py_ssize_t k = 0; args && k < operand_count(node); k++) {
            Node *operand = node_at(flat->state, node, k);
            PyTuple_SET_ITEM(args, k, Py_NewRef(VARIABLE(operand)));
        }
        PyObject *instruction = args ? kind->tp_alloc(kind, 2) : NULL;
        if (instruction) {
            PyTuple_SET_ITEM(instruction, 0, Py_NewRef((PyObject *)node->op));
            PyTuple_SET_ITEM(instruction, 1, args);
            PyList_SET_ITEM(flat->instructions, i, instruction);
            node->sum = (double)(first + i);
        } else {
            Py_XDECREF(args);
            Py_DECREF(numbers);
            return NULL;
        }
    }
    PyObject *found = PyTuple_New(PyTuple_GET_SIZE(results));
    for (Py_ssize_t i = 0; found && i < PyTuple_GET_SIZE(results); i++) {
        PyObject *result = PyTuple_GET_ITEM(results, i);
        Node *node = is_node(flat->state, result) ? (Node *)result : NULL;
        PyTuple_SET_ITEM(found, i, Py_NewRef(VARIABLE(node)));
    }
#undef VARIABLE
    Py_DECREF(numbers);
    return found;
}

/* flattened(results, given, kind): the captured leaves, the constants, the instructions (a list of
 * `kind`, a subclass of tuple), the nodes that these compute, and the variables of the results.
 * Results are nodes or floats. None if Python has to do it. */
PyObject *flattened(PyObject *Py_UNUSED(module), PyObject *args)
{
    State *state = here();
    PyObject *results, *given;
    PyTypeObject *kind;
    if (!PyArg_ParseTuple(args, "O!O!O!", &PyTuple_Type, &results, &PyTuple_Type, &given,
                          &PyType_Type, &kind))
        return NULL;
    if (!PyType_IsSubtype(kind, &PyTuple_Type)) {
        PyErr_Format(PyExc_TypeError, "instructions are tuples, not of %s", kind->tp_name);
        return NULL;
    }
    bool known = are_nodes(state, given);
    for (Py_ssize_t i = 0; known && i < PyTuple_GET_SIZE(given); i++)
        known = !((Node *)PyTuple_GET_ITEM(given, i))->op; /* else not all below is needed */
    Stack roots = {NULL, 0, 0};
    for (Py_ssize_t i = 0; known && i < PyTuple_GET_SIZE(results); i++) {
        PyObject *result = PyTuple_GET_ITEM(results, i);
        known = PyFloat_Check(result) || push(&roots, result);
    }
    int enabled = PyGC_Disable(); /* what it runs might begin a pass */
    Flat flat = {.state = state, .given = given};
    PyObject *found = NULL, *variables = NULL;
    flat.order = known ? topological_order(NULL, (PyObject **)roots.items, roots.count)
                       : Py_NewRef(Py_None);
    if (flat.order == Py_None) {
        found = Py_NewRef(Py_None);
    } else if (flat.order && (flat.leaves = PyList_New(0)) && (flat.constants = PyList_New(0))
               && (flat.places = PyDict_New()) && (flat.nodes = PyList_New(0))
               && number_inputs(&flat, results) == 0
               && (flat.instructions = PyList_New(PyList_GET_SIZE(flat.nodes)))
               && (variables = number_operations(&flat, results, kind))) {
        found = PyTuple_Pack(5, flat.leaves, flat.constants, flat.instructions, flat.nodes,
                             variables);
    }
    PyObject *made[] = {flat.order, flat.leaves, flat.constants, flat.places, flat.nodes,
                        flat.instructions, variables};
    for (size_t i = 0; i < sizeof made / sizeof made[0]; i++)
        Py_XDECREF(made[i]);
    PyMem_RawFree(roots.items);
    PyMem_RawFree(flat.sequence.items);
    if (enabled)
        PyGC_Enable();
    return found;
}
