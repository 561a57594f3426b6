"""What to do about nan and inf, by the operation that made them."""

from __future__ import annotations

__all__ = ["AGAINST", "LARGEST", "SCALE"]

LARGEST = "the largest float, 1.8e308"
AGAINST = {
    "log": "keep the operand of log above 0, as log(x + 1e-12); for log(1 + x) there is log1p, "
    "for probabilities a loss that takes logits",
    "log1p": "keep the operand of log1p above -1",
    "sqrt": "keep what is under the root above 0, as sqrt(x + 1e-12); norm and hypot are safe at 0",
    "div": "keep the divisor away from 0, as x / (y + 1e-12)",
    "pow": "keep the base above 0, as (x + 1e-12) ** y, or the exponent whole",
    "exp": "subtract the largest exponent first, as softmax and logsumexp do",
    "asin": "keep the operand inside -1 and 1, as by clip(x, -1 + 1e-7, 1 - 1e-7)",
    "acos": "keep the operand inside -1 and 1, as by clip(x, -1 + 1e-7, 1 - 1e-7)",
    "acosh": "keep the operand above 1",
    "atanh": "keep the operand inside -1 and 1, as by clip(x, -1 + 1e-7, 1 - 1e-7)",
}
SCALE = "make the numbers smaller: scale the inputs, lower the learning rate, or use clip_grad_norm"
