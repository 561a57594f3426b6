/* The plain transformer of transformer.py as fast as this project knows how to write it by hand.

   Texts go one by one, all positions of a text at a time. Lanes run over the outputs of a matrix,
   which lies input by input; tiles of ROWS positions stay in registers. Numbers of a head lie side
   by side: place i of head h is column 4 i + h, so that attention takes the four heads in lanes.
   Parameters come and go in the order of `Transformer.parameters()`. */

#include <math.h>
#include <string.h>

#include "vector.h"

#define LETTERS 27
#define PADDED 32 /* letters in whole vectors */
#define WIDTH 16
#define HEADS 4
#define SIZE (WIDTH / HEADS)
#define HIDDEN (4 * WIDTH)
#define POSITIONS 16
#define ROWS 4 /* positions whose sums are in registers at a time, TILE vectors each */
#define INPUTS (2 * TILE) /* inputs whose weights' gradients are, two vectors each */

#define BETA1 0.9
#define BETA2 0.999
#define EPSILON 1e-8

typedef double heads __attribute__((vector_size(8 * HEADS), aligned(8), may_alias));

typedef struct {
    double letter[LETTERS][WIDTH], place[POSITIONS][WIDTH];
    double qkv[WIDTH][3 * WIDTH], joined[WIDTH][WIDTH];
    double wider[WIDTH][HIDDEN], narrower[WIDTH][HIDDEN], score[WIDTH][PADDED];
} __attribute__((aligned(64))) parameters;

#define NUMBERS (sizeof(parameters) / sizeof(double))

/* y[t] = x[t] w, plus what is there if `more`, for `count` positions at once. */
INLINE void rows_by_input(int count, int more, const double *x, int inputs, const double *w,
                          int outputs, double *y) {
    const int vectors = outputs / LANES;
    const int columns = vectors % TILE == 0 ? TILE : vectors % 3 == 0 ? 3 : vectors;
    for (int c0 = 0; c0 < outputs; c0 += columns * LANES) {
        vector sum[2 * ROWS][TILE];
        for (int r = 0; r < count; r++)
            for (int c = 0; c < columns; c++)
                sum[r][c] = more ? load(y + r * outputs + c0 + c * LANES) : all(0.0);
        for (int k = 0; k < inputs; k++)
            for (int r = 0; r < count; r++)
                for (int c = 0; c < columns; c++)
                    sum[r][c] += x[r * inputs + k] * load(w + k * outputs + c0 + c * LANES);
        for (int r = 0; r < count; r++)
            for (int c = 0; c < columns; c++) store(y + r * outputs + c0 + c * LANES, sum[r][c]);
    }
}

/* The same with w output by output, whose sums cross lanes. */
INLINE void rows_by_output(int count, int more, const double *x, int inputs, const double *w,
                           int outputs, double *y) {
    for (int m = 0; m < outputs; m += LANES) {
        vector sum[2][LANES];
        for (int r = 0; r < count; r++)
            for (int l = 0; l < LANES; l++) sum[r][l] = all(0.0);
        for (int k = 0; k < inputs; k += LANES)
            for (int l = 0; l < LANES; l++)
                for (int r = 0; r < count; r++)
                    sum[r][l] += load(x + r * inputs + k) * load(w + (m + l) * inputs + k);
        for (int r = 0; r < count; r++) {
            double *place = y + r * outputs + m;
            store(place, lane_sums(sum[r]) + (more ? load(place) : all(0.0)));
        }
    }
}

INLINE void by_input(int count, int more, const double *x, int inputs, const double *w, int outputs,
                     double *y) {
    const int rows = outputs > 2 * LANES ? ROWS : 2 * ROWS;
#define AT(n) case n: rows_by_input(n, more, x + t * inputs, inputs, w, outputs, y + t * outputs)
    for (int t = 0; t < count; t += rows) switch (count - t < rows ? count - t : rows) {
            AT(1); break;
            AT(2); break;
            AT(3); break;
            AT(4); break;
            AT(5); break;
            AT(6); break;
            AT(7); break;
            AT(8); break;
        }
#undef AT
}

