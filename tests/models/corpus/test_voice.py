"""Our own sentences keep the rules of the README beside them."""

import json
import re

import pytest

from models.conditions import condition_space
from models.corpus import own_voice, prepare
from models.corpus.cleaning import words_of
from models.corpus.measures import measure

NEAR_DUPLICATES = 0.002
FIRST_WORD = 0.08
FEATURES = set(condition_space().features)


@pytest.fixture(scope="module")
def lines():
    return [
        (f"{file.name}:{number}", json.loads(line))
        for file in own_voice()
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1)
    ]


@pytest.fixture(scope="module")
def measures():
    return measure(prepare(own_voice()))


def offending(lines, fits):
    return [(place, row["text"]) for place, row in lines if not fits(row)]


def test_there_are_enough_in_enough_genres(lines, measures):
    assert len(lines) >= 4_000
    assert measures.sentences >= 4_000
    assert len(measures.genres) >= 60


def test_every_line_has_what_a_line_has(lines):
    assert not offending(lines, lambda row: set(row) == {"text", "genres", "features"})
    assert not offending(lines, lambda row: row["genres"] and set(row["features"]) <= FEATURES)


def test_every_genre_is_a_kept_one(lines):
    kept = set(condition_space().genres)
    assert not offending(lines, lambda row: set(row["genres"]) <= kept)


def test_features_are_in_their_units(lines):
    def fits(row):
        tempo = row["features"].get("tempo", 120)
        loudness = row["features"].get("loudness", -10)
        others = [v for k, v in row["features"].items() if k not in ("tempo", "loudness")]
        return 30 <= tempo <= 260 and -60 <= loudness <= 0 and all(0 <= v <= 1 for v in others)

    assert not offending(lines, fits)


def test_every_sentence_has_6_to_35_words(lines):
    assert not offending(lines, lambda row: 6 <= len(row["text"].split()) <= 35)


def test_every_sentence_is_plain_ascii_without_figures(lines):
    plain = re.compile(r"[A-Za-z {}'\",.;:!?&-]+")
    assert not offending(lines, lambda row: plain.fullmatch(row["text"]))
    assert not offending(lines, lambda row: "  " not in row["text"])


def test_every_sentence_begins_and_ends_as_one(lines):
    whole = re.compile(r"(?:\{artist\}|\{title\}|['\"]?[A-Z]).*[.!?]['\"]?")
    assert not offending(lines, lambda row: whole.fullmatch(row["text"]))


def test_placeholders_are_the_two_known_and_come_once(lines):
    def fits(row):
        found = re.findall(r"\{[^}]*\}?|\}", row["text"])
        return set(found) <= {"{artist}", "{title}"} and len(found) == len(set(found))

    assert not offending(lines, fits)


def test_hardly_any_two_are_alike(measures):
    assert measures.near_duplicates <= NEAR_DUPLICATES


def test_no_first_word_is_worn_out(lines, measures):
    assert max(measures.openings.values()) <= FIRST_WORD
    assert not offending(lines, lambda row: words_of(row["text"]))


def test_the_readme_quotes_what_is_measured(measures):
    text = (own_voice()[0].parent / "README.md").read_text("utf-8")
    quoted = re.search(r"<!-- measured -->\n```\n(.*?)\n```\n", text, re.DOTALL)
    assert quoted
    assert quoted[1].split("\n") == measures.lines()


def test_the_readme_shows_a_line_that_keeps_the_rules(lines):
    text = (own_voice()[0].parent / "README.md").read_text("utf-8")
    shown = json.loads(re.search(r"```json\n(.*?)\n```", text)[1])
    assert set(shown) == set(lines[0][1])
    assert {file.name for file in own_voice()} == set(re.findall(r"`([\w-]+\.jsonl)` \|", text))
