/* Written by autograd/native/generate.py from autograd/primitives.py. */

#ifndef ROWS_H
#define ROWS_H

enum {
    ROW_guarded_mul,
    ROW_guarded_dot,
    ROW_identity,
    ROW_detach,
    ROW_add,
    ROW_sub,
    ROW_mul,
    ROW_div,
    ROW_neg,
    ROW_add_n,
    ROW_dot,
    ROW_ordered_sum,
    ROW_ordered_dot,
    ROW_pow,
    ROW_power_log,
    ROW_abs,
    ROW_sign,
    ROW_exp,
    ROW_log,
    ROW_log1p,
    ROW_expm1,
    ROW_sqrt,
    ROW_sin,
    ROW_cos,
    ROW_tan,
    ROW_asin,
    ROW_acos,
    ROW_semicircle,
    ROW_atan,
    ROW_atan2,
    ROW_sinh,
    ROW_cosh,
    ROW_tanh,
    ROW_sech_squared,
    ROW_asinh,
    ROW_acosh,
    ROW_atanh,
    ROW_relu,
    ROW_gate,
    ROW_leaky_relu,
    ROW_elu,
    ROW_sigmoid,
    ROW_logistic_density,
    ROW_softplus,
    ROW_silu,
    ROW_gelu,
    ROW_erf,
    ROW_erfc,
    ROW_logaddexp,
    ROW_logaddexp_n,
    ROW_share,
    ROW_portion,
    ROW_largest,
    ROW_finite,
    ROW_maximum,
    ROW_minimum,
    ROW_prefer,
    ROW_where,
    ROW_place,
    ROW_item,
    ROW_clip,
    ROW_cosine,
    ROW_hypot,
    ROW_less,
    ROW_less_equal,
    ROW_greater,
    ROW_greater_equal,
    ROW_equal,
    ROW_COUNT
};

#define METHODS(X) \
    X(detach) \
    X(neg) \
    X(abs) \
    X(sign) \
    X(exp) \
    X(log) \
    X(log1p) \
    X(expm1) \
    X(sqrt) \
    X(sin) \
    X(cos) \
    X(tan) \
    X(asin) \
    X(acos) \
    X(atan) \
    X(sinh) \
    X(cosh) \
    X(tanh) \
    X(asinh) \
    X(acosh) \
    X(atanh) \
    X(relu) \
    X(sigmoid) \
    X(softplus) \
    X(silu) \
    X(gelu) \
    X(erf) \
    X(erfc)

#endif

#ifdef ROW_FUNCTIONS /* row.c alone has them */

static double value_guarded_mul(double x, double y, double z)
{
    return ((x == 0.0) || (y == 0.0)) ? 0.0 : (x * y);
}

static double value_identity(double x, double y, double z)
{
    return x;
}

static double value_detach(double x, double y, double z)
{
    return x;
}

static double value_add(double x, double y, double z)
{
    return x + y;
}

static double value_sub(double x, double y, double z)
{
    return x - y;
}

static double value_mul(double x, double y, double z)
{
    return x * y;
}

static double value_div(double x, double y, double z)
{
    return x / y;
}

static double value_neg(double x, double y, double z)
{
    return -x;
}

static double value_pow(double x, double y, double z)
{
    return pow(x, y);
}

static double value_power_log(double x, double y, double z)
{
    return ((z != 0.0) && (((x == 0.0) && (y >= 0.0)) || ((x == (double)INFINITY) && (y < 0.0)))) ? 0.0 : (pow(x, y) * pow(log(x), z));
}

static double value_abs(double x, double y, double z)
{
    return fabs(x);
}

static double value_sign(double x, double y, double z)
{
    return (x > 0.0) ? 1.0 : ((x < 0.0) ? (-1.0) : x);
}

static double value_exp(double x, double y, double z)
{
    return exp(x);
}

static double value_log(double x, double y, double z)
{
    return log(x);
}

static double value_log1p(double x, double y, double z)
{
    return log1p(x);
}

static double value_expm1(double x, double y, double z)
{
    return expm1(x);
}

static double value_sqrt(double x, double y, double z)
{
    return sqrt(x);
}

static double value_sin(double x, double y, double z)
{
    return sin(x);
}

static double value_cos(double x, double y, double z)
{
    return cos(x);
}

static double value_tan(double x, double y, double z)
{
    return tan(x);
}

static double value_asin(double x, double y, double z)
{
    return asin(x);
}

static double value_acos(double x, double y, double z)
{
    return acos(x);
}

static double value_semicircle(double x, double y, double z)
{
    return sqrt((1.0 - x) * (1.0 + x));
}

static double value_atan(double x, double y, double z)
{
    return atan(x);
}

static double value_atan2(double x, double y, double z)
{
    return atan2(x, y);
}