INLINE void by_output(int count, int more, const double *x, int inputs, const double *w, int outputs,
                      double *y) {
    int t = 0;
    for (; t + 2 <= count; t += 2)
        rows_by_output(2, more, x + t * inputs, inputs, w, outputs, y + t * outputs);
    if (t < count) rows_by_output(1, more, x + t * inputs, inputs, w, outputs, y + t * outputs);
}

/* gw[k] = sum of x[t][k] gy[t] over positions, plus what is there if `more`. */
INLINE void weights(int count, int more, const double *x, int inputs, const double *gy, int outputs,
                    double *gw) {
    for (int c0 = 0; c0 < outputs; c0 += 2 * LANES)
        for (int k = 0; k < inputs; k += INPUTS) {
            vector sum[INPUTS][2];
            for (int r = 0; r < INPUTS; r++)
                for (int c = 0; c < 2; c++)
                    sum[r][c] = more ? load(gw + (k + r) * outputs + c0 + c * LANES) : all(0.0);
            for (int t = 0; t < count; t++)
                for (int c = 0; c < 2; c++) {
                    vector up = load(gy + t * outputs + c0 + c * LANES);
                    for (int r = 0; r < INPUTS; r++) sum[r][c] += x[t * inputs + k + r] * up;
                }
            for (int r = 0; r < INPUTS; r++)
                for (int c = 0; c < 2; c++)
                    store(gw + (k + r) * outputs + c0 + c * LANES, sum[r][c]);
        }
}

/* The inner products of the rows of x and y, LANES positions at a time. */
INLINE vector inner(const double *x, const double *y) {
    vector sum[LANES];
    for (int r = 0; r < LANES; r++) {
        sum[r] = all(0.0);
        for (int i = 0; i < WIDTH; i += LANES)
            sum[r] += load(x + r * WIDTH + i) * load(y + r * WIDTH + i);
    }
    return lane_sums(sum);
}

/* out[t] = factor[t] x[t], where factor is 1 / the root of the mean square. */
INLINE void normalize(int count, const double *x, double *out, double *factor) {
    for (int t = 0; t < count; t += LANES) {
        vector squares = inner(x + t * WIDTH, x + t * WIDTH) / WIDTH + 1e-5;
        store(factor + t, 1.0 / vector_sqrt(squares));
    }
    for (int t = 0; t < count; t++)
        for (int i = 0; i < WIDTH; i += LANES)
            store(out + t * WIDTH + i, factor[t] * load(x + t * WIDTH + i));
}

/* gx = the gradient by x of what `normalize` made, plus what is there if `more`. */
INLINE void before_normal(int count, int more, const double *out, const double *factor,
                          const double *up, double *gx) {
    double along[POSITIONS + LANES];
    for (int t = 0; t < count; t += LANES)
        store(along + t, inner(up + t * WIDTH, out + t * WIDTH) / WIDTH);
    for (int t = 0; t < count; t++)
        for (int i = t * WIDTH; i < (t + 1) * WIDTH; i += LANES) {
            vector g = factor[t] * (load(up + i) - along[t] * load(out + i));
            store(gx + i, more ? load(gx + i) + g : g + 0.0);
        }
}

/* exp(x - largest) / sum for each head: `count` positions, of which `padded` are whole vectors. */
INLINE void softmax_of_heads(int count, double *x) {
    heads largest = *(heads *)x, sum = {0};
    for (int s = 1; s < count; s++) {
        heads other = *(heads *)(x + HEADS * s);
        for (int h = 0; h < HEADS; h++) largest[h] = other[h] > largest[h] ? other[h] : largest[h];
    }
    for (int s = 0; s < count; s++) *(heads *)(x + HEADS * s) -= largest;
    for (int i = HEADS * count; i % LANES; i++) x[i] = 0.0;
    for (int i = 0; i < HEADS * count; i += LANES) store(x + i, vector_exp(load(x + i)));
    for (int s = 0; s < count; s++) sum += *(heads *)(x + HEADS * s);
    sum = 1.0 / sum;
    for (int s = 0; s < count; s++) *(heads *)(x + HEADS * s) *= sum;
}

