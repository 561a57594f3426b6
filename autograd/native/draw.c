/* Gradients drawn as a graph: the walk is in C, the rules in Python, which draw by the operators.
 *
 * A rule may run any code, also another pass. So nothing is kept in the nodes: once the plan is
 * made, each node is known by its place in an order of the graph.
 */

#include "engine.h"

enum { NEEDED = 1, WANTED = 2, SEVERAL = 4 };

/* What is known of a node of the graph. */
typedef struct {
    PyObject *terms;    /* it was sent: one, or a list of several; of a variable, at last the sum */
    Py_ssize_t *places; /* of its operands in `nodes`, -1 for a number */
    uint8_t marks;      /* it leads to a variable; is one; has a list of terms */
} Entry;

typedef struct {
    PyObject *nodes;    /* operands before consumers */
    Py_ssize_t count;
    Entry *entries;     /* of each node */
    Py_ssize_t *places; /* of all operands */
    Py_ssize_t *wanted; /* of each variable: its place in `nodes`, -1 if it is not there */
} Plan;

static void forget(Plan *plan)
{
    for (Py_ssize_t i = 0; plan->entries && i < plan->count; i++)
        Py_XDECREF(plan->entries[i].terms);
    PyMem_Free(plan->entries);
    PyMem_Free(plan->places);
    PyMem_Free(plan->wanted);
    Py_XDECREF(plan->nodes);
}

/* Make the plan; -1 without an error if the graph is stale. Nothing here runs other code: the place
 * of a node is in its `sum`, after the walk that found the order. */
static int make(Plan *plan, State *state, PyObject *outputs, PyObject *weights, PyObject *variables)
{
    Py_ssize_t edges = 0, count = plan->count = PyList_GET_SIZE(plan->nodes);
    for (Py_ssize_t i = 0; i < count; i++) {
        Node *node = (Node *)PyList_GET_ITEM(plan->nodes, i);
        node->sum = (double)i;
        edges += operand_count(node);
    }
    plan->entries = PyMem_Calloc(count, sizeof(Entry));
    plan->places = PyMem_Calloc(edges, sizeof(Py_ssize_t));
    plan->wanted = PyMem_Calloc(PyTuple_GET_SIZE(variables), sizeof(Py_ssize_t));
    if (!plan->entries || !plan->places || !plan->wanted) {
        PyErr_NoMemory();
        return -1;
    }
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(variables); i++) {
        Node *variable = (Node *)PyTuple_GET_ITEM(variables, i);
        plan->wanted[i] = variable->stamp == state->stamp ? (Py_ssize_t)variable->sum : -1;
        if (plan->wanted[i] >= 0)
            plan->entries[plan->wanted[i]].marks = NEEDED | WANTED;
    }
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(outputs); i++) {
        Entry *entry = &plan->entries[(Py_ssize_t)((Node *)PyTuple_GET_ITEM(outputs, i))->sum];
        Py_XSETREF(entry->terms, Py_NewRef(PyTuple_GET_ITEM(weights, i)));
    }
    Py_ssize_t *places = plan->places;
    for (Py_ssize_t i = 0; i < count; i++) {
        Node *node = (Node *)PyList_GET_ITEM(plan->nodes, i);
        Entry *entry = &plan->entries[i];
        entry->places = places;
        if (is_stale(state, node))
            return -1;
        for (Py_ssize_t k = 0; k < operand_count(node); k++) {
            Node *operand = node_at(state, node, k);
            *places++ = operand ? (Py_ssize_t)operand->sum : -1;
            if (operand)
                entry->marks |= plan->entries[(Py_ssize_t)operand->sum].marks & NEEDED;
        }
    }
    return 0;
}

/* As autograd.rules.guarded: the product of which all rules are made. */
static PyObject *guarded_product(State *state, PyObject *g, PyObject *derivative)
{
    PyObject *number = NULL, *factor = g;
    if (PyFloat_Check(derivative)) {
        number = derivative;
        if (PyFloat_CheckExact(g)) {
            double x = PyFloat_AS_DOUBLE(g), y = PyFloat_AS_DOUBLE(derivative);
            return PyFloat_FromDouble(x != 0.0 && y != 0.0 ? x * y : 0.0);
        }
    } else if (PyFloat_Check(g)) {
        if (PyFloat_AS_DOUBLE(g) == 1.0)
            return Py_NewRef(derivative); /* 1 * x is x, and a gradient starts from 1 */
        number = g;
        factor = derivative;
    }
    if (number && PyFloat_AS_DOUBLE(number) == 0.0)
        return PyFloat_FromDouble(0.0);
    /* A constant factor that is finite: nothing to guard against */
    if (number && isfinite(PyFloat_AS_DOUBLE(number)))
        return PyNumber_Multiply(factor, number);
    PyObject *operands[] = {factor, number ? number : derivative};
    return PyObject_Vectorcall((PyObject *)state->rows[ROW_guarded_mul], operands, 2, NULL);
}

