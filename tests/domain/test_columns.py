import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curator.domain.columns import (
    EVENT_COLUMNS,
    JUDGEMENT_COLUMNS,
    Kind,
    Value,
    checked,
    escape,
    from_cell,
    guard_cell,
    to_cell,
    unescape,
    unguard_cell,
)

TEXT = st.text(st.sampled_from("'=+-@\t\r\n ab\x00\",;\\ud8\ud83d\udc00é🔥"), max_size=12)
ANYTHING = st.text(st.characters(codec=None, exclude_categories=()), max_size=40)


@pytest.mark.parametrize(
    ("cell", "guarded"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("'=1", "''=1"),
        ("'quoted'", "'quoted'"),
        ("plain", "plain"),
        ("", ""),
    ],
)
def test_cells_that_could_run_are_guarded(cell: str, guarded: str) -> None:
    assert guard_cell(cell) == guarded
    assert unguard_cell(guarded) == cell


@given(TEXT | ANYTHING)
def test_guarding_is_undone_exactly(text: str) -> None:
    assert unguard_cell(guard_cell(text)) == text
    assert not re.match(r"[=+\-@\t\r]", guard_cell(text))


@given(TEXT | ANYTHING)
def test_escaping_is_undone_exactly_and_is_utf8(text: str) -> None:
    assert unescape(escape(text)) == text
    escape(text).encode("utf-8")


@given(st.text(st.characters(codec="utf-8")).filter(lambda t: "\\" not in t))
def test_ordinary_text_is_not_escaped(text: str) -> None:
    assert escape(text) == text


WORDS = st.lists((TEXT | ANYTHING).filter(lambda t: t and "\n" not in t), max_size=3)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
VALUES: st.SearchStrategy[tuple[Kind, Value]] = st.one_of(
    st.tuples(st.just("text"), (TEXT | ANYTHING).filter(bool)),
    st.tuples(st.just("list"), WORDS),
    st.tuples(st.just("whole"), st.integers(-(2**63), 2**63 - 1) | st.none()),
    st.tuples(st.just("number"), NUMBERS | st.none()),
    st.tuples(st.just("flag"), st.booleans() | st.none()),
)


@given(VALUES)
def test_every_value_comes_back_from_a_csv_cell(pair: tuple[Kind, Value]) -> None:
    kind, value = pair
    file = io.StringIO(newline="")
    csv.writer(file).writerow([to_cell(value), "next"])
    (row,) = csv.reader(io.StringIO(file.getvalue(), newline=""))
    assert from_cell(row[0], kind) == value
    assert checked(value, kind) == value


@pytest.mark.parametrize(
    ("cell", "kind"),
    [("x", "whole"), ("1.5", "whole"), ("x", "number"), ("nan", "number"), ("yes", "flag")],
)
def test_cells_of_another_kind_are_refused(cell: str, kind: Kind) -> None:
    with pytest.raises(ValueError, match=re.escape(cell)):
        from_cell(cell, kind)


@pytest.mark.parametrize(
    ("value", "kind"),
    [(1, "text"), ("1", "whole"), (True, "whole"), (float("inf"), "number"), ("a", "list"),
     ([1], "list"), (1, "flag"), (10**400, "number"), (2**63, "whole")],
)  # fmt: skip
def test_values_of_another_kind_are_refused(value: object, kind: Kind) -> None:
    with pytest.raises(ValueError, match="kind"):
        checked(value, kind)


def test_a_negative_number_stays_a_number() -> None:
    assert to_cell(-7.5) == "-7.5"
    assert to_cell("-7.5") == "'-7.5"


def test_both_exports_hold_request_sample_and_event() -> None:
    for columns in (JUDGEMENT_COLUMNS, EVENT_COLUMNS):
        assert {"request_id", "sample_id", "event_id", "seed", "z", "tempo"} <= columns.keys()