/* The loss of one text of `count` + 1 letters; its gradient is added to g, or set if not `more`. */
static double gradient(const parameters *p, const int64_t *text, int count, int more, double share,
                       parameters *g) {
    /* Rows beyond the text are read, a vector of positions at a time, but not used. */
    double x0[POSITIONS][WIDTH], x1[POSITIONS][WIDTH], x2[POSITIONS][WIDTH];
    double e[POSITIONS][WIDTH], n1[POSITIONS][WIDTH], n2[POSITIONS][WIDTH];
    double gx[POSITIONS][WIDTH], gn[POSITIONS][WIDTH], ge[POSITIONS][WIDTH];
    double mixed[POSITIONS][WIDTH], qkv[POSITIONS][3 * WIDTH];
    double hidden[POSITIONS][HIDDEN], gh[POSITIONS][HIDDEN], out[POSITIONS][PADDED];
    double w[POSITIONS][POSITIONS * HEADS + LANES], gqkv[POSITIONS][3 * WIDTH];
    double f0[POSITIONS], f1[POSITIONS], f2[POSITIONS];
    double loss = 0.0, sums = 1.0;

    for (int t = 0; t < count; t++)
        for (int i = 0; i < WIDTH; i++) e[t][i] = p->letter[text[t]][i] + p->place[t][i];
    normalize(count, e[0], x0[0], f0);
    normalize(count, x0[0], n1[0], f1);
    by_input(count, 0, n1[0], WIDTH, p->qkv[0], 3 * WIDTH, qkv[0]);
    for (int t = 0; t < count; t++) {
        const double *q = qkv[t];
        for (int s = 0; s <= t; s++) {
            const double *k = qkv[s] + WIDTH;
            heads total = {0};
            for (int i = 0; i < SIZE; i++)
                total += *(heads *)(q + HEADS * i) * *(heads *)(k + HEADS * i);
            *(heads *)(w[t] + HEADS * s) = total * 0.5; /* 1 / sqrt(SIZE) */
        }
        softmax_of_heads(t + 1, w[t]);
        heads total[SIZE] = {0};
        for (int s = 0; s <= t; s++)
            for (int i = 0; i < SIZE; i++)
                total[i] += *(heads *)(w[t] + HEADS * s) * *(heads *)(qkv[s] + 2 * WIDTH + HEADS * i);
        memcpy(mixed[t], total, sizeof total);
    }
    memcpy(x1, x0, sizeof(double) * WIDTH * count);
    by_input(count, 1, mixed[0], WIDTH, p->joined[0], WIDTH, x1[0]);
    normalize(count, x1[0], n2[0], f2);
    by_input(count, 0, n2[0], WIDTH, p->wider[0], HIDDEN, hidden[0]);
    for (int t = 0; t < count; t++)
        for (int i = 0; i < HIDDEN; i += LANES) {
            vector h = load(hidden[t] + i);
            store(hidden[t] + i, choose(h > 0.0, h));
        }
    memcpy(x2, x1, sizeof(double) * WIDTH * count);
    by_output(count, 1, hidden[0], HIDDEN, p->narrower[0], WIDTH, x2[0]);
    by_input(count, 0, x2[0], WIDTH, p->score[0], PADDED, out[0]);

    /* As in digits.c: one logarithm for all positions, whose sums are between 1 and 27. The
       gradient by the scores takes their place. */
    double part = share / count;
    for (int t = 0; t < count; t++) {
        for (int i = LETTERS; i < PADDED; i++) out[t][i] = out[t][0];
        vector total = all(0.0), largest = load(out[t]);
        for (int i = LANES; i < PADDED; i += LANES) {
            vector other = load(out[t] + i);
            bits mask = other > largest;
            largest = (vector)((mask & (bits)other) | (~mask & (bits)largest));
        }
        double top = largest[0];
        for (int l = 1; l < LANES; l++) top = largest[l] > top ? largest[l] : top;
        loss += top - out[t][text[t + 1]];
        for (int i = 0; i < PADDED; i += LANES) store(out[t] + i, vector_exp(load(out[t] + i) - top));
        for (int i = LETTERS; i < PADDED; i++) out[t][i] = 0.0;
        for (int i = 0; i < PADDED; i += LANES) total += load(out[t] + i);
        double whole = lane_sum(total);
        sums *= whole;
        for (int i = 0; i < PADDED; i += LANES) store(out[t] + i, load(out[t] + i) * (part / whole));
        out[t][text[t + 1]] -= part;
    }
    loss = (loss + log(sums)) * part;

    memset(gqkv, 0, sizeof gqkv[0] * count);
    weights(count, more, x2[0], WIDTH, out[0], PADDED, g->score[0]);
    by_output(count, 0, out[0], PADDED, p->score[0], WIDTH, gx[0]);
    weights(count, more, gx[0], WIDTH, hidden[0], HIDDEN, g->narrower[0]);
    by_input(count, 0, gx[0], WIDTH, p->narrower[0], HIDDEN, gh[0]);
    for (int t = 0; t < count; t++)
        for (int i = 0; i < HIDDEN; i += LANES)
            store(gh[t] + i, choose(load(hidden[t] + i) > 0.0, load(gh[t] + i)));
    weights(count, more, n2[0], WIDTH, gh[0], HIDDEN, g->wider[0]);
    by_output(count, 0, gh[0], HIDDEN, p->wider[0], WIDTH, gn[0]);
    before_normal(count, 1, n2[0], f2, gn[0], gx[0]);
    weights(count, more, mixed[0], WIDTH, gx[0], WIDTH, g->joined[0]);
    by_output(count, 0, gx[0], WIDTH, p->joined[0], WIDTH, gn[0]); /* the gradient by `mixed` */
    for (int t = 0; t < count; t++) {
        const double *q = qkv[t];
        heads gw[POSITIONS], along = {0}, gq[SIZE] = {0};
        for (int s = 0; s <= t; s++) {
            const double *v = qkv[s] + 2 * WIDTH;
            double *gv = gqkv[s] + 2 * WIDTH;
            heads weight = *(heads *)(w[t] + HEADS * s), total = {0};
            for (int i = 0; i < SIZE; i++) {
                heads up = *(heads *)(gn[t] + HEADS * i);
                total += up * *(heads *)(v + HEADS * i);
                *(heads *)(gv + HEADS * i) += up * weight;
            }
            gw[s] = total;
            along += total * weight;
        }
        for (int s = 0; s <= t; s++) {
            const double *k = qkv[s] + WIDTH;
            double *gk = gqkv[s] + WIDTH;
            heads up = *(heads *)(w[t] + HEADS * s) * (gw[s] - along) * 0.5;
            for (int i = 0; i < SIZE; i++) {
                gq[i] += up * *(heads *)(k + HEADS * i);
                *(heads *)(gk + HEADS * i) += up * *(heads *)(q + HEADS * i);
            }
        }
        memcpy(gqkv[t], gq, sizeof gq);
    }
    weights(count, more, n1[0], WIDTH, gqkv[0], 3 * WIDTH, g->qkv[0]);
    by_output(count, 0, gqkv[0], 3 * WIDTH, p->qkv[0], WIDTH, gn[0]);
    before_normal(count, 1, n1[0], f1, gn[0], gx[0]);
    before_normal(count, 0, x0[0], f0, gx[0], ge[0]);
    if (!more) memset(g->letter, 0, sizeof g->letter + sizeof g->place);
    for (int t = 0; t < count; t++) {
        for (int i = 0; i < WIDTH; i++) g->letter[text[t]][i] += ge[t][i];
        for (int i = 0; i < WIDTH; i++) g->place[t][i] += ge[t][i];
    }
    return loss;
}

