/* An epoch on the digits as fast as this project knows how to write it by hand.

   A network 64-32-10 with relu, softmax cross-entropy, batches of BATCH examples, Adam. Lanes run
   over the 32 hidden units, so that pixels are broadcast straight from the rows of the data, no
   batch is gathered and no sum crosses lanes. Parameters come and go neuron by neuron, weights then
   bias; in between the first layer lies input by input. */

#include <math.h>

#include "vector.h"

#define PIXELS 64
#define HIDDEN 32
#define CLASSES 10
#define PADDED 16
#define BATCH 32
#define ROWS 4 /* examples, or inputs, whose sums are in registers at a time, TILE vectors each */

#define BETA1 0.9
#define BETA2 0.999
#define EPSILON 1e-8

typedef struct {
    double w1[PIXELS][HIDDEN], b1[HIDDEN], w2[CLASSES][HIDDEN], b2[PADDED];
} __attribute__((aligned(64))) parameters;

typedef struct {
    parameters at, mean, square;
    double rate, correction; /* of this step: the learning rate, and 1 / sqrt(1 - BETA2^t) */
} adam;

/* Update the vector of parameters at `place`, which lies in `state->at`. */
INLINE void update(adam *state, double *place, vector gradient) {
    double *mean = place + sizeof(parameters) / sizeof(double);
    double *square = mean + sizeof(parameters) / sizeof(double);
    vector m = BETA1 * load(mean) + (1 - BETA1) * gradient;
    vector v = BETA2 * load(square) + (1 - BETA2) * (gradient * gradient);
    store(mean, m);
    store(square, v);
    store(place, load(place)
                     - state->rate * m / (vector_sqrt(v) * state->correction + EPSILON));
}

/* sum[r][c] += left[r][k] * right[k][c], summed over k: a tile of ROWS x TILE vectors. */
INLINE void product(int rows, int columns, vector sum[][TILE], const double *const left[], int inner,
                    const double *right, int stride) {
    for (int k = 0; k < inner; k++)
        for (int r = 0; r < rows; r++)
            for (int c = 0; c < columns; c++)
                sum[r][c] += left[r][k] * load(right + k * stride + c * LANES);
}

