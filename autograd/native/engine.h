/* The engine in C: what a node, an operation and the state of an interpreter are.
 *
 * It does what the Python engine does, bit for bit: graph.py, operators.py and backward.py are its
 * specification. Whatever is rare (warnings, errors, other kinds of numbers, operations of users)
 * is asked of Python. All of it runs under the interpreter's lock.
 *
 * Read first, in this order, how an expression is recorded and differentiated:
 *
 *   engine.h      what is in a node, in an operation, and in the state of an interpreter
 *   node.c        nodes: made, read and set by Python, freed without recursion
 *   operators.c   operators: from operands to a result; the class of nodes
 *   row.c         calls of operations by name
 *   dot.c         sums and sums of products, of any number of operands
 *   pass.c        passes over a graph: its nodes by depth, and the lock while rules in Python run
 *   sweep.c       the reverse pass: gradients
 *   rows.h        the value and the rules of each operation, generated from autograd/primitives.py
 *
 * then, as they are needed, what stands on these:
 *
 *   tangents.c    the forward pass: derivatives along a direction
 *   draw.c        gradients drawn as a graph, by rules in Python
 *   flat.c        graphs as lists, of which programs are made
 *   layer.c       calls in a scope, and the outputs of many rows of weights
 *   leaves.c      passes over many leaves
 *   structure.c   arguments read into memory, and results made of it
 *   call.c        calls of compiled functions
 *   module.c      the module, and what it is told of Python
 */

#ifndef AUTOGRAD_ENGINE_H
#define AUTOGRAD_ENGINE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <structmember.h>

#include "rows.h"

/* ==== Operations ==== */

typedef double (*Function)(double x, double y, double z);
typedef double (*Rule)(double g, double out, double x, double y, double z);

enum { BLOCK = 64 };

typedef double Column[BLOCK];

/* A function of one or two operands for a block of them; it adds 0.0 times each result to `zeros`,
 * which are nan then where one is infinite or nan. */
typedef void (*Columns)(const double *x, const double *y, double *results, double *zeros);

/* An operation of the package on one, two or three operands. */
typedef struct {
    const char *name;
    Function value;  /* NULL for any number of operands */
    Columns columns; /* NULL for any number of operands, and for three */
    Rule rules[3];  /* one for each operand; NULL where the derivative is zero on purpose */
} RowCode;

/* Operations on any number of operands whose rules are loops in C. */
typedef enum { NO_LOOP, SUM, PRODUCTS } Loop;

/* What autograd.Primitive, its subclass, tells C. */
typedef struct {
    PyObject_HEAD
    const RowCode *code; /* NULL: Python is asked, but for sums */
    Loop loop;
    vectorcallfunc call;
    int arity;  /* 0: any number of operands */
    bool total; /* finite operands never warn */
    bool ours;  /* of the package: its rules compute, and do nothing else */
} Row;

/* ==== Nodes ==== */

typedef struct Node Node;

typedef union {
    Node *node;
    double number;  /* kept without an object */
    PyObject *many; /* a tuple of nodes and Constants */
} Operand;

/* How operands are kept: one, two, a tuple of many, or two tuples whose elements are multiplied. */
typedef enum { LEAF, ONE, TWO, MANY, PAIRS } Layout;

typedef struct {
    Layout layout;
    uint8_t numbers;  /* bit 0: the first operand is a number; bit 1: the second */
    int32_t depth;    /* of the deepest operand */
    Operand operand[2];
} Operands;

/* In the order of use: a pass over many leaves reads and writes the first 32 bytes behind the head,
 * which mostly lie in one cache line. */
struct Node {
    PyObject_HEAD
    double data;
    double grad;        /* where has_grad */
    int64_t version;    /* the clock when the data was set or computed */
    int32_t depth;      /* 0 for a leaf, else one more than the deepest operand */
    uint8_t layout;
    uint8_t numbers;
    bool has_grad;
    double sum;         /* the gradient collected so far, in the pass `stamp` */
    Operand operand[2]; /* as in Operands */
    Row *op;            /* NULL for a leaf */
    Node *next;         /* of the same depth, in the pass `stamp`; or a spare node */
    uint64_t stamp;     /* the last pass that reached the node */
    PyObject *place;    /* label, scope and line */
    PyObject *weak_references;
};

