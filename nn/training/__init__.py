"""The training of a model by `fit`, which is read from `loop.py` on.

- `loop`: the epochs, and who takes their steps. `preparation`: the arguments of `fit`, checked, as
  one Task, whose methods compute outputs and loss.
- `eager`: a step on the Values. `compiled`: many steps in one call, by a program. `verification`:
  whether the two would do the same.
- `history`: what is measured in each epoch. `callbacks`: what runs after it. `advice`: what is said
  at the end. `restoring`: what is put back when something fails or was only tried.
"""

__all__ = []