static double value_sinh(double x, double y, double z)
{
    return sinh(x);
}

static double value_cosh(double x, double y, double z)
{
    return cosh(x);
}

static double value_tanh(double x, double y, double z)
{
    return tanh(x);
}

static double value_sech_squared(double x, double y, double z)
{
    const double t1 = 1.0 + fabs(tanh(x));
    return (exp((-2.0) * fabs(x)) * t1) * t1;
}

static double value_asinh(double x, double y, double z)
{
    return asinh(x);
}

static double value_acosh(double x, double y, double z)
{
    return acosh(x);
}

static double value_atanh(double x, double y, double z)
{
    return atanh(x);
}

static double value_relu(double x, double y, double z)
{
    return ((x > 0.0) || (x != x)) ? x : 0.0;
}

static double value_gate(double x, double y, double z)
{
    return (x > 0.0) ? y : (((x <= 0.0) || (y == 0.0)) ? 0.0 : x);
}

static double value_leaky_relu(double x, double y, double z)
{
    return (x > 0.0) ? x : (y * x);
}

static double value_elu(double x, double y, double z)
{
    return (x > 0.0) ? x : (y * expm1(x));
}

static double value_sigmoid(double x, double y, double z)
{
    const double t1 = exp(-fabs(x));
    return ((x >= 0.0) ? 1.0 : t1) * (1.0 / (1.0 + t1));
}

static double value_logistic_density(double x, double y, double z)
{
    const double t1 = exp(-fabs(x));
    const double t2 = 1.0 / (1.0 + t1);
    return (t1 * t2) * t2;
}

static double value_softplus(double x, double y, double z)
{
    return (((x > 0.0) || (x != x)) ? x : 0.0) + log1p(exp(-fabs(x)));
}

static double value_silu(double x, double y, double z)
{
    const double t1 = exp(-fabs(x));
    return x * (((x >= 0.0) ? 1.0 : t1) / (1.0 + t1));
}

static double value_gelu(double x, double y, double z)
{
    return (0.5 * x) * erfc((-x) * 0x1.6a09e667f3bcdp-1);
}

static double value_erf(double x, double y, double z)
{
    return erf(x);
}

static double value_erfc(double x, double y, double z)
{
    return erfc(x);
}

static double value_logaddexp(double x, double y, double z)
{
    return (x == y) ? (x + 0x1.62e42fefa39efp-1) : (((x > y) ? x : y) + log1p(exp(-fabs(x - y))));
}

static double value_share(double x, double y, double z)
{
    const double t1 = exp(-fabs(x - y));
    return (x == y) ? 0.5 : (((x >= y) ? 1.0 : t1) * (1.0 / (1.0 + t1)));
}

static double value_portion(double x, double y, double z)
{
    return x / (x + y);
}

static double value_finite(double x, double y, double z)
{
    return (fabs(x) < (double)INFINITY) ? x : 0.0;
}

static double value_maximum(double x, double y, double z)
{
    return ((x > y) || (x != x)) ? x : y;
}

static double value_minimum(double x, double y, double z)
{
    return ((x < y) || (x != x)) ? x : y;
}

static double value_prefer(double x, double y, double z)
{
    return (x > y) ? z : (((x < y) || (z == 0.0)) ? 0.0 : ((x == y) ? (0.5 * z) : (x + y)));
}

static double value_where(double x, double y, double z)
{
    return (x != 0.0) ? y : z;
}

static double value_place(double x, double y, double z)
{
    return (((x >= 0.0) && (x < y)) && (floor(x) == x)) ? x : (double)NAN;
}

static double value_clip(double x, double y, double z)
{
    const double t1 = ((x > y) || (x != x)) ? x : y;
    return ((t1 < z) || (t1 != t1)) ? t1 : z;
}

static double value_cosine(double x, double y, double z)
{
    const double t1 = python_hypot(x, y);
    return (t1 == 0.0) ? 0.0 : (x / t1);
}

static double value_less(double x, double y, double z)
{
    return (x < y) ? 1.0 : 0.0;
}

static double value_less_equal(double x, double y, double z)
{
    return (x <= y) ? 1.0 : 0.0;
}

static double value_greater(double x, double y, double z)
{
    return (x > y) ? 1.0 : 0.0;
}

static double value_greater_equal(double x, double y, double z)
{
    return (x >= y) ? 1.0 : 0.0;
}

static double value_equal(double x, double y, double z)
{
    return (x == y) ? 1.0 : 0.0;
}

static double pull_guarded_mul_0(double g, double out, double x, double y, double z)
{
    const double t4 = value_guarded_mul(g, y, 0.0);
    return t4;
}

static double pull_guarded_mul_1(double g, double out, double x, double y, double z)
{
    const double t4 = value_guarded_mul(g, x, 0.0);
    return t4;
}

