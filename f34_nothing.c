#include "f34_nothing.h"

#include <math.h>
#include <stddef.h>

/* nothing */
static double row_nothing(double x)
{
    (void)x;
    return (double)NAN;
}

void f34_nothing_value(const double *inputs, const double *parameters, double *outputs)
{
    double v[2];
    (void)parameters;
    v[0] = row_nothing(inputs[0]);
    v[1] = v[0] + 1.0;
    outputs[0] = v[1];
}

void f34_nothing_gradient(const double *inputs, const double *parameters, double *outputs)
{
    double v[2];
    (void)parameters;
    v[0] = row_nothing(inputs[0]);
    v[1] = v[0] + 1.0;
    outputs[0] = v[1];
    outputs[1] = 0.0;
}
