"""Pictures in turn as a GIF."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["REST", "gif"]

PLAYS = 3
REST = 1.5  # seconds that the last picture stays


def gif(pictures: Sequence[NDArray[np.uint8]], seconds: float, *, loop: bool = False) -> bytes:
    """Return a GIF of pictures (height, width, 4), which plays three times, or for ever if `loop`.

    Each time takes `seconds`, and the last picture stays a while.
    """
    import numpy as np
    from PIL import Image  # comes with matplotlib

    # One below the other, so that all get the same colours.
    together = Image.fromarray(np.concatenate(pictures)).convert("RGB").quantize()
    height = together.height // len(pictures)
    first, *others = (
        together.crop((0, top, together.width, top + height))
        for top in range(0, together.height, height)
    )
    each = round(1000 * seconds / max(len(others), 1))
    content = io.BytesIO()
    first.save(
        content,
        "gif",
        save_all=True,
        append_images=others,
        duration=[*(each for _ in others), round(1000 * REST)],
        loop=0 if loop else PLAYS - 1,
    )
    return content.getvalue()
