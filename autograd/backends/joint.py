"""Steps in Python and NumPy, over the executables of several programs and of a rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autograd.backends.executable import Progress, norm

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from autograd.backends.executable import Executable, JointBatches
    from autograd.program.sharing import Sharing
    from autograd.program.training import Update


class JointStepper:
    """Programs that share their parameters, and a rule: see `Stepper`."""

    def __init__(
        self,
        gradients: Sequence[Executable],
        rule: Executable,
        sharing: Sharing,
        update: Update,
        outputs: Sequence[int],
    ) -> None:
        import numpy as np

        self._rule, self._update = rule, update
        moved = sharing.starts[-1]
        self._dtype = dtype = update.program.precision.name
        self._kinds = [*map(slice, sharing.starts, sharing.starts[1:])]
        self._sums = np.zeros(1 + moved, dtype)  # the loss, the gradient
        self._programs = [
            (gradient, np.array(use.fixed, dtype=np.intp), use.kinds, width)
            for gradient, use, width in zip(gradients, sharing.uses, outputs, strict=True)
        ]
        self.parameters = np.zeros(moved, dtype)
        self.fixed = np.zeros(len(sharing.fixed), dtype)
        self.own = np.zeros((len(update.own), moved), dtype)
        self.common = np.zeros((len(self._kinds), len(update.common)), dtype)

    def plan(self, batches: JointBatches) -> Callable[[], Progress]:
        """Return a function that takes these steps, one by one."""
        return lambda: self._run(batches)

    def _run(self, batches: JointBatches) -> Progress:
        import numpy as np

        losses: list[float] = []
        segments = iter(batches.segments.tolist())
        outputs = [
            np.empty((0 if part is None else len(part.order), width), self._dtype)
            for part, (*_, width) in zip(batches.programs, self._programs, strict=True)
        ]
        done = 0
        for count, parts, settings in zip(
            batches.counts.tolist(), batches.parts.tolist(), batches.scheduled
        ):
            self._sums.fill(0.0)
            reached: set[int] = set()
            for _ in range(parts):
                number, first, size = next(segments)
                gradient, fixed, kinds, _ = self._programs[number]
                part, some = batches.programs[number], slice(first, first + size)
                assert part is not None
                chosen = part.examples.take(part.order[some], axis=0)
                parameters = np.concatenate([self.parameters, self.fixed[fixed]])
                found, sums = gradient.run(chosen, part.shared, parameters)
                outputs[number][some] = found
                self._sums += sums
                reached.update(kinds)
            losses.append(self._sums[0] / count)
            if not np.isfinite(self._sums).all():
                break
            self._move(count, settings, sorted(reached))
            done += 1
        return Progress(np.array(losses, self._dtype), batches.in_order(outputs, len(losses)), done)

    def _move(self, count: int, settings: Any, kinds: Sequence[int]) -> None:
        """Apply the rule to these kinds of parameters and to the gradient of so many examples."""
        import numpy as np

        gradient, scale = self._sums[1:], 1.0 / count
        length = norm(gradient, scale) if self._update.uses_norm else 0.0
        for kind in kinds:
            some, common = self._kinds[kind], self.common[kind]
            # A line of the rule's inputs for each parameter: it, its gradient, its state
            lines = np.column_stack([self.parameters[some], gradient[some], self.own[:, some].T])
            given = [scale, length, *settings.tolist(), *common.tolist()]
            shared = np.array(given, self._dtype)
            moved, _ = self._rule.run(lines, shared, np.empty(0))
            self.parameters[some] = moved[:, 0]
            self.own[:, some] = moved[:, 1 : 1 + len(self.own)].T
            common[:] = moved[0, 1 + len(self.own) :]
