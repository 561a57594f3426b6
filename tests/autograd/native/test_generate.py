"""rows.h is what the table says: each operation's value, and each rule as it draws itself."""

from __future__ import annotations

from autograd.native.generate import HEADER, header
from autograd.primitive import RESERVED, TABLE


def test_the_header_is_what_the_table_says():
    assert HEADER.read_text(encoding="utf-8") == header()


def test_every_rule_of_a_fixed_number_of_operands_is_there():
    text = header()
    for name in RESERVED:
        row = TABLE[name]
        for position, rule in enumerate(row.pullbacks):
            drawn = f"static double pull_{name}_{position}(" in text
            assert drawn == (rule is not None and not row.variadic), name