/* Between a matrix row by row and that which is computed with, see `split`: input by input (0), and
   with the heads of rows (1) or columns (2) side by side; or as it is (3). */
INLINE double *copy(double *flat, double *place, int rows, int columns, int stride, int split,
                    int back) {
    for (int r = 0; r < rows; r++)
        for (int c = 0; c < columns; c++, flat++) {
            int row = split == 1 ? r % SIZE * HEADS + r / SIZE : r;
            int column = split == 2 ? c % SIZE * HEADS + c / SIZE : c;
            double *at = split == 3 ? place + r * stride + c : place + column * stride + row;
            *(back ? flat : at) = *(back ? at : flat);
        }
    return flat;
}

static void copy_all(double *flat, parameters *p, int back) {
    size_t tables = sizeof p->letter + sizeof p->place;
    memcpy(back ? flat : p->letter[0], back ? p->letter[0] : flat, tables);
    flat += tables / sizeof(double);
    for (int i = 0; i < 3; i++)
        flat = copy(flat, p->qkv[0] + i * WIDTH, WIDTH, WIDTH, 3 * WIDTH, 1, back);
    flat = copy(flat, p->joined[0], WIDTH, WIDTH, WIDTH, 2, back);
    flat = copy(flat, p->wider[0], HIDDEN, WIDTH, HIDDEN, 0, back);
    flat = copy(flat, p->narrower[0], WIDTH, HIDDEN, HIDDEN, 3, back);
    copy(flat, p->score[0], LETTERS, WIDTH, PADDED, 0, back);
}

