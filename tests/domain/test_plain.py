import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curator.domain.emoji import EMOJI
from curator.domain.plain import shown

ANYTHING = st.text(st.characters(codec=None, exclude_categories=()), max_size=60)
HOSTILE = st.text(
    st.sampled_from(
        "a é👨👩🏽🔥❤☺1#🇩🇪🏴\x00\x07\x1b[]\n\r\t\x7f\x85\x9b\u00ad\u200b\u200c\u200d\u200e\u202e"
        "\u2028\u2066\u2069\ufeff\ufe0f\ufe0e\u20e3\ud800\udc00\U000e0067\U000e007f\u0301\u3164"
    ),
    max_size=40,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain words, “quotes” and ümlauts", "plain words, “quotes” and ümlauts"),
        ("\x1b[31mred\x1b[0m", "␛[31mred␛[0m"),
        ("\x9b31m", "⟨U+009B⟩31m"),
        ("nul\x00 bell\x07 del\x7f", "nul␀ bell␇ del␡"),
        ("two\nlines\tand\r\nmore", "two␊lines␉and␍␊more"),
        ("user\u202egnp.exe", "user⟨RLO⟩gnp.exe"),
        ("\u2066a\u2069", "⟨LRI⟩a⟨PDI⟩"),
        ("zero\u200bwidth", "zero⟨ZWSP⟩width"),
        ("a\u200db", "a⟨ZWJ⟩b"),
        ("half \ud83d", "half ⟨U+D83D⟩"),
        ("blank \u3164 letter", "blank ⟨HF⟩ letter"),
        ("tag \U000e0041", "tag ⟨TAG A⟩"),
        ("[red]markup[/] [@click=app.bell]x[/]", "[red]markup[/] [@click=app.bell]x[/]"),
        ("z" + "\u0301" * 10, "z" + "\u0301" * 4 + "⟨+6⟩"),
    ],
)
def test_what_is_hidden_is_shown(text: str, expected: str) -> None:
    assert shown(text) == expected


@pytest.mark.parametrize("emoji", ["👨‍👩‍👧‍👦", "🏳️‍🌈", "🧕🏾", "1️⃣", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "❤️", "🇩🇪"])
def test_an_emoji_sequence_stays_whole(emoji: str) -> None:
    assert shown(f"so\x00 {emoji}!") == f"so␀ {emoji}!"


def test_a_joiner_after_an_emoji_that_joins_nothing_is_shown() -> None:
    assert shown("🔥\u200d!") == "🔥⟨ZWJ⟩!"


def test_a_limit_cuts_and_says_so() -> None:
    assert shown("abcdef", 6) == "abcdef"
    assert shown("abcdefg", 6) == "abcde…"
    assert shown("\x00" * 100_000, 5) == "␀␀␀␀…"
    assert shown("ab👨‍👩‍👧", 5) == "ab👨…"


@given(ANYTHING | HOSTILE)
def test_nothing_is_left_that_a_terminal_would_obey(text: str) -> None:
    line = shown(text)
    rest = EMOJI.sub("", line)
    assert not [c for c in rest if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp")]
    assert not set(rest) & set("\u200b\u200c\u200d\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e")
    assert not set(rest) & set("\u2066\u2067\u2068\u2069\u2060\ufeff\u00ad\ufe0f")
    line.encode("utf-8")


@given(ANYTHING | HOSTILE, st.none() | st.integers(1, 30))
def test_showing_twice_changes_nothing(text: str, limit: int | None) -> None:
    once = shown(text, limit)
    assert shown(once, limit) == once
    assert shown(once) == once
    assert limit is None or len(once) <= limit


@given(
    st.text(
        st.characters(categories=("L", "N", "Zs"), exclude_characters="\u115f\u1160\u3164\uffa0")
    )
)
def test_words_stay_as_they_are(text: str) -> None:
    assert shown(text) == text