/* guarded(g, derivative) */
PyObject *guarded(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t count)
{
    if (count != 2)
        return PyErr_Format(PyExc_TypeError, "guarded takes two numbers, got %zd", count);
    return guarded_product(here(), args[0], args[1]);
}

static bool is_zero(PyObject *term)
{
    return PyFloat_Check(term) && PyFloat_AS_DOUBLE(term) == 0.0;
}

/* Send a term, whose reference is given, to a node; -1 with an error if there is none. */
static int give(Entry *entry, PyObject *term)
{
    if (!term)
        return -1;
    int status = 0;
    if (term != Py_None && !is_zero(term)) {
        if (!entry->terms) {
            entry->terms = term;
            return 0;
        }
        if (!(entry->marks & SEVERAL)) {
            PyObject *list = PyList_New(1);
            if (list) {
                PyList_SET_ITEM(list, 0, entry->terms);
                entry->terms = list;
                entry->marks |= SEVERAL;
            }
        }
        status = entry->marks & SEVERAL ? PyList_Append(entry->terms, term) : -1;
    }
    Py_DECREF(term);
    return status;
}

/* What is known of an operand that leads to a variable; NULL for all others. */
static Entry *needed_at(const Plan *plan, Py_ssize_t i, Py_ssize_t position)
{
    Py_ssize_t place = plan->entries[i].places[position];
    return place >= 0 && plan->entries[place].marks ? &plan->entries[place] : NULL;
}

/* What a rule gets: g, the node, and its operands. */
static PyObject *arguments(State *state, const Node *node, PyObject *g)
{
    PyObject *all = PyTuple_New(2 + operand_count(node));
    if (all) {
        PyTuple_SET_ITEM(all, 0, Py_NewRef(g));
        PyTuple_SET_ITEM(all, 1, Py_NewRef((PyObject *)node));
    }
    for (Py_ssize_t i = 0; all && i < operand_count(node); i++)
        put_item(&all, 2 + i, operand_at(state, node, i));
    return all;
}

/* Send what its rule makes of g to each needed operand. Other rules are not called. */
static int hand_on(Plan *plan, State *state, Py_ssize_t i, PyObject *g)
{
    Node *node = (Node *)PyList_GET_ITEM(plan->nodes, i);
    bool several = node->op->arity == 0; /* terms by one rule */
    PyObject *all = arguments(state, node, g), *found = NULL;
    PyObject *rules = all ? PyObject_GetAttrString((PyObject *)node->op, "pullbacks") : NULL;
    if (rules && several) {
        PyObject *rule = PySequence_GetItem(rules, 0);
        found = rule == Py_None ? PyTuple_New(0) : rule ? PyObject_CallObject(rule, all) : NULL;
        Py_XDECREF(rule);
    } else {
        found = Py_XNewRef(rules);
    }
    PyObject *each = found ? PySequence_Fast(found, "a rule returned no contributions") : NULL;
    int status = each ? 0 : -1;
    for (Py_ssize_t k = 0; status == 0 && k < operand_count(node)
                           && k < PySequence_Fast_GET_SIZE(each); k++) {
        Entry *operand = needed_at(plan, i, k);
        PyObject *term = PySequence_Fast_GET_ITEM(each, k);
        if (operand && term != Py_None)
            status = give(operand, several ? Py_NewRef(term) : PyObject_CallObject(term, all));
    }
    Py_XDECREF(each);
    Py_XDECREF(found);
    Py_XDECREF(rules);
    Py_XDECREF(all);
    return status;
}

/* The same where a loop is the rule: of a sum, and of a sum of products. */
static int hand_on_by_loop(Plan *plan, State *state, Py_ssize_t i, PyObject *g)
{
    Node *node = (Node *)PyList_GET_ITEM(plan->nodes, i);
    Py_ssize_t count = operand_count(node), half = count / 2;
    int status = 0;
    for (Py_ssize_t k = 0; status == 0 && k < count; k++) {
        Entry *operand = needed_at(plan, i, k);
        if (operand && node->op->loop == SUM) {
            status = give(operand, Py_NewRef(g));
        } else if (operand) {
            PyObject *partner = operand_at(state, node, k < half ? k + half : k - half);
            status = give(operand, partner ? guarded_product(state, g, partner) : NULL);
            Py_XDECREF(partner);
        }
    }
    return status;
}

