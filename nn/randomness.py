"""Where random numbers come from: the module `random`, or a generator that the user passes."""

from __future__ import annotations

import random
from typing import cast

__all__ = ["generator"]


def generator(rng: random.Random | None) -> random.Random:
    """Return `rng`, or for None the module `random`, so that `random.seed` works.

    Raises TypeError for anything but a random.Random.
    """
    if rng is None:
        return cast("random.Random", random)  # its functions are the methods of one generator
    if not isinstance(rng, random.Random):
        raise TypeError(f"rng must be a random.Random, such as random.Random(0), not {rng!r}")
    return rng
