"""A test of many cases runs all of them, and names those that failed."""

import pytest

from autograd import no_grad
from autograd.mode import CURRENT
from tests.in_one_test import in_one_test


def test_each_case_that_failed_is_named_and_all_run():
    seen = []

    @in_one_test("a", [10, 20], ids=["ten", "twenty"])
    @in_one_test("b, c", [(0, "zero"), (1, lambda: 1), (2, 10**5000)])
    def test(a, b, c):
        seen.append(a + b)
        if b and a == 20:
            raise ValueError(f"wrong at {b}")

    with pytest.raises(AssertionError) as caught:
        test()
    assert seen == [10, 11, 12, 20, 21, 22]
    first, second, *lines = str(caught.value).splitlines()
    assert first == "1 of 2 cases of a failed:"
    assert second == "twenty: AssertionError: 2 of 3 cases of b, c failed:"
    assert lines[0].startswith("(1, <lambda> of line ")
    assert lines[0].endswith("): ValueError: wrong at 1")
    assert lines[1:] == ["(2, a long int): ValueError: wrong at 2"]


def test_an_error_that_pytest_missed_is_one_of_a_case():
    @in_one_test("error", [KeyError, ValueError], ids=repr)
    def test(error):
        with pytest.raises(KeyError):
            raise_unless(error)

    def raise_unless(error):
        if error is KeyError:
            raise error

    with pytest.raises(AssertionError, match=r"1 of 2 .*\n<class 'ValueError'>: Failed: DID NOT"):
        test()


@pytest.mark.parametrize(
    ("skipped", "raised"), [([1, 2], pytest.skip.Exception), ([2], AssertionError)]
)
def test_all_cases_are_skipped_or_none(skipped, raised):
    @in_one_test("a", [1, 2])
    def test(a):
        if a in skipped:
            pytest.skip("a package is not there")

    with pytest.raises(raised, match="a package is not there"):
        test()


def test_the_case_that_leaves_a_mode_is_named():
    @in_one_test("a", [1, 2, 3])
    def test(a):
        if a == 2:
            no_grad().__enter__()

    before = CURRENT.get()
    with pytest.raises(AssertionError, match=r"1 of 3 .*\n2: .* left a mode switched on"):
        test()
    assert CURRENT.get() is before


def test_cases_that_are_none_or_have_other_names_are_an_error_at_once():
    for cases, ids in (([], None), ([1, 2], ["one"])):
        with pytest.raises(AssertionError, match=r"cases of a|name a case of a"):
            in_one_test("a", cases, ids)