/* The gradient of each text in turn, as by a program that does something with each: the last one is
   left in `flat_gradient`. Text number n has counts[n] + 1 letters from texts + 17 n on. */
void transformer_gradients(double *flat, const int64_t *texts, const int64_t *counts, long number,
                           double *losses, double *flat_gradient) {
    static __thread parameters p, g;
    memset(&p, 0, sizeof p);
    copy_all(flat, &p, 0);
    for (long n = 0; n < number; n++)
        losses[n] = gradient(&p, texts + 17 * n, (int)counts[n], 0, 1.0, &g);
    copy_all(flat_gradient, &g, 1);
}

/* Train the 4,192 parameters by a new Adam, with `batch` texts a step; losses[s] is the mean loss
   before step s. */
void transformer_adam(double *flat, const int64_t *texts, const int64_t *counts, long number,
                      long batch, double rate, double *losses) {
    static __thread parameters p, mean, square, g;
    memset(&p, 0, sizeof p);
    memset(&mean, 0, sizeof mean);
    memset(&square, 0, sizeof square);
    copy_all(flat, &p, 0);
    for (long s = 0; s * batch < number; s++) {
        losses[s] = 0.0;
        for (long n = 0; n < batch; n++) {
            long at = s * batch + n;
            losses[s] += gradient(&p, texts + 17 * at, (int)counts[at], n > 0, 1.0 / batch, &g);
        }
        double *at = (double *)&p, *m = (double *)&mean, *v = (double *)&square;
        double step = rate / (1.0 - pow(BETA1, (double)(s + 1)));
        double correction = 1.0 / sqrt(1.0 - pow(BETA2, (double)(s + 1)));
        for (size_t i = 0; i < NUMBERS; i += LANES) {
            vector up = load((double *)&g + i);
            vector new_m = BETA1 * load(m + i) + (1 - BETA1) * up;
            vector new_v = BETA2 * load(v + i) + (1 - BETA2) * (up * up);
            store(m + i, new_m);
            store(v + i, new_v);
            store(at + i, load(at + i) - step * new_m / (vector_sqrt(new_v) * correction + EPSILON));
        }
    }
    copy_all(flat, &p, 1);
}