INLINE double step(adam *state, const double *const x[BATCH], const int64_t label[BATCH]) {
    parameters *p = &state->at;
    double h[BATCH][HIDDEN] __attribute__((aligned(64)));
    double gh[BATCH][HIDDEN] __attribute__((aligned(64)));
    double out[BATCH][PADDED] __attribute__((aligned(64)));
    double w2[HIDDEN][PADDED] __attribute__((aligned(64))) = {{0}};

    for (int c0 = 0; c0 < HIDDEN; c0 += TILE * LANES)
        for (int n = 0; n < BATCH; n += ROWS) {
            vector sum[ROWS][TILE];
            for (int r = 0; r < ROWS; r++)
                for (int c = 0; c < TILE; c++) sum[r][c] = load(p->b1 + c0 + c * LANES);
            product(ROWS, TILE, sum, x + n, PIXELS, p->w1[0] + c0, HIDDEN);
            for (int r = 0; r < ROWS; r++)
                for (int c = 0; c < TILE; c++)
                    store(&h[n + r][c0 + c * LANES], choose(sum[r][c] > 0.0, sum[r][c]));
        }

    for (int o = 0; o < CLASSES; o++)
        for (int j = 0; j < HIDDEN; j++) w2[j][o] = p->w2[o][j];
    for (int c0 = 0; c0 < PADDED; c0 += 2 * LANES)
        for (int n = 0; n < BATCH; n += ROWS) {
            vector sum[ROWS][TILE];
            const double *left[ROWS];
            for (int r = 0; r < ROWS; r++) {
                left[r] = h[n + r];
                for (int c = 0; c < 2; c++) sum[r][c] = load(p->b2 + c0 + c * LANES);
            }
            product(ROWS, 2, sum, left, HIDDEN, w2[0] + c0, PADDED);
            for (int r = 0; r < ROWS; r++)
                for (int c = 0; c < 2; c++) store(&out[n + r][c0 + c * LANES], sum[r][c]);
        }

    /* The gradient of the mean loss with respect to the scores takes their place. The largest score
       is taken off, so that each sum of exponentials is in [1, 10] and their product cannot
       overflow: one logarithm does for the batch. Columns that pad stay zero. */
    double loss = 0.0, sums = 1.0;
    for (int n = 0; n < BATCH; n++) {
        double largest = out[n][0], sum = 0.0;
        for (int o = 1; o < CLASSES; o++) largest = out[n][o] > largest ? out[n][o] : largest;
        loss += largest - out[n][label[n]];
        for (int o = 0; o < PADDED; o += LANES)
            store(&out[n][o], vector_exp(load(&out[n][o]) - largest));
        for (int o = 0; o < CLASSES; o++) sum += out[n][o];
        sums *= sum;
        double part = 1.0 / (sum * BATCH);
        for (int o = 0; o < PADDED; o++) out[n][o] = o < CLASSES ? out[n][o] * part : 0.0;
        out[n][label[n]] -= 1.0 / BATCH;
    }
    loss = (loss + log(sums)) / BATCH;

    vector b2[PADDED / LANES];
    for (int c = 0; c < PADDED / LANES; c++) b2[c] = all(0.0);
    for (int n = 0; n < BATCH; n++)
        for (int c = 0; c < PADDED / LANES; c++) b2[c] += load(&out[n][c * LANES]);

    for (int c0 = 0; c0 < HIDDEN; c0 += TILE * LANES) {
        vector b1[TILE];
        for (int c = 0; c < TILE; c++) b1[c] = all(0.0);
        for (int n = 0; n < BATCH; n += ROWS) {
            vector sum[ROWS][TILE];
            const double *left[ROWS];
            for (int r = 0; r < ROWS; r++) {
                left[r] = out[n + r];
                for (int c = 0; c < TILE; c++) sum[r][c] = all(0.0);
            }
            product(ROWS, TILE, sum, left, CLASSES, p->w2[0] + c0, HIDDEN);
            for (int r = 0; r < ROWS; r++)
                for (int c = 0; c < TILE; c++) {
                    vector up = choose(load(&h[n + r][c0 + c * LANES]) > 0.0, sum[r][c]);
                    store(&gh[n + r][c0 + c * LANES], up);
                    b1[c] += up;
                }
        }
        for (int c = 0; c < TILE; c++) update(state, p->b1 + c0 + c * LANES, b1[c]);

        for (int o = 0; o < CLASSES; o += 5) {
            vector sum[5][TILE];
            for (int r = 0; r < 5; r++)
                for (int c = 0; c < TILE; c++) sum[r][c] = all(0.0);
            for (int n = 0; n < BATCH; n++)
                for (int r = 0; r < 5; r++)
                    for (int c = 0; c < TILE; c++)
                        sum[r][c] += out[n][o + r] * load(&h[n][c0 + c * LANES]);
            for (int r = 0; r < 5; r++)
                for (int c = 0; c < TILE; c++)
                    update(state, p->w2[o + r] + c0 + c * LANES, sum[r][c]);
        }
        for (int i = 0; i < PIXELS; i += ROWS) {
            vector sum[ROWS][TILE];
            for (int r = 0; r < ROWS; r++)
                for (int c = 0; c < TILE; c++) sum[r][c] = all(0.0);
            for (int n = 0; n < BATCH; n++)
                for (int r = 0; r < ROWS; r++)
                    for (int c = 0; c < TILE; c++)
                        sum[r][c] += x[n][i + r] * load(&gh[n][c0 + c * LANES]);
            for (int r = 0; r < ROWS; r++)
                for (int c = 0; c < TILE; c++)
                    update(state, p->w1[i + r] + c0 + c * LANES, sum[r][c]);
        }
    }
    for (int c = 0; c < PADDED / LANES; c++) update(state, p->b2 + c * LANES, b2[c]);
    return loss;
}

/* Between the flat parameters, neuron by neuron, and those that are computed with. */
INLINE void copy(double *flat, parameters *p, int back) {
    for (int j = 0; j < HIDDEN; j++) {
        for (int i = 0; i <= PIXELS; i++, flat++) {
            double *place = i < PIXELS ? &p->w1[i][j] : &p->b1[j];
            *(back ? flat : place) = *(back ? place : flat);
        }
    }
    for (int o = 0; o < CLASSES; o++) {
        for (int j = 0; j <= HIDDEN; j++, flat++) {
            double *place = j < HIDDEN ? &p->w2[o][j] : &p->b2[o];
            *(back ? flat : place) = *(back ? place : flat);
        }
    }
}

/* Train the 2,410 parameters p for `steps` batches with a new Adam; losses[s] is the loss before
   step s. x has 64 numbers a row; `order` says which rows make up the batches, one after another. */
void digits_epoch(double *p, const double *x, const int64_t *labels, const int64_t *order,
                  double rate, long steps, double *losses) {
    adam state = {0};
    copy(p, &state.at, 0);
    for (long s = 0; s < steps; s++) {
        const double *rows[BATCH];
        int64_t batch_labels[BATCH];
        for (int n = 0; n < BATCH; n++) {
            rows[n] = x + PIXELS * order[s * BATCH + n];
            batch_labels[n] = labels[order[s * BATCH + n]];
        }
        state.rate = rate / (1.0 - pow(BETA1, (double)(s + 1)));
        state.correction = 1.0 / sqrt(1.0 - pow(BETA2, (double)(s + 1)));
        losses[s] = step(&state, rows, batch_labels);
    }
    copy(p, &state.at, 1);
}
