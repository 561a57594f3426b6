/* Vectors of doubles as wide as the machine's: loads, sums across lanes, exp, tanh, square root. */

#ifndef VECTOR_H
#define VECTOR_H

#include <stdint.h>

#if defined(__AVX512F__)
#define LANES 8
#elif defined(__AVX__)
#define LANES 4
#else
#define LANES 2
#endif

/* How many vectors a tile keeps in registers along each side; 32 registers or 16. */
#define TILE (LANES == 8 ? 4 : 2)

#define INLINE static inline __attribute__((always_inline))

/* May alias doubles and need not be aligned: parameters start wherever their layer does. */
typedef double vector __attribute__((vector_size(8 * LANES), aligned(8), may_alias));
typedef int64_t bits __attribute__((vector_size(8 * LANES)));

INLINE vector load(const double *place) { return *(const vector *)place; }
INLINE void store(double *place, vector value) { *(vector *)place = value; }
INLINE vector all(double value) { return value - (vector){0}; }
INLINE vector choose(bits mask, vector yes) { return (vector)(mask & (bits)yes); }

INLINE double lane_sum(vector v) {
    double sum = v[0];
    for (int lane = 1; lane < LANES; lane++) sum += v[lane];
    return sum;
}

/* The sums across the lanes of LANES vectors, as one vector, by adding interleaved pairs. */
INLINE vector lane_sums(const vector v[LANES]) {
#if LANES == 8
    vector pairs[4], fours[2];
    for (int i = 0; i < 4; i++)
        pairs[i] = __builtin_shuffle(v[2 * i], v[2 * i + 1], (bits){0, 8, 2, 10, 4, 12, 6, 14})
                 + __builtin_shuffle(v[2 * i], v[2 * i + 1], (bits){1, 9, 3, 11, 5, 13, 7, 15});
    for (int i = 0; i < 2; i++)
        fours[i] = __builtin_shuffle(pairs[2 * i], pairs[2 * i + 1], (bits){0, 1, 8, 9, 4, 5, 12, 13})
                 + __builtin_shuffle(pairs[2 * i], pairs[2 * i + 1], (bits){2, 3, 10, 11, 6, 7, 14, 15});
    return __builtin_shuffle(fours[0], fours[1], (bits){0, 1, 2, 3, 8, 9, 10, 11})
         + __builtin_shuffle(fours[0], fours[1], (bits){4, 5, 6, 7, 12, 13, 14, 15});
#elif LANES == 4
    vector pairs[2];
    for (int i = 0; i < 2; i++)
        pairs[i] = __builtin_shuffle(v[2 * i], v[2 * i + 1], (bits){0, 4, 2, 6})
                 + __builtin_shuffle(v[2 * i], v[2 * i + 1], (bits){1, 5, 3, 7});
    return __builtin_shuffle(pairs[0], pairs[1], (bits){0, 1, 4, 5})
         + __builtin_shuffle(pairs[0], pairs[1], (bits){2, 3, 6, 7});
#else
    return __builtin_shuffle(v[0], v[1], (bits){0, 2}) + __builtin_shuffle(v[0], v[1], (bits){1, 3});
#endif
}

/* exp(x) - 1 = scale * rest + (scale - 1), where x = k ln 2 + r, scale = 2^k and rest = exp(r) - 1.

   |r| <= ln(2) / 2, where the Taylor polynomial of degree 13 is exact to 5e-18. Adding 1.5 * 2^52
   rounds to an integer and leaves it in the low bits. For |x| < 700. */
INLINE void reduced_exp(vector x, vector *scale, vector *rest) {
    const double shift = 0x1.8p52;
    vector k = x * 0x1.71547652b82fep0 + shift;
    *scale = (vector)(((bits)k << 52) + (bits)all(1.0));
    k -= shift;
    vector r = x - k * 0x1.62e42fefa39efp-1;
    r -= k * 0x1.abc9e3b39803fp-56;
    vector r2 = r * r, r4 = r2 * r2, r8 = r4 * r4;
    /* Estrin's order: short chains, and so room for other work in between. */
    vector low = (1.0 / 2 + r * (1.0 / 6)) + r2 * (1.0 / 24 + r * (1.0 / 120));
    vector high = (1.0 / 720 + r * (1.0 / 5040)) + r2 * (1.0 / 40320 + r * (1.0 / 362880));
    vector top = (1.0 / 3628800 + r * (1.0 / 39916800))
               + r2 * (1.0 / 479001600 + r * (1.0 / 6227020800));
    *rest = r + r2 * (low + r4 * high + r8 * top);
}

/* For |x| < 700. */
INLINE vector vector_exp(vector x) {
    vector scale, rest;
    reduced_exp(x, &scale, &rest);
    return scale + scale * rest;
}

/* tanh(x) = m / (m + 2), where m = exp(2x) - 1; 1 from 20 on. */
INLINE vector vector_tanh(vector x) {
    const bits sign = (bits)all(-0.0);
    vector size = (vector)((bits)x & ~sign), scale, rest;
    const bits large = size > 20.0;
    size = (vector)((large & (bits)all(20.0)) | (~large & (bits)size));
    reduced_exp(size + size, &scale, &rest);
    vector m = scale * rest + (scale - 1.0);
    return (vector)((bits)(m / (m + 2.0)) | ((bits)x & sign));
}

INLINE vector vector_sqrt(vector x) {
    vector root;
    for (int lane = 0; lane < LANES; lane++) root[lane] = __builtin_sqrt(x[lane]);
    return root;
}

#endif
