#include "f34_unbounded.h"

#include <math.h>
#include <stddef.h>

/* unbounded */
static double row_unbounded(double x)
{
    (void)x;
    return (double)INFINITY;
}

void f34_unbounded_value(const double *inputs, const double *parameters, double *outputs)
{
    double v[2];
    (void)parameters;
    v[0] = row_unbounded(inputs[0]);
    v[1] = v[0] + 1.0;
    outputs[0] = v[1];
}

void f34_unbounded_gradient(const double *inputs, const double *parameters, double *outputs)
{
    double v[2];
    (void)parameters;
    v[0] = row_unbounded(inputs[0]);
    v[1] = v[0] + 1.0;
    outputs[0] = v[1];
    outputs[1] = 0.0;
}
