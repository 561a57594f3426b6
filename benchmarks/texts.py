"""The plain transformer at training on names: texts of real lengths, or pieces of one length."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar
from zoneinfo import available_timezones

import numpy as np
from numpy.typing import NDArray

from problems import Array
from transformer import ALPHABET, BOUNDARY, Transformer

__all__ = ["LONGEST", "Texts", "names"]

LONGEST = 15  # letters: as many positions as the transformer has, but for the boundary


def names(path: Path | None = None) -> list[str]:
    """Return the words of a file in small letters, or the cities by which time zones are called.

    Words with other letters than a to z, and longer ones than the transformer takes, are left out.
    """
    if path is None:
        words = sorted({zone.rpartition("/")[2].lower() for zone in available_timezones()})
    else:
        words = path.read_text(encoding="utf-8").lower().split()
    found = [word for word in words if set(word) <= set(ALPHABET) and len(word) <= LONGEST]
    if not found:
        raise SystemExit("there is no time zone database here: pip install tzdata, or give --text")
    return found


@dataclass(frozen=True)
class Texts:
    """Texts as rows of tokens, filled up with zeros; the transformer before it has seen them.

    Of each, or with Adam of a step of `batch` texts, the mean loss over the letters is asked for,
    and the parameters at last, or without Adam (a rate of 0) the last gradient.
    """

    tokens: NDArray[np.int64]  # (texts, 17)
    counts: NDArray[np.int64]  # tokens of each that are followed by another
    parameters: Array
    rate: float
    batch: int = 1
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8

    source: ClassVar[Path | None] = None  # of the texts; None: cities

    @classmethod
    def make(cls, number: int, rate: float = 0.0, batch: int = 1, piece: int = 0) -> Texts:
        """Draw names, or with `piece` as many letters out of names one after the other."""
        draw = random.Random(5)
        words = [[ALPHABET.index(letter) for letter in word] for word in names(cls.source)]
        if piece:
            stream = [token for word in words for token in (BOUNDARY, *word)]
            starts = [draw.randrange(len(stream) - piece) for _ in range(number)]
            texts = [stream[start : start + piece + 1] for start in starts]
        else:
            texts = [[BOUNDARY, *draw.choice(words), BOUNDARY] for _ in range(number)]
        tokens = np.zeros((number, LONGEST + 2), np.int64)
        for row, text in zip(tokens, texts):
            row[: len(text)] = text
        parameters = np.array(Transformer(float).parameters())
        return cls(tokens, np.array([len(text) - 1 for text in texts]), parameters, rate, batch)

    def rows(self) -> list[list[int]]:
        """Return the texts as lists of tokens, each of its length."""
        return [row[: count + 1].tolist() for row, count in zip(self.tokens, self.counts)]