static double pull_identity_0(double g, double out, double x, double y, double z)
{
    return g;
}

static double pull_add_0(double g, double out, double x, double y, double z)
{
    return g;
}

static double pull_add_1(double g, double out, double x, double y, double z)
{
    return g;
}

static double pull_sub_0(double g, double out, double x, double y, double z)
{
    return g;
}

static double pull_sub_1(double g, double out, double x, double y, double z)
{
    const double t4 = value_neg(g, 0.0, 0.0);
    return t4;
}

static double pull_mul_0(double g, double out, double x, double y, double z)
{
    const double t4 = value_guarded_mul(g, y, 0.0);
    return t4;
}

static double pull_mul_1(double g, double out, double x, double y, double z)
{
    const double t4 = value_guarded_mul(g, x, 0.0);
    return t4;
}

static double pull_div_0(double g, double out, double x, double y, double z)
{
    const double t4 = value_div(1.0, y, 0.0);
    const double t5 = value_guarded_mul(g, t4, 0.0);
    return t5;
}

static double pull_div_1(double g, double out, double x, double y, double z)
{
    const double t4 = value_div(out, y, 0.0);
    const double t5 = value_neg(t4, 0.0, 0.0);
    const double t6 = value_guarded_mul(g, t5, 0.0);
    return t6;
}

static double pull_neg_0(double g, double out, double x, double y, double z)
{
    const double t3 = value_neg(g, 0.0, 0.0);
    return t3;
}

static double pull_pow_0(double g, double out, double x, double y, double z)
{
    const double t4 = value_sub(y, 1.0, 0.0);
    const double t5 = value_pow(x, t4, 0.0);
    const double t6 = value_guarded_mul(y, t5, 0.0);
    const double t7 = value_guarded_mul(g, t6, 0.0);
    return t7;
}

static double pull_pow_1(double g, double out, double x, double y, double z)
{
    const double t4 = value_power_log(x, y, 1.0);
    const double t5 = value_guarded_mul(g, t4, 0.0);
    return t5;
}

static double pull_power_log_0(double g, double out, double x, double y, double z)
{
    const double t5 = value_sub(y, 1.0, 0.0);
    const double t6 = value_power_log(x, t5, z);
    const double t7 = value_guarded_mul(y, t6, 0.0);
    const double t8 = value_sub(y, 1.0, 0.0);
    const double t9 = value_sub(z, 1.0, 0.0);
    const double t10 = value_power_log(x, t8, t9);
    const double t11 = value_guarded_mul(z, t10, 0.0);
    const double t12 = value_add(t7, t11, 0.0);
    const double t13 = value_guarded_mul(g, t12, 0.0);
    return t13;
}

static double pull_power_log_1(double g, double out, double x, double y, double z)
{
    const double t5 = value_add(z, 1.0, 0.0);
    const double t6 = value_power_log(x, y, t5);
    const double t7 = value_guarded_mul(g, t6, 0.0);
    return t7;
}

static double pull_abs_0(double g, double out, double x, double y, double z)
{
    const double t3 = value_sign(x, 0.0, 0.0);
    const double t4 = value_guarded_mul(g, t3, 0.0);
    return t4;
}

static double pull_exp_0(double g, double out, double x, double y, double z)
{
    const double t3 = value_guarded_mul(g, out, 0.0);
    return t3;
}

static double pull_log_0(double g, double out, double x, double y, double z)
{
    const double t3 = value_div(1.0, x, 0.0);
    const double t4 = value_guarded_mul(g, t3, 0.0);
    return t4;
}

static double pull_log1p_0(double g, double out, double x, double y, double z)
{
    const double t3 = value_add(1.0, x, 0.0);
    const double t4 = value_div(1.0, t3, 0.0);
    const double t5 = value_guarded_mul(g, t4, 0.0);
    return t5;
}

static double pull_expm1_0(double g, double out, double x, double y, double z)
{
    const double t3 = value_exp(x, 0.0, 0.0);
    const double t4 = value_guarded_mul(g, t3, 0.0);
    return t4;
}

static double pull_sqrt_0(double g, double out, double x, double y, double z)
{
    const double t3 = value_div(0.5, out, 0.0);
    const double t4 = value_guarded_mul(g, t3, 0.0);
    return t4;
}

static double pull_sin_0(double g, double out, double x, double y, double z)
{
    const double t3 = value_cos(x, 0.0, 0.0);
    const double t4 = value_guarded_mul(g, t3, 0.0);
    return t4;
}

static double pull_cos_0(double g, double out, double x, double y, double z)
{
    const double t3 = value_sin(x, 0.0, 0.0);
    const double t4 = value_neg(t3, 0.0, 0.0);
    const double t5 = value_guarded_mul(g, t4, 0.0);
    return t5;
}

