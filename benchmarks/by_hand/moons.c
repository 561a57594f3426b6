/* The moons step as fast as this project knows how to write it by hand.

   A network 2-16-16-1 on POINTS points, the mean hinge loss with ALPHA times the sum of the
   squared parameters, and a step of gradient descent. Lanes run over the points: a weight is
   broadcast, and no sum crosses lanes before the gradients of the weights, a vector of them at a
   time. All of it, 60 KB, stays in the first two caches. Parameters are neuron by neuron: weights,
   then bias. */

#include "vector.h"

#define POINTS 100
#define WIDTH 16
#define PADDED ((POINTS + 7) / 8 * 8)
#define ALPHA 1e-4

/* What is summed in registers at a time: UNITS units of COUNT vectors of points, or the products of
   ROWS units with a vector of others. */
#define UNITS 8
#define COUNT (TILE / 2)
#define ROWS 3

/* Where layers begin, and the length of a row of the second. */
#define FIRST 0
#define SECOND (3 * WIDTH)
#define THIRD (SECOND + (WIDTH + 1) * WIDTH)
#define PARAMETERS (THIRD + WIDTH + 1)
#define ROW (WIDTH + 1)

typedef double unit_by_point[WIDTH][PADDED] __attribute__((aligned(64)));

INLINE vector activate(int smooth, vector z) {
    return smooth ? vector_tanh(z) : choose(z > 0.0, z);
}

/* The gradient before the activation, from the one after it and the activation's result. */
INLINE vector before(int smooth, vector gradient, vector out) {
    if (smooth) return gradient - gradient * (out * out);
    return choose(out > 0.0, gradient);
}

/* Forward and backward through `count` vectors of points, as far as the gradients of the sums. */
INLINE void points(int smooth, int count, int at, const double *p, const double *x, const double *y,
                   const double *share, unit_by_point h1, unit_by_point h2, unit_by_point g1,
                   unit_by_point g2, double *g3, vector *loss) {
    vector score[COUNT];
    for (int b = 0; b < count; b++) {
        vector x0 = load(x + at + b * LANES), x1 = load(x + PADDED + at + b * LANES);
        for (int i = 0; i < WIDTH; i++) {
            const double *w = p + FIRST + 3 * i;
            store(&h1[i][at + b * LANES], activate(smooth, w[0] * x0 + (w[1] * x1 + w[2])));
        }
        score[b] = all(p[THIRD + WIDTH]);
    }
    for (int j = 0; j < WIDTH; j += UNITS) {
        vector sum[UNITS][COUNT];
        for (int r = 0; r < UNITS; r++)
            for (int b = 0; b < count; b++) sum[r][b] = all(p[SECOND + ROW * (j + r) + WIDTH]);
        for (int i = 0; i < WIDTH; i++)
            for (int r = 0; r < UNITS; r++)
                for (int b = 0; b < count; b++)
                    sum[r][b] += p[SECOND + ROW * (j + r) + i] * load(&h1[i][at + b * LANES]);
        for (int r = 0; r < UNITS; r++)
            for (int b = 0; b < count; b++) {
                vector h = activate(smooth, sum[r][b]);
                store(&h2[j + r][at + b * LANES], h);
                score[b] += p[THIRD + j + r] * h;
            }
    }
    vector up[COUNT];
    for (int b = 0; b < count; b++) {
        vector label = load(y + at + b * LANES), part = load(share + at + b * LANES);
        vector margin = 1.0 - label * score[b];
        *loss += choose(margin > 0.0, part * margin);
        up[b] = choose(margin > 0.0, -part * label);
        store(g3 + at + b * LANES, up[b]);
        for (int j = 0; j < WIDTH; j++) {
            vector h = load(&h2[j][at + b * LANES]);
            store(&g2[j][at + b * LANES], before(smooth, p[THIRD + j] * up[b], h));
        }
    }
    for (int i = 0; i < WIDTH; i += UNITS) {
        vector sum[UNITS][COUNT];
        for (int r = 0; r < UNITS; r++)
            for (int b = 0; b < count; b++) sum[r][b] = all(0.0);
        for (int j = 0; j < WIDTH; j++)
            for (int r = 0; r < UNITS; r++)
                for (int b = 0; b < count; b++)
                    sum[r][b] += p[SECOND + ROW * j + i + r] * load(&g2[j][at + b * LANES]);
        for (int r = 0; r < UNITS; r++)
            for (int b = 0; b < count; b++) {
                vector h = load(&h1[i + r][at + b * LANES]);
                store(&g1[i + r][at + b * LANES], before(smooth, sum[r][b], h));
            }
    }
}