/* Counts the changes of data; Python's Clock is a subclass. */
typedef struct {
    PyObject_HEAD
    long long now;
} Clock;

/* ==== One interpreter ==== */

/* Python functions and objects that the engine asks for what is rare, by their names. */
#define ASKED(X) \
    X(Constant) X(Vector) X(Mode) X(current) X(traces) X(turns) X(under_way) X(init) X(call) \
    X(is_same) X(is_true) X(number) X(value) X(converted) X(detached) X(warn) X(pulled) \
    X(careful_backward) X(check_all_fresh) X(hypot) X(scope) X(leave)
/* Slots of a Mode. */
#define MODE_SLOTS(X) X(record) X(quiet) X(tracing) X(place) X(labelled) X(_inside) X(computing)

#ifndef MOST_SPARE
#define MOST_SPARE 32768 /* 3.7 MB: malloc and free took a tenth of a step of a small network */
#endif

/* A stack of pointers that grows. */
typedef struct {
    void **items;
    size_t count, capacity;
} Stack;

typedef struct State {
    int64_t interpreter; /* its number, which no later one gets */
    struct State *next;
    PyTypeObject *node_type; /* autograd.Value */
    PyTypeObject *row_type;
    PyTypeObject *traced;    /* autograd.program.traced.Traced; NULL until it is made */
    Clock *clock;
    /* Of calls of compiled functions */
    PyTypeObject *ready_type;
    Clock *structure;                 /* counts announced changes of what they read */
    PyObject *out, *reduction;        /* the names */
    PyObject *array, *empty;          /* an array to compare others with, and numpy.empty */
    Py_ssize_t programs_at, ready_at; /* slots: their programs, and what is ready of these */
    Row *rows[ROW_COUNT]; /* by their numbers in rows.h */
#define FIELD(name) PyObject *name;
    ASKED(FIELD)
    FIELD(label) /* the name */
#undef FIELD
#define OFFSET(name) Py_ssize_t name##_at;
    MODE_SLOTS(OFFSET)
#undef OFFSET
    uint64_t stamp;       /* of the last pass */
    int passes_in_python; /* passes that wait for a rule in Python, or for such a pass */
    Node *spare;          /* memory of nodes that were freed, linked by `next` */
    int spare_count;
    Stack dying;          /* objects whose last reference is here: see node_dealloc */
} State;

/* The only state there is, NULL where several interpreters have one. */
extern State *only_state;
State *find_state(void);

/* The state of the interpreter that runs. */
static inline State *here(void)
{
    State *state = only_state;
    return state ? state : find_state();
}

static inline bool is_node(State *state, PyObject *object)
{
    PyTypeObject *type = Py_TYPE(object);
    return type == state->node_type
           || ((PyObject *)type != state->Constant && PyType_IsSubtype(type, state->node_type));
}

/* A Constant is a float. */
static inline double data_of(State *state, PyObject *operand)
{
    return is_node(state, operand) ? ((Node *)operand)->data : PyFloat_AS_DOUBLE(operand);
}

static inline Py_ssize_t operand_count(const Node *node)
{
    if (node->layout <= TWO)
        return node->layout; /* LEAF, ONE or TWO */
    return PyTuple_GET_SIZE(node->operand[0].many) * (node->layout == PAIRS ? 2 : 1);
}

/* An operand in a tuple, a node or a Constant. */
static inline PyObject *member_at(const Node *node, Py_ssize_t position)
{
    PyObject *many = node->operand[0].many;
    Py_ssize_t count = PyTuple_GET_SIZE(many);
    return position < count ? PyTuple_GET_ITEM(many, position)
                            : PyTuple_GET_ITEM(node->operand[1].many, position - count);
}

/* The operand at a position; NULL for a number. */
static inline Node *node_at(State *state, const Node *node, Py_ssize_t position)
{
    if (node->layout <= TWO)
        return node->numbers >> position & 1 ? NULL : node->operand[position].node;
    PyObject *member = member_at(node, position);
    return is_node(state, member) ? (Node *)member : NULL;
}