/* The sum of a list of terms: of products by one row one node, of all else by autograd.reverse. */
static PyObject *summed(State *state, PyObject *terms, PyObject *total)
{
    Py_ssize_t count = PyList_GET_SIZE(terms);
    PyObject *first = PyList_GET_ITEM(terms, 0);
    Row *op = is_node(state, first) ? ((Node *)first)->op : NULL;
    Py_ssize_t width = op ? operand_count((Node *)first) : 0;
    bool alike = op != NULL;
    for (Py_ssize_t i = 1; alike && i < count; i++) {
        PyObject *term = PyList_GET_ITEM(terms, i);
        alike = is_node(state, term) && ((Node *)term)->op == op
                && operand_count((Node *)term) == width;
    }
    PyObject *row = alike ? PyObject_GetAttrString((PyObject *)op, "gathered") : Py_NewRef(Py_None);
    if (!row || row == Py_None) {
        Py_XDECREF(row);
        return row ? PyObject_CallOneArg(total, terms) : NULL;
    }
    PyObject *args = PyTuple_New(count * width); /* x1 ... xn, then y1 ... yn */
    for (Py_ssize_t i = 0; args && i < count * width; i++) {
        Node *term = (Node *)PyList_GET_ITEM(terms, i % count);
        put_item(&args, i, operand_at(state, term, i / count));
    }
    PyObject *sum = args ? PyObject_CallObject(row, args) : NULL;
    Py_XDECREF(args);
    Py_DECREF(row);
    return sum;
}

/* Draw the gradient of each needed node, consumers before operands; `total` adds terms up. */
static int draw(Plan *plan, State *state, PyObject *total)
{
    int status = 0;
    for (Py_ssize_t i = plan->count - 1; status == 0 && i >= 0; i--) {
        Node *node = (Node *)PyList_GET_ITEM(plan->nodes, i);
        Entry *entry = &plan->entries[i];
        PyObject *terms = entry->terms;
        if (!entry->marks || !terms)
            continue;
        PyObject *g = entry->marks & SEVERAL ? summed(state, terms, total) : Py_NewRef(terms);
        entry->terms = g && entry->marks & WANTED ? Py_NewRef(g) : NULL;
        Py_DECREF(terms);
        if (!g)
            return -1;
        if (node->op && !is_zero(g))
            status = (node->op->loop ? hand_on_by_loop : hand_on)(plan, state, i, g);
        Py_DECREF(g);
    }
    return status;
}

/* drawn(outputs, weights, variables, total): the gradients of the weighted sum of outputs, a Value
 * or a float for each variable; None if Python has to find them, or what is wrong. */
PyObject *drawn(PyObject *Py_UNUSED(module), PyObject *args)
{
    State *state = here();
    PyObject *outputs, *weights, *variables, *total;
    if (!PyArg_ParseTuple(args, "O!O!O!O", &PyTuple_Type, &outputs, &PyTuple_Type, &weights,
                          &PyTuple_Type, &variables, &total))
        return NULL;
    Py_ssize_t count = PyTuple_GET_SIZE(outputs);
    Plan plan = {.nodes = topological_order(NULL, &PyTuple_GET_ITEM(outputs, 0), count)};
    if (!plan.nodes)
        return NULL;
    if (plan.nodes == Py_None || !are_nodes(state, variables)
        || count != PyTuple_GET_SIZE(weights)) {
        Py_DECREF(plan.nodes);
        Py_RETURN_NONE;
    }
    PyObject *found = NULL;
    if (make(&plan, state, outputs, weights, variables) == 0 && draw(&plan, state, total) == 0) {
        found = PyList_New(PyTuple_GET_SIZE(variables));
        for (Py_ssize_t i = 0; found && i < PyTuple_GET_SIZE(variables); i++) {
            PyObject *slope = plan.wanted[i] >= 0 ? plan.entries[plan.wanted[i]].terms : NULL;
            PyList_SET_ITEM(found, i, slope ? Py_NewRef(slope) : PyFloat_FromDouble(0.0));
        }
    }
    forget(&plan);
    return found || PyErr_Occurred() ? found : Py_NewRef(Py_None);
}