/* Inner products over the points of rows x LANES pairs of units: part of the second layer's
   gradient. */
INLINE void tile(int rows, int j, int i, unit_by_point h1, unit_by_point g2, double *gradient) {
    vector sum[ROWS][LANES];
    for (int r = 0; r < rows; r++)
        for (int c = 0; c < LANES; c++) sum[r][c] = all(0.0);
    for (int n = 0; n < PADDED; n += LANES)
        for (int r = 0; r < rows; r++)
            for (int c = 0; c < LANES; c++) sum[r][c] += load(&g2[j + r][n]) * load(&h1[i + c][n]);
    for (int r = 0; r < rows; r++) store(gradient + SECOND + ROW * (j + r) + i, lane_sums(sum[r]));
}

/* Sums over the points of LANES units' gradients times those inputs that all units share. */
INLINE void shared_inputs(int inputs, int i, const double *x, unit_by_point g, double *gradient,
                          int stride) {
    vector sum[3][LANES];
    for (int k = 0; k <= inputs; k++)
        for (int c = 0; c < LANES; c++) sum[k][c] = all(0.0);
    for (int n = 0; n < PADDED; n += LANES)
        for (int c = 0; c < LANES; c++) {
            vector up = load(&g[i + c][n]);
            for (int k = 0; k < inputs; k++) sum[k][c] += up * load(x + k * PADDED + n);
            sum[inputs][c] += up;
        }
    for (int k = 0; k <= inputs; k++) {
        vector total = lane_sums(sum[k]);
        for (int c = 0; c < LANES; c++) gradient[stride * (i + c) + k] = total[c];
    }
}

INLINE double step(int smooth, double *p, const double *x, const double *y, const double *share,
                   double rate) {
    unit_by_point h1, h2, g1, g2;
    double g3[PADDED] __attribute__((aligned(64)));
    double gradient[PARAMETERS + LANES] __attribute__((aligned(64)));
    vector loss = all(0.0);

    int at = 0;
    for (; at + COUNT * LANES <= PADDED; at += COUNT * LANES)
        points(smooth, COUNT, at, p, x, y, share, h1, h2, g1, g2, g3, &loss);
    for (; at < PADDED; at += LANES)
        points(smooth, 1, at, p, x, y, share, h1, h2, g1, g2, g3, &loss);

    for (int i = 0; i < WIDTH; i += LANES) {
        int j = 0;
        for (; j + ROWS <= WIDTH; j += ROWS) tile(ROWS, j, i, h1, g2, gradient);
        for (; j < WIDTH; j++) tile(1, j, i, h1, g2, gradient);
        shared_inputs(2, i, x, g1, gradient + FIRST, 3);
        shared_inputs(0, i, x, g2, gradient + SECOND + WIDTH, ROW);
        vector sum[LANES];
        for (int c = 0; c < LANES; c++) sum[c] = all(0.0);
        for (int n = 0; n < PADDED; n += LANES)
            for (int c = 0; c < LANES; c++) sum[c] += load(g3 + n) * load(&h2[i + c][n]);
        store(gradient + THIRD + i, lane_sums(sum));
    }
    vector total = all(0.0);
    for (int n = 0; n < PADDED; n += LANES) total += load(g3 + n);
    gradient[THIRD + WIDTH] = lane_sum(total);

    vector squares = all(0.0);
    int k = 0;
    for (; k + LANES <= PARAMETERS; k += LANES) {
        vector q = load(p + k);
        squares += q * q;
        store(p + k, q - rate * (load(gradient + k) + (2 * ALPHA) * q));
    }
    double penalty = lane_sum(squares);
    for (; k < PARAMETERS; k++) {
        penalty += p[k] * p[k];
        p[k] -= rate * (gradient[k] + 2 * ALPHA * p[k]);
    }
    return lane_sum(loss) + ALPHA * penalty;
}

/* Do `steps` steps on the 337 parameters p; losses[s] is the loss before step s.

   x holds the first coordinates of all points, then the second ones; x, y and share, the weight of
   a point in the mean, are padded with zeros to a multiple of eight points. */
void moons_relu(double *p, const double *x, const double *y, const double *share, double rate,
                long steps, double *losses) {
    for (long s = 0; s < steps; s++) losses[s] = step(0, p, x, y, share, rate);
}

void moons_tanh(double *p, const double *x, const double *y, const double *share, double rate,
                long steps, double *losses) {
    for (long s = 0; s < steps; s++) losses[s] = step(1, p, x, y, share, rate);
}