static double pull_tan_0(double g, double out, double x, double y, double z)
{
    const double t3 = value_mul(out, out, 0.0);
    const double t4 = value_add(1.0, t3, 0.0);
    const double t5 = value_guarded_mul(g, t4, 0.0);
    return t5;
}

static double pull_asin_0(double g, double out, double x, double y, double z)
{
    const double t3 = value_semicircle(x, 0.0, 0.0);
    const double t4 = value_div(1.0, t3, 0.0);
    const double t5 = value_guarded_mul(g, t4, 0.0);
    return t5;
}

static double pull_acos_0(double g, double out, double x, double y, double z)
{
    const double t3 = value_semicircle(x, 0.0, 0.0);
    const double t4 = value_div((-1.0), t3, 0.0);
    const double t5 = value_guarded_mul(g, t4, 0.0);
    return t5;
}

static double pull_semicircle_0(double g, double out, double x, double y, double z)
{
    const double t3 = value_div(x, out, 0.0);
    const double t4 = value_neg(t3, 0.0, 0.0);
    const double t5 = value_guarded_mul(g, t4, 0.0);
    return t5;
}

static double pull_atan_0(double g, double out, double x, double y, double z)
{
    const double t3 = python_hypot(x, 1.0);
    const double t4 = value_div(1.0, t3, 0.0);
    const double t5 = value_div(t4, t3, 0.0);
    const double t6 = value_guarded_mul(g, t5, 0.0);
    return t6;
}

static double pull_atan2_0(double g, double out, double x, double y, double z)
{
    const double t4 = python_hypot(x, y);
    const double t5 = value_equal(t4, 0.0, 0.0);
    const double t6 = value_div(y, t4, 0.0);
    const double t7 = value_div(t6, t4, 0.0);
    const double t8 = value_where(t5, 0.0, t7);
    const double t9 = value_guarded_mul(g, t8, 0.0);
    return t9;
}

static double pull_atan2_1(double g, double out, double x, double y, double z)
{
    const double t4 = python_hypot(x, y);
    const double t5 = value_equal(t4, 0.0, 0.0);
    const double t6 = value_neg(x, 0.0, 0.0);
    const double t7 = value_div(t6, t4, 0.0);
    const double t8 = value_div(t7, t4, 0.0);
    const double t9 = value_where(t5, 0.0, t8);
    const double t10 = value_guarded_mul(g, t9, 0.0);
    return t10;
}

static double pull_sinh_0(double g, double out, double x, double y, double z)
{
    const double t3 = value_cosh(x, 0.0, 0.0);
    const double t4 = value_guarded_mul(g, t3, 0.0);
    return t4;
}

static double pull_cosh_0(double g, double out, double x, double y, double z)
{
    const double t3 = value_sinh(x, 0.0, 0.0);
    const double t4 = value_guarded_mul(g, t3, 0.0);
    return t4;
}

static double pull_tanh_0(double g, double out, double x, double y, double z)
{
    const double t3 = value_sech_squared(x, 0.0, 0.0);
    const double t4 = value_guarded_mul(g, t3, 0.0);
    return t4;
}

static double pull_sech_squared_0(double g, double out, double x, double y, double z)
{
    const double t3 = value_tanh(x, 0.0, 0.0);
    const double t4 = value_mul(out, t3, 0.0);
    const double t5 = value_mul(t4, (-2.0), 0.0);
    const double t6 = value_guarded_mul(g, t5, 0.0);
    return t6;
}

static double pull_asinh_0(double g, double out, double x, double y, double z)
{
    const double t3 = python_hypot(x, 1.0);
    const double t4 = value_div(1.0, t3, 0.0);
    const double t5 = value_guarded_mul(g, t4, 0.0);
    return t5;
}

static double pull_acosh_0(double g, double out, double x, double y, double z)
{
    const double t3 = value_sub(x, 1.0, 0.0);
    const double t4 = value_sqrt(t3, 0.0, 0.0);
    const double t5 = value_add(x, 1.0, 0.0);
    const double t6 = value_sqrt(t5, 0.0, 0.0);
    const double t7 = value_mul(t4, t6, 0.0);
    const double t8 = value_div(1.0, t7, 0.0);
    const double t9 = value_guarded_mul(g, t8, 0.0);
    return t9;
}

static double pull_atanh_0(double g, double out, double x, double y, double z)
{
    const double t3 = value_semicircle(x, 0.0, 0.0);
    const double t4 = value_mul(t3, t3, 0.0);
    const double t5 = value_div(1.0, t4, 0.0);
    const double t6 = value_guarded_mul(g, t5, 0.0);
    return t6;
}

static double pull_relu_0(double g, double out, double x, double y, double z)
{
    const double t3 = value_gate(x, g, 0.0);
    return t3;
}

