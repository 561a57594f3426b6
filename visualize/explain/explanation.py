"""Explanation: derivations of gradients that print themselves, in three notations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import overload

from autograd import Value
from autograd.reverse import Sweep
from autograd.runtime import computed
from visualize.explain.derivation import Derivation, derivations
from visualize.explain.explain_text import explanation_text
from visualize.explain.report import explanation_latex, explanation_markdown
from visualize.explain.statements import Name
from visualize.explain.story import story
from visualize.steps.paths import Path

__all__ = ["Explanation"]


class Explanation(Sequence[Derivation]):
    """Gradients of `root`, derived: one Derivation for each value asked for.

    Prints itself. `.text`, `.markdown` and `.latex` are the same derivation in three notations; a
    notebook shows it typeset. Of a single gradient, `.gradient`, `.paths`, `.total_paths`,
    `.shown` and `.rest` are those of its derivation.
    """

    def __init__(
        self,
        passes: Sweep,
        wrt: Sequence[Value],
        names: Mapping[Value, Name],
        count: int,
        leaves: int,
    ) -> None:
        self.root = passes.root
        self.derivations = derivations(passes, wrt, count)
        self._blocks = story(passes, self.derivations, names, leaves)

    def __len__(self) -> int:
        return len(self.derivations)

    @overload
    def __getitem__(self, place: int) -> Derivation: ...

    @overload
    def __getitem__(self, place: slice) -> tuple[Derivation, ...]: ...

    def __getitem__(self, place: int | slice) -> Derivation | tuple[Derivation, ...]:
        return self.derivations[place]

    @property
    def gradient(self) -> float:
        """The gradient, as backward() computes it."""
        return self._only("gradient").gradient

    @property
    def paths(self) -> tuple[Path, ...]:
        """The largest paths."""
        return self._only("paths").paths

    @property
    def total_paths(self) -> int:
        """How many paths there are."""
        return self._only("total_paths").total_paths

    @property
    def shown(self) -> int:
        """How many of the paths are listed."""
        return self._only("shown").shown

    @property
    def rest(self) -> float:
        """The sum of the products of the paths that are not listed."""
        return self._only("rest").rest

    @computed
    def text(self) -> str:
        """The derivation as plain text."""
        return explanation_text(self._blocks)

    @computed
    def markdown(self) -> str:
        """The derivation as Markdown, with LaTeX between dollar signs."""
        return explanation_markdown(self._blocks)

    @computed
    def latex(self) -> str:
        """The derivation for the body of a LaTeX document that loads amsmath."""
        return explanation_latex(self._blocks)

    def _repr_markdown_(self) -> str:
        return self.markdown

    def _repr_latex_(self) -> str:
        return self.latex

    def __str__(self) -> str:
        return self.text.rstrip("\n")

    __repr__ = __str__

    def _only(self, what: str) -> Derivation:
        if len(self.derivations) != 1:
            raise ValueError(
                f"this explanation is of {len(self)} gradients, so .{what} has no single answer: "
                f"take one of them, as in explanation[0].{what}"
            )
        return self.derivations[0]
