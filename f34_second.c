#include "f34_second.h"

#include <math.h>
#include <stddef.h>

/* second */
static double row_second(double x, double y)
{
    (void)x;
    return y;
}

void f34_second_value(const double *inputs, const double *parameters, double *outputs)
{
    double v[2];
    (void)parameters;
    v[0] = row_second(inputs[0], inputs[1]);
    v[1] = v[0] + 1.0;
    outputs[0] = v[1];
}

void f34_second_gradient(const double *inputs, const double *parameters, double *outputs)
{
    double v[2];
    (void)parameters;
    v[0] = row_second(inputs[0], inputs[1]);
    v[1] = v[0] + 1.0;
    outputs[0] = v[1];
    outputs[1] = 0.0;
    outputs[2] = 0.0;
}