static double pull_gate_1(double g, double out, double x, double y, double z)
{
    const double t4 = value_gate(x, g, 0.0);
    return t4;
}

static double pull_leaky_relu_0(double g, double out, double x, double y, double z)
{
    const double t4 = value_greater(x, 0.0, 0.0);
    const double t5 = value_guarded_mul(g, y, 0.0);
    const double t6 = value_where(t4, g, t5);
    return t6;
}

static double pull_leaky_relu_1(double g, double out, double x, double y, double z)
{
    const double t4 = value_greater(x, 0.0, 0.0);
    const double t5 = value_guarded_mul(g, x, 0.0);
    const double t6 = value_where(t4, 0.0, t5);
    return t6;
}

static double pull_elu_0(double g, double out, double x, double y, double z)
{
    const double t4 = value_greater(x, 0.0, 0.0);
    const double t5 = value_exp(x, 0.0, 0.0);
    const double t6 = value_mul(y, t5, 0.0);
    const double t7 = value_guarded_mul(g, t6, 0.0);
    const double t8 = value_where(t4, g, t7);
    return t8;
}

static double pull_elu_1(double g, double out, double x, double y, double z)
{
    const double t4 = value_greater(x, 0.0, 0.0);
    const double t5 = value_expm1(x, 0.0, 0.0);
    const double t6 = value_guarded_mul(g, t5, 0.0);
    const double t7 = value_where(t4, 0.0, t6);
    return t7;
}

static double pull_sigmoid_0(double g, double out, double x, double y, double z)
{
    const double t3 = value_logistic_density(x, 0.0, 0.0);
    const double t4 = value_guarded_mul(g, t3, 0.0);
    return t4;
}

static double pull_logistic_density_0(double g, double out, double x, double y, double z)
{
    const double t3 = value_mul(x, 0.5, 0.0);
    const double t4 = value_tanh(t3, 0.0, 0.0);
    const double t5 = value_mul(out, t4, 0.0);
    const double t6 = value_neg(t5, 0.0, 0.0);
    const double t7 = value_guarded_mul(g, t6, 0.0);
    return t7;
}

static double pull_softplus_0(double g, double out, double x, double y, double z)
{
    const double t3 = value_sigmoid(x, 0.0, 0.0);
    const double t4 = value_guarded_mul(g, t3, 0.0);
    return t4;
}

static double pull_silu_0(double g, double out, double x, double y, double z)
{
    const double t3 = value_sigmoid(x, 0.0, 0.0);
    const double t4 = value_neg(x, 0.0, 0.0);
    const double t5 = value_sigmoid(t4, 0.0, 0.0);
    const double t6 = value_mul(out, t5, 0.0);
    const double t7 = value_add(t3, t6, 0.0);
    const double t8 = value_guarded_mul(g, t7, 0.0);
    return t8;
}

static double pull_gelu_0(double g, double out, double x, double y, double z)
{
    const double t3 = value_mul(x, (-0x1.6a09e667f3bcdp-1), 0.0);
    const double t4 = value_erfc(t3, 0.0, 0.0);
    const double t5 = value_mul(t4, 0.5, 0.0);
    const double t6 = value_mul(x, x, 0.0);
    const double t7 = value_mul(t6, (-0.5), 0.0);
    const double t8 = value_exp(t7, 0.0, 0.0);
    const double t9 = value_mul(t8, 0x1.9884533d43651p-2, 0.0);
    const double t10 = value_mul(x, t9, 0.0);
    const double t11 = value_add(t5, t10, 0.0);
    const double t12 = value_guarded_mul(g, t11, 0.0);
    return t12;
}

static double pull_erf_0(double g, double out, double x, double y, double z)
{
    const double t3 = value_mul(x, x, 0.0);
    const double t4 = value_neg(t3, 0.0, 0.0);
    const double t5 = value_exp(t4, 0.0, 0.0);
    const double t6 = value_mul(t5, 0x1.20dd750429b6dp+0, 0.0);
    const double t7 = value_guarded_mul(g, t6, 0.0);
    return t7;
}

static double pull_erfc_0(double g, double out, double x, double y, double z)
{
    const double t3 = value_mul(x, x, 0.0);
    const double t4 = value_neg(t3, 0.0, 0.0);
    const double t5 = value_exp(t4, 0.0, 0.0);
    const double t6 = value_mul(t5, (-0x1.20dd750429b6dp+0), 0.0);
    const double t7 = value_guarded_mul(g, t6, 0.0);
    return t7;
}

static double pull_logaddexp_0(double g, double out, double x, double y, double z)
{
    const double t4 = value_share(x, y, 0.0);
    const double t5 = value_guarded_mul(g, t4, 0.0);
    return t5;
}

