"""The training of a model by `fit`; begin to read at `loop.py`.

- `loop`: the epochs, and who takes their steps. `task`: the arguments of `fit`, checked, and the
  objective that a step reduces.
- `eager`: a step on the Values. `compiled`: many steps in one call, by a program. `verification`:
  whether the two would do the same.
- `history`: the measurements of each epoch. `callbacks`: the code of users that runs after it.
  `advice`: the warning at the end. `restoring`: all that is put back after a failure or a trial.
"""

__all__ = []
