/* The order of a graph, operands before what uses them. */

#include "engine.h"

/* Open a node: on the stack lie the nodes on the way from the root, each with its next operand. */
static bool open_node(Stack *way, Node *node, uint64_t stamp)
{
    node->stamp = stamp;
    return push(way, node) && push(way, NULL);
}

/* topological_order(*roots): as autograd.topological_order; None if it has to be found in Python. */
PyObject *topological_order(PyObject *Py_UNUSED(module), PyObject *const *roots, Py_ssize_t count)
{
    State *state = here();
    PyObject *order = PyList_New(0); /* first: it may start the collector, and so a pass */
    if (!order)
        return NULL;
    bool known = !state->passes_in_python; /* whose stamps must stay */
    for (Py_ssize_t i = 0; i < count; i++)
        known = known && is_node(state, roots[i]);
    if (!known) {
        Py_DECREF(order);
        Py_RETURN_NONE;
    }
    Stack way = {NULL, 0, 0};
    uint64_t stamp = state->stamp += 2;
    bool ok = true;
    for (Py_ssize_t i = 0; ok && i < count; i++) {
        if (((Node *)roots[i])->stamp != stamp)
            ok = open_node(&way, (Node *)roots[i], stamp);
        while (ok && way.count) {
            Node *node = way.items[way.count - 2];
            Py_ssize_t position = (Py_ssize_t)(intptr_t)way.items[way.count - 1];
            if (position < operand_count(node)) {
                way.items[way.count - 1] = (void *)(intptr_t)(position + 1);
                Node *operand = node_at(state, node, position);
                if (operand && operand->stamp != stamp)
                    ok = open_node(&way, operand, stamp);
            } else {
                way.count -= 2;
                ok = PyList_Append(order, (PyObject *)node) == 0;
            }
        }
    }
    PyMem_RawFree(way.items);
    if (ok)
        return order;
    Py_DECREF(order);
    return PyErr_Occurred() ? NULL : PyErr_NoMemory();
}