static double pull_logaddexp_1(double g, double out, double x, double y, double z)
{
    const double t4 = value_share(y, x, 0.0);
    const double t5 = value_guarded_mul(g, t4, 0.0);
    return t5;
}

static double pull_share_0(double g, double out, double x, double y, double z)
{
    const double t4 = value_share(y, x, 0.0);
    const double t5 = value_mul(out, t4, 0.0);
    const double t6 = value_guarded_mul(g, t5, 0.0);
    return t6;
}

static double pull_share_1(double g, double out, double x, double y, double z)
{
    const double t4 = value_share(y, x, 0.0);
    const double t5 = value_mul(out, t4, 0.0);
    const double t6 = value_neg(t5, 0.0, 0.0);
    const double t7 = value_guarded_mul(g, t6, 0.0);
    return t7;
}

static double pull_portion_0(double g, double out, double x, double y, double z)
{
    const double t4 = value_portion(y, x, 0.0);
    const double t5 = value_add(x, y, 0.0);
    const double t6 = value_div(t4, t5, 0.0);
    const double t7 = value_guarded_mul(g, t6, 0.0);
    return t7;
}

static double pull_portion_1(double g, double out, double x, double y, double z)
{
    const double t4 = value_add(x, y, 0.0);
    const double t5 = value_div(out, t4, 0.0);
    const double t6 = value_neg(t5, 0.0, 0.0);
    const double t7 = value_guarded_mul(g, t6, 0.0);
    return t7;
}

static double pull_maximum_0(double g, double out, double x, double y, double z)
{
    const double t4 = value_prefer(x, y, g);
    return t4;
}

static double pull_maximum_1(double g, double out, double x, double y, double z)
{
    const double t4 = value_prefer(y, x, g);
    return t4;
}

static double pull_minimum_0(double g, double out, double x, double y, double z)
{
    const double t4 = value_prefer(y, x, g);
    return t4;
}

static double pull_minimum_1(double g, double out, double x, double y, double z)
{
    const double t4 = value_prefer(x, y, g);
    return t4;
}

static double pull_prefer_2(double g, double out, double x, double y, double z)
{
    const double t5 = value_prefer(x, y, g);
    return t5;
}

static double pull_where_1(double g, double out, double x, double y, double z)
{
    const double t5 = value_where(x, g, 0.0);
    return t5;
}

static double pull_where_2(double g, double out, double x, double y, double z)
{
    const double t5 = value_where(x, 0.0, g);
    return t5;
}

static double pull_clip_0(double g, double out, double x, double y, double z)
{
    const double t5 = value_less(x, y, 0.0);
    const double t6 = value_greater(x, z, 0.0);
    const double t7 = value_where(t6, 0.0, g);
    const double t8 = value_where(t5, 0.0, t7);
    return t8;
}

static double pull_clip_1(double g, double out, double x, double y, double z)
{
    const double t5 = value_less(x, y, 0.0);
    const double t6 = value_less_equal(y, z, 0.0);
    const double t7 = value_where(t6, g, 0.0);
    const double t8 = value_where(t5, t7, 0.0);
    return t8;
}

static double pull_clip_2(double g, double out, double x, double y, double z)
{
    const double t5 = value_maximum(x, y, 0.0);
    const double t6 = value_greater(t5, z, 0.0);
    const double t7 = value_where(t6, g, 0.0);
    return t7;
}

static double pull_cosine_0(double g, double out, double x, double y, double z)
{
    const double t4 = value_cosine(y, x, 0.0);
    const double t5 = value_guarded_mul(t4, t4, 0.0);
    const double t6 = python_hypot(x, y);
    const double t7 = value_div(1.0, t6, 0.0);
    const double t8 = value_guarded_mul(t5, t7, 0.0);
    const double t9 = value_guarded_mul(g, t8, 0.0);
    return t9;
}

static double pull_cosine_1(double g, double out, double x, double y, double z)
{
    const double t4 = value_cosine(y, x, 0.0);
    const double t5 = value_guarded_mul(out, t4, 0.0);
    const double t6 = python_hypot(x, y);
    const double t7 = value_div(1.0, t6, 0.0);
    const double t8 = value_guarded_mul(t5, t7, 0.0);
    const double t9 = value_neg(t8, 0.0, 0.0);
    const double t10 = value_guarded_mul(g, t9, 0.0);
    return t10;
}