static inline double data_at(State *state, const Node *node, Py_ssize_t position)
{
    if (node->layout <= TWO) {
        const Operand *operand = &node->operand[position];
        return node->numbers >> position & 1 ? operand->number : operand->node->data;
    }
    return data_of(state, member_at(node, position));
}

/* The slots `operand` that hold a reference: a bit for each. */
static inline int slots_held(const Node *node)
{
    static const int slots[] = {[LEAF] = 0, [ONE] = 1, [TWO] = 3, [MANY] = 1, [PAIRS] = 3};
    return slots[node->layout] & ~node->numbers;
}

/* Put an item, whose reference is given, into a new tuple; without one the tuple is given up. */
static inline void put_item(PyObject **tuple, Py_ssize_t position, PyObject *item)
{
    if (item) {
        PyTuple_SET_ITEM(*tuple, position, item);
    } else {
        Py_CLEAR(*tuple);
    }
}

/* What an instance of a class of Python has in a slot. */
static inline PyObject *slot(PyObject *object, Py_ssize_t at)
{
    return *(PyObject **)((char *)object + at);
}

/* Whether a function is being traced here: see autograd.mode.TRACES. */
static inline bool may_be_tracing(State *state)
{
    return PyList_GET_SIZE(state->traces) > 0;
}

/* ==== Passes ==== */

#define SHALLOW 64

typedef struct {
    Node *first, *last;
} Level;

typedef struct {
    State *state;
    int32_t deepest;
    Level *levels;   /* by depth */
    Level few[SHALLOW];
    uint64_t stamp;  /* of nodes that were reached; one more: of those apart from them */
    PyObject *lock;  /* held while rules in Python run; NULL before the first */
    PyObject *outer; /* the stamps of the passes that this one runs in; with the lock */
    /* Of a reverse pass */
    bool keeps;      /* gradients, in the nodes */
    Stack blocked;   /* nodes that a rule without a derivative keeps from their gradient */
    int64_t oldest;  /* the version of the oldest node above the leaves */
    int64_t newest;  /* the version of the newest leaf */
    bool stale;      /* an operand of a node that was forgotten has changed since */
} Pass;

/* Put a node on its level. */
static inline void reach(Pass *pass, Node *node)
{
    node->stamp = pass->stamp;
    node->next = NULL;
    Level *level = &pass->levels[node->depth];
    if (level->first) {
        level->last->next = node;
    } else {
        level->first = node;
    }
    level->last = node;
}

static inline void add_to_gradient(Node *leaf, double term)
{
    leaf->grad = leaf->has_grad ? leaf->grad + term : term;
    leaf->has_grad = true;
}

/* Many Values, the items of a list or a tuple. */
typedef struct {
    PyObject **items;
    Py_ssize_t count;
} Values;

static inline Values values_in(PyObject *given)
{
    return (Values){PySequence_Fast_ITEMS(given), Py_SIZE(given)};
}

static inline Node *value_at(Values values, Py_ssize_t at)
{
    return (Node *)values.items[at];
}

/* node.c */
extern PyMemberDef node_members[];
extern PyGetSetDef node_attributes[];
bool push(Stack *stack, void *item); /* false, without an error, for want of memory */
Node *new_node(State *state, PyTypeObject *type, PyObject *place);
Node *node_with(State *state, PyTypeObject *type, Row *op, const Operands *operands, double data,
                PyObject *place);
PyObject *operand_at(State *state, const Node *node, Py_ssize_t position);
PyObject *args_of(State *state, const Node *node);
PyObject *constant(State *state, double number);
PyObject *node_new(PyTypeObject *type, PyObject *args, PyObject *keywords);
int node_init(PyObject *self, PyObject *args, PyObject *keywords);
PyObject *new_leaf(PyObject *type, PyObject *const *args, size_t given, PyObject *names);
PyObject *make_node(PyObject *module, PyObject *given);
void node_dealloc(PyObject *self);
int node_traverse(PyObject *self, visitproc visit, void *arg);
int node_clear(PyObject *self);

