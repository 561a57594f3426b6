/* The forward pass over floats: derivatives of all below some nodes along a direction.
 *
 * By the rules of the reverse pass: linear in g, they take a tangent as well. A tangent of 0 adds
 * nothing, whatever the local derivative.
 */

#include "engine.h"

/* Reach all below the outputs, and nothing moves; -1 without an error if the graph is stale. */
static int reach_all(Pass *pass, PyObject *outputs)
{
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(outputs); i++) {
        Node *output = (Node *)PyTuple_GET_ITEM(outputs, i);
        if (output->stamp != pass->stamp)
            reach(pass, output);
    }
    for (int32_t depth = pass->deepest; depth >= 0; depth--) {
        for (Node *node = pass->levels[depth].first; node; node = node->next) {
            if (is_stale(pass->state, node))
                return -1;
            node->sum = 0.0;
            for (Py_ssize_t i = 0; i < operand_count(node); i++) {
                Node *operand = node_at(pass->state, node, i);
                if (operand && operand->stamp != pass->stamp)
                    reach(pass, operand);
            }
        }
    }
    return 0;
}

typedef struct {
    double sum;
    bool any;
} Total;

static inline void add(Total *total, double term)
{
    total->sum = total->any ? total->sum + term : term;
    total->any = true;
}

static inline double tangent_at(State *state, const Node *node, Py_ssize_t position)
{
    Node *operand = node_at(state, node, position);
    return operand ? operand->sum : 0.0;
}

static void add_by_rules(Pass *pass, const Node *node, Total *total)
{
    Py_ssize_t count = operand_count(node);
    double x[3] = {0.0, 0.0, 0.0};
    for (Py_ssize_t i = 0; i < count; i++)
        x[i] = data_at(pass->state, node, i);
    for (Py_ssize_t i = 0; i < count; i++) {
        Rule rule = node->op->code->rules[i];
        double t = tangent_at(pass->state, node, i);
        if (rule && t != 0.0)
            add(total, rule(t, node->data, x[0], x[1], x[2]));
    }
}

static void add_terms(Pass *pass, const Node *node, Total *total)
{
    Py_ssize_t count = operand_count(node), half = count / 2;
    bool products = node->op->loop == PRODUCTS;
    for (Py_ssize_t i = 0; i < count; i++) {
        double t = tangent_at(pass->state, node, i);
        if (t != 0.0) {
            double slope = 1.0;
            if (products)
                slope = data_at(pass->state, node, i < half ? i + half : i - half);
            add(total, slope != 0.0 ? t * slope : 0.0);
        }
    }
}

static int add_by_python(Pass *pass, const Node *node, Total *total)
{
    PyObject *slopes = terms_by_python(pass, node, 1.0);
    for (Py_ssize_t i = 0; slopes && i < PyList_GET_SIZE(slopes); i++) {
        PyObject *slope = PyList_GET_ITEM(slopes, i);
        double t = tangent_at(pass->state, node, i);
        if (slope != Py_None && t != 0.0) {
            double number = PyFloat_AsDouble(slope);
            add(total, number != 0.0 ? t * number : 0.0);
        }
    }
    Py_XDECREF(slopes);
    return PyErr_Occurred() ? -1 : 0;
}

/* Compute the tangent of a node; -1 without an error for a rule of users: it may run any code. */
static int move(Pass *pass, Node *node)
{
    bool moves = false;
    for (Py_ssize_t i = 0; i < operand_count(node) && !moves; i++)
        moves = tangent_at(pass->state, node, i) != 0.0;
    if (!moves)
        return 0;
    Total total = {0.0, false};
    if (node->op->code) {
        add_by_rules(pass, node, &total);
    } else if (node->op->loop != NO_LOOP) {
        add_terms(pass, node, &total);
    } else if (!node->op->ours || add_by_python(pass, node, &total) < 0) {
        return -1;
    }
    node->sum = total.sum;
    return 0;
}

/* Set the tangents of the outputs and all below; -1 without an error if Python has to do it. */
int go_up(Pass *pass, PyObject *outputs, PyObject *variables, PyObject *weights)
{
    if (reach_all(pass, outputs) < 0)
        return -1;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(variables); i++) {
        Node *variable = (Node *)PyTuple_GET_ITEM(variables, i);
        if (variable->stamp == pass->stamp) {
            variable->stamp++; /* it is given, and not computed */
            variable->sum = PyFloat_AS_DOUBLE(PyTuple_GET_ITEM(weights, i));
        }
    }
    for (int32_t depth = 1; depth <= pass->deepest; depth++) {
        for (Node *node = pass->levels[depth].first; node; node = node->next) {
            if (node->stamp == pass->stamp && move(pass, node) < 0)
                return -1;
        }
    }
    return 0;
}