COLUMNS(guarded_mul)
COLUMNS(identity)
COLUMNS(detach)
COLUMNS(add)
COLUMNS(sub)
COLUMNS(mul)
COLUMNS(div)
COLUMNS(neg)
COLUMNS(pow)
COLUMNS(abs)
COLUMNS(sign)
COLUMNS(exp)
COLUMNS(log)
COLUMNS(log1p)
COLUMNS(expm1)
COLUMNS(sqrt)
COLUMNS(sin)
COLUMNS(cos)
COLUMNS(tan)
COLUMNS(asin)
COLUMNS(acos)
COLUMNS(semicircle)
COLUMNS(atan)
COLUMNS(atan2)
COLUMNS(sinh)
COLUMNS(cosh)
COLUMNS(tanh)
COLUMNS(sech_squared)
COLUMNS(asinh)
COLUMNS(acosh)
COLUMNS(atanh)
COLUMNS(relu)
COLUMNS(gate)
COLUMNS(leaky_relu)
COLUMNS(elu)
COLUMNS(sigmoid)
COLUMNS(logistic_density)
COLUMNS(softplus)
COLUMNS(silu)
COLUMNS(gelu)
COLUMNS(erf)
COLUMNS(erfc)
COLUMNS(logaddexp)
COLUMNS(share)
COLUMNS(portion)
COLUMNS(finite)
COLUMNS(maximum)
COLUMNS(minimum)
COLUMNS(place)
COLUMNS(cosine)
COLUMNS(less)
COLUMNS(less_equal)
COLUMNS(greater)
COLUMNS(greater_equal)
COLUMNS(equal)


