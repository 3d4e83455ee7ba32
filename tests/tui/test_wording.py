"""Words, ages, and lines that fit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from curator.tui.wording import age, counted, duration, fit, pad, wrap

TEXTS = st.text(max_size=300)


@pytest.mark.parametrize(
    ("then", "expected"),
    [
        ("2026-03-14T11:59:30Z", "now"),
        ("2026-03-14T11:58:00Z", "2m"),
        ("2026-03-14T09:00:00Z", "3h"),
        ("2026-03-12T12:00:00Z", "2d"),
        ("2026-02-14T12:00:00Z", "4w"),
        ("2027-01-01T00:00:00Z", "now"),
        ("yesterday", ""),
    ],
)
def test_ages_are_short(then, expected):
    assert age(then, "2026-03-14T12:00:00Z") == expected


@pytest.mark.parametrize(
    ("seconds", "expected"), [(0, "0 s"), (59.6, "1 min"), (754, "13 min"), (3900, "1 h 5 min")]
)
def test_durations_are_words(seconds, expected):
    assert duration(seconds) == expected


def test_counts_have_their_noun():
    assert [counted(n, "request") for n in (0, 1, 2000)] == [
        "0 requests",
        "1 request",
        "2,000 requests",
    ]


@given(TEXTS, st.integers(1, 60))
def test_what_fits_is_never_wider(text, width):
    assert cell_len(fit(text, width)) <= width
    assert cell_len(pad("a" + text, width)) == width


@given(TEXTS.map(lambda t: t.replace("\n", " ")), st.integers(2, 60))
def test_wrapped_lines_fit_and_lose_no_letter(text, width):
    lines = wrap(text, width)
    assert all(cell_len(line) <= max(width, 2) for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_wide_letters_and_emoji_stay_whole():
    family = "👩‍👩‍👧"
    assert wrap(f"{family}{family}", 2) == (family, family)
    assert wrap("夜の電車", 4) == ("夜の", "電車")


def test_a_word_of_a_hundred_thousand_letters_is_wrapped():
    assert len(wrap("x" * 100_000, 80)) == 1250
