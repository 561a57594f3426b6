"""Write Python modules as a script, so that a page places boxes by the same code as a picture.

The functions keep to the part that both languages have: functions, dataclasses, numbers, strings,
lists, dictionaries and sets whose types are written down, loops and conditions. Everything else is
a TranslationError that names the line. Where the languages differ the types decide: a condition
must be a bool, an operand of == a number, a string or a bool; a dictionary becomes a Map, and
indices count from the end only as literals. Whole numbers must stay below 2**53 and operands of %
at 0 or above.
"""

from javascript.kinds import TranslationError
from javascript.modules import script

__all__ = ["TranslationError", "script"]