static const RowCode ROWS[ROW_COUNT] = {
    [ROW_guarded_mul] = {"guarded_mul", value_guarded_mul, columns_guarded_mul, {pull_guarded_mul_0, pull_guarded_mul_1, NULL}},
    [ROW_guarded_dot] = {"guarded_dot", NULL, NULL, {NULL, NULL, NULL}},
    [ROW_identity] = {"identity", value_identity, columns_identity, {pull_identity_0, NULL, NULL}},
    [ROW_detach] = {"detach", value_detach, columns_detach, {NULL, NULL, NULL}},
    [ROW_add] = {"add", value_add, columns_add, {pull_add_0, pull_add_1, NULL}},
    [ROW_sub] = {"sub", value_sub, columns_sub, {pull_sub_0, pull_sub_1, NULL}},
    [ROW_mul] = {"mul", value_mul, columns_mul, {pull_mul_0, pull_mul_1, NULL}},
    [ROW_div] = {"div", value_div, columns_div, {pull_div_0, pull_div_1, NULL}},
    [ROW_neg] = {"neg", value_neg, columns_neg, {pull_neg_0, NULL, NULL}},
    [ROW_add_n] = {"add_n", NULL, NULL, {NULL, NULL, NULL}},
    [ROW_dot] = {"dot", NULL, NULL, {NULL, NULL, NULL}},
    [ROW_ordered_sum] = {"ordered_sum", NULL, NULL, {NULL, NULL, NULL}},
    [ROW_ordered_dot] = {"ordered_dot", NULL, NULL, {NULL, NULL, NULL}},
    [ROW_pow] = {"pow", value_pow, columns_pow, {pull_pow_0, pull_pow_1, NULL}},
    [ROW_power_log] = {"power_log", value_power_log, NULL, {pull_power_log_0, pull_power_log_1, NULL}},
    [ROW_abs] = {"abs", value_abs, columns_abs, {pull_abs_0, NULL, NULL}},
    [ROW_sign] = {"sign", value_sign, columns_sign, {NULL, NULL, NULL}},
    [ROW_exp] = {"exp", value_exp, columns_exp, {pull_exp_0, NULL, NULL}},
    [ROW_log] = {"log", value_log, columns_log, {pull_log_0, NULL, NULL}},
    [ROW_log1p] = {"log1p", value_log1p, columns_log1p, {pull_log1p_0, NULL, NULL}},
    [ROW_expm1] = {"expm1", value_expm1, columns_expm1, {pull_expm1_0, NULL, NULL}},
    [ROW_sqrt] = {"sqrt", value_sqrt, columns_sqrt, {pull_sqrt_0, NULL, NULL}},
    [ROW_sin] = {"sin", value_sin, columns_sin, {pull_sin_0, NULL, NULL}},
    [ROW_cos] = {"cos", value_cos, columns_cos, {pull_cos_0, NULL, NULL}},
    [ROW_tan] = {"tan", value_tan, columns_tan, {pull_tan_0, NULL, NULL}},
    [ROW_asin] = {"asin", value_asin, columns_asin, {pull_asin_0, NULL, NULL}},
    [ROW_acos] = {"acos", value_acos, columns_acos, {pull_acos_0, NULL, NULL}},
    [ROW_semicircle] = {"semicircle", value_semicircle, columns_semicircle, {pull_semicircle_0, NULL, NULL}},
    [ROW_atan] = {"atan", value_atan, columns_atan, {pull_atan_0, NULL, NULL}},
    [ROW_atan2] = {"atan2", value_atan2, columns_atan2, {pull_atan2_0, pull_atan2_1, NULL}},
    [ROW_sinh] = {"sinh", value_sinh, columns_sinh, {pull_sinh_0, NULL, NULL}},
    [ROW_cosh] = {"cosh", value_cosh, columns_cosh, {pull_cosh_0, NULL, NULL}},
    [ROW_tanh] = {"tanh", value_tanh, columns_tanh, {pull_tanh_0, NULL, NULL}},
    [ROW_sech_squared] = {"sech_squared", value_sech_squared, columns_sech_squared, {pull_sech_squared_0, NULL, NULL}},
    [ROW_asinh] = {"asinh", value_asinh, columns_asinh, {pull_asinh_0, NULL, NULL}},
    [ROW_acosh] = {"acosh", value_acosh, columns_acosh, {pull_acosh_0, NULL, NULL}},
    [ROW_atanh] = {"atanh", value_atanh, columns_atanh, {pull_atanh_0, NULL, NULL}},
    [ROW_relu] = {"relu", value_relu, columns_relu, {pull_relu_0, NULL, NULL}},
    [ROW_gate] = {"gate", value_gate, columns_gate, {NULL, pull_gate_1, NULL}},
    [ROW_leaky_relu] = {"leaky_relu", value_leaky_relu, columns_leaky_relu, {pull_leaky_relu_0, pull_leaky_relu_1, NULL}},
    [ROW_elu] = {"elu", value_elu, columns_elu, {pull_elu_0, pull_elu_1, NULL}},
    [ROW_sigmoid] = {"sigmoid", value_sigmoid, columns_sigmoid, {pull_sigmoid_0, NULL, NULL}},
    [ROW_logistic_density] = {"logistic_density", value_logistic_density, columns_logistic_density, {pull_logistic_density_0, NULL, NULL}},
    [ROW_softplus] = {"softplus", value_softplus, columns_softplus, {pull_softplus_0, NULL, NULL}},
    [ROW_silu] = {"silu", value_silu, columns_silu, {pull_silu_0, NULL, NULL}},
    [ROW_gelu] = {"gelu", value_gelu, columns_gelu, {pull_gelu_0, NULL, NULL}},
    [ROW_erf] = {"erf", value_erf, columns_erf, {pull_erf_0, NULL, NULL}},
    [ROW_erfc] = {"erfc", value_erfc, columns_erfc, {pull_erfc_0, NULL, NULL}},
    [ROW_logaddexp] = {"logaddexp", value_logaddexp, columns_logaddexp, {pull_logaddexp_0, pull_logaddexp_1, NULL}},
    [ROW_logaddexp_n] = {"logaddexp_n", NULL, NULL, {NULL, NULL, NULL}},
    [ROW_share] = {"share", value_share, columns_share, {pull_share_0, pull_share_1, NULL}},
    [ROW_portion] = {"portion", value_portion, columns_portion, {pull_portion_0, pull_portion_1, NULL}},
    [ROW_largest] = {"largest", NULL, NULL, {NULL, NULL, NULL}},
    [ROW_finite] = {"finite", value_finite, columns_finite, {NULL, NULL, NULL}},
    [ROW_maximum] = {"maximum", value_maximum, columns_maximum, {pull_maximum_0, pull_maximum_1, NULL}},
    [ROW_minimum] = {"minimum", value_minimum, columns_minimum, {pull_minimum_0, pull_minimum_1, NULL}},
    [ROW_prefer] = {"prefer", value_prefer, NULL, {NULL, NULL, pull_prefer_2}},
    [ROW_where] = {"where", value_where, NULL, {NULL, pull_where_1, pull_where_2}},
    [ROW_place] = {"place", value_place, columns_place, {NULL, NULL, NULL}},
    [ROW_item] = {"item", NULL, NULL, {NULL, NULL, NULL}},
    [ROW_clip] = {"clip", value_clip, NULL, {pull_clip_0, pull_clip_1, pull_clip_2}},
    [ROW_cosine] = {"cosine", value_cosine, columns_cosine, {pull_cosine_0, pull_cosine_1, NULL}},
    [ROW_hypot] = {"hypot", NULL, NULL, {NULL, NULL, NULL}},
    [ROW_less] = {"less", value_less, columns_less, {NULL, NULL, NULL}},
    [ROW_less_equal] = {"less_equal", value_less_equal, columns_less_equal, {NULL, NULL, NULL}},
    [ROW_greater] = {"greater", value_greater, columns_greater, {NULL, NULL, NULL}},
    [ROW_greater_equal] = {"greater_equal", value_greater_equal, columns_greater_equal, {NULL, NULL, NULL}},
    [ROW_equal] = {"equal", value_equal, columns_equal, {NULL, NULL, NULL}},
};

#endif