/* operators.c */
extern PyType_Spec node_spec;
extern PyMethodDef node_methods[];
bool take_members(State *state, PyObject *members, int32_t *depth, PyTypeObject **type);
bool operands_of(State *state, PyObject *args, Operands *found, PyTypeObject **type);
int take_operand(State *state, PyObject *object, Operands *operands, int position, double *data);
PyObject *current_mode(State *state);
PyObject *place_under(State *state, PyObject *mode);
PyObject *recorded_under(State *state, PyObject *mode, PyTypeObject *type, Row *op,
                         const Operands *operands, double data);
PyObject *recorded(State *state, PyTypeObject *type, Row *op, const Operands *operands,
                   double data);

/* row.c */
extern PyType_Spec row_spec;
PyObject *apply(PyObject *module, PyObject *const *given, Py_ssize_t count);
PyObject *bind(PyObject *module, PyObject *given);

/* dot.c */
PyObject *plain_vector(State *state, PyObject *given);
double sum_of(State *state, PyObject *terms);
double sum_of_products(State *state, PyObject *const *left, PyObject *const *right,
                       Py_ssize_t count, bool guarded);
PyObject *dot(PyObject *module, PyObject *const *args, Py_ssize_t count);

/* pass.c */
int begin_pass(Pass *pass, State *state, int32_t deepest);
void end_pass(Pass *pass);
bool is_stale(State *state, const Node *node);
PyObject *terms_by_python(Pass *pass, const Node *node, double g);
bool are_nodes(State *state, PyObject *given); /* a tuple */
PyObject *derivatives(PyObject *module, PyObject *args);
PyObject *topological_order(PyObject *module, PyObject *const *roots, Py_ssize_t count);

/* sweep.c */
PyObject *node_backward(PyObject *self, PyObject *const *args, Py_ssize_t count, PyObject *names);
PyObject *backward(PyObject *module, PyObject *const *args, Py_ssize_t count);
PyObject *run_pass(PyObject *module, PyObject *const *args, Py_ssize_t count);
int go_down(Pass *pass, PyObject *outputs, PyObject *weights);

/* tangents.c */
int go_up(Pass *pass, PyObject *outputs, PyObject *variables, PyObject *weights);

/* draw.c */
PyObject *drawn(PyObject *module, PyObject *args);
PyObject *guarded(PyObject *module, PyObject *const *args, Py_ssize_t count);

/* flat.c */
PyObject *flattened(PyObject *module, PyObject *args);

/* layer.c */
PyObject *called_in(PyObject *module, PyObject *const *given, Py_ssize_t count);
PyObject *outputs(PyObject *module, PyObject *args);

/* leaves.c */
PyObject *accumulate(PyObject *module, PyObject *args);
PyObject *make_rule(PyObject *module, PyObject *args);
PyObject *move_all(PyObject *module, PyObject *args);
PyObject *read_all(PyObject *module, PyObject *args);
PyObject *still_holds(PyObject *module, PyObject *args);
PyObject *replace_all(PyObject *module, PyObject *args);
PyObject *write_all(PyObject *module, PyObject *args);

/* structure.c */
PyObject *know_arrays(PyObject *module, PyObject *args);
const int64_t *whole_numbers(PyObject *array, Py_ssize_t *count);
size_t sizes_in(State *state, PyObject *given, bool is_pattern, int depth);
double *read_argument(State *state, PyObject *pattern, PyObject *given, double *to);
bool takes(State *state, PyObject *pattern, PyObject *out, int *arrays);
PyObject *result_of(State *state, PyObject *pattern, PyObject *out, const double *memory);

/* call.c */
enum { BUCKETS = 64 }; /* in `Programs.ready`, of each kind of result */
extern PyType_Spec caller_spec, ready_spec;
extern PyMethodDef caller_methods[];
PyObject *make_ready(PyObject *module, PyObject *args);

/* module.c */
double python_hypot(double x, double y);
PyObject *in_python(PyObject *self, const char *method, PyObject *const *args, Py_ssize_t count,
                    PyObject *names);

#endif
