"""Any text at all: no error, nothing that a terminal obeys, nothing invented, linear work."""

import string
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curator.domain.parsing import Found, parse, parse_songs
from curator.domain.parsing.cleaning import clean

PIECES = [
    "Marble Fox", "Undertow", "low sun", "the kettle", " - ", " – ", "—", "-", ": ", ", ",
    ". ", "? ", " | ", " // ", '"', "“", "”", "'", "‘", "’", "(", ")", "[", "]", "by ",
    "feat. ", "Remix", "'s ", "#nowplaying ", "@bot ", "RT @a: ", "https://youtu.be/x ",
    "🎧", "🔥", "\n", " ", "\x00", "\x1b[31m", "\x1b]0;x\x07", "\u202e", "\u200b", "\u2066",
    "\ud800", "\ue000", "&amp;", "&#0;", "songs like ", "now playing ", "new single ",
    "shares ", "and ", "& ", "1. ", "漢字", "é", "e\u0301",
]  # fmt: skip
anything = st.one_of(st.text(), st.lists(st.sampled_from(PIECES), max_size=25).map("".join))

words = st.text(string.ascii_lowercase + "éøßжλ", min_size=3, max_size=9).map(
    lambda word: "Zy" + word
)
names = st.lists(words, min_size=1, max_size=3).map(" ".join)


@given(anything)
def test_any_text(text: str) -> None:
    readable = " ".join(clean(text).lines)
    for song in parse_songs(text):
        assert song.title
        for part in (song.artist, song.title):
            if part is None:
                continue
            assert part == " ".join(part.split())
            assert not [c for c in part if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co")]
            for word in part.split():
                assert word.strip("()") in readable


@given(anything)
def test_first_song_is_the_parse(text: str) -> None:
    songs = parse_songs(text)
    assert parse(text) == (songs[0] if songs else Found(None, None))
    assert len({(s.artist, s.title) for s in songs}) == len(songs)


@given(names, names, st.sampled_from(["-", "–", "—"]))
def test_what_is_written_comes_back(artist: str, title: str, dash: str) -> None:
    found = parse(f"{artist} {dash} {title}")
    assert found == Found(artist, title)
    assert parse(f"{found.artist} {dash} {found.title}") == found


@given(names, names, st.sampled_from(["\x00", "\u200b", "\u202e", "\x1b[2J", "\ufeff", "\ud800"]))
def test_what_cannot_be_seen_changes_nothing(artist: str, title: str, hidden: str) -> None:
    text = f"{artist} – “{title}”"
    assert parse(hidden.join(text)) == parse(text) == Found(artist, title)


@pytest.mark.parametrize(
    "piece",
    [
        "a", " ", '"', "'", '"a" ', "“A” ", "'A ", "A - B\n", "A - B, ", "A—B", "A – “B” ",
        "A by B ", "A's \"B\" ", "((", "(a) ", "#a ", "@a ", "🎧 ", "...", "A, The ", "A: B ",
        "// ", "&#99999999;", "http://", "a.b.", "\x1b[", "\x1b]", "RT @a ", "songs like ",
        "feat. ", "\u202e", "e\u0301", "漢", '"a" and ', "A by B on Spotify ", "A! by ", "A, B by ",
        "This Is ", "A - By ", "A - song by ", "A's B - ", "hi @a ",
    ],
)  # fmt: skip
def test_long_texts_take_linear_work(piece: str) -> None:
    """100,000 characters take a fraction of a second; quadratic work would take minutes."""
    text = (piece * (100_000 // len(piece) + 1))[:100_000]
    begun = time.process_time()
    parse_songs(text + '" x')
    assert time.process_time() - begun < 2.5


def test_long_text_does_not_hide_the_song_before_it() -> None:
    assert parse("Marble Fox - Undertow\n" + "so good " * 12_000) == Found("Marble Fox", "Undertow")
    assert parse("so good " * 6_000 + "\nMarble Fox - Undertow #nowplaying").title == "Undertow"
