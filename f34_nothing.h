/*
 * f34_nothing: functions of 1 inputs and 0 parameters, as C99.
 *
 *     cc -std=c99 -O2 -c f34_nothing.c     and link with -lm
 *
 * Compilers that fuse a * b + c into one operation unless told otherwise (clang, and gcc
 * without -std=c99) need -ffp-contract=off to give the same digits as autograd.
 *
 * inputs      1 numbers
 *   inputs[0]  x
 * parameters  none: NULL will do
 * outputs     an array of the function's size; it must not overlap the other two
 *
 * No function keeps anything between calls, so threads may call it at the same time.
 */
#ifndef F34_NOTHING_H
#define F34_NOTHING_H

#ifdef __cplusplus
extern "C" {
#endif

#define F34_NOTHING_INPUTS 1
#define F34_NOTHING_PARAMETERS 0

/* Outputs: a number.
 * Its arrays take 16 bytes of the stack. */
#define F34_NOTHING_VALUE_OUTPUTS 1
void f34_nothing_value(const double *inputs, const double *parameters, double *outputs);

/* Outputs: the value, then its derivative with respect to each input.
 * Its arrays take 16 bytes of the stack. */
#define F34_NOTHING_GRADIENT_OUTPUTS 2
void f34_nothing_gradient(const double *inputs, const double *parameters, double *outputs);

#ifdef __cplusplus
}
#endif

#endif
