import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.corpus.placeholders import with_placeholders

LIKE_NAMES = st.sampled_from(["Low", "low", "Red", "the", "The", "Marble", "Foxes", "foxes", "Mt."])
SIGNS = st.sampled_from(["'", '"', "'s", ".", ", ", " ", "{", "}", "(", "-", "\n"])
TAKEN = st.sampled_from(["{artist}", "{title}", "artist", "title", "hum"])
WORDS = LIKE_NAMES | SIGNS | TAKEN
TEXTS = st.lists(WORDS | st.text(max_size=4), max_size=16).map("".join)
NAMES = st.none() | TEXTS


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Marble Foxes burn slowly.", "{artist} burn slowly."),
        ("MARBLE FOXES burn slowly.", "{artist} burn slowly."),
        ("Marble Foxes' drums roll.", "{artist}'s drums roll."),
        ("Marble Foxes's drums roll.", "{artist}'s drums roll."),
        ("I hear the Marble Foxes again.", "I hear the {artist} again."),
        ("The band plays on.", "The band plays on."),
        ("Two marble foxesque hums.", "Two marble foxesque hums."),
        ("A Marble Foxes-like haze.", "A Marble Foxes-like haze."),
        ('Then "Paper Lanterns" glows.', "Then {title} glows."),
        ("Then 'Paper Lanterns' glows.", "Then {title} glows."),
        ('In "Paper Lanterns," it glows.', "In {title}, it glows."),
        ("Paper Lanterns's bass hums.", "{title}'s bass hums."),
        ("It hangs paper lanterns over the hi-hat.", "It hangs paper lanterns over the hi-hat."),
        ("In 'Marble Foxes' there is a hum.", "In {artist} there is a hum."),
    ],
)
def test_names_become_placeholders(text, expected):
    assert with_placeholders(text, "Marble Foxes", "Paper Lanterns") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("There is a low hum.", "There is a low hum."),
        ("Low synths hum along.", "Low synths hum along."),
        ("It hums. Low and slow, it goes.", "It hums. Low and slow, it goes."),
        ("Low's drums hum along.", "{artist}'s drums hum along."),
        ("Here Low hum along.", "Here {artist} hum along."),
        ("LOW hum along.", "{artist} hum along."),
        ("A lower hum, Lowly.", "A lower hum, Lowly."),
    ],
)
def test_an_ordinary_word_is_a_name_only_where_it_looks_like_one(text, expected):
    assert with_placeholders(text, "Low", None) == expected


def test_a_name_spelt_in_small_letters_is_one_in_any_case():
    assert with_placeholders("So oddnesqe hums.", "oddnesqe", None) == "So {artist} hums."
    assert with_placeholders("So Oddnesqe hums.", "oddnesqe", None) == "So {artist} hums."
    assert with_placeholders("So oddnesqe hums.", "Oddnesqe", None) == "So oddnesqe hums."
    assert with_placeholders("So low it hums.", "low", None) == "So low it hums."


def test_a_song_named_like_its_artist_is_the_one_in_quotation_marks():
    text = 'Vexolia made "Vexolia" and Vexolia knows it.'
    expected = "{artist} made {title} and {artist} knows it."
    assert with_placeholders(text, "Vexolia", "Vexolia") == expected


def test_the_longer_name_goes_first():
    text = "In Vexolia Burning the drums glow, and Vexolia waits."
    expected = "In {title} the drums glow, and {artist} waits."
    assert with_placeholders(text, "Vexolia", "Vexolia Burning") == expected


def test_the_article_of_a_name_goes_with_it():
    text = "The Velvet Pinx hum, and so the Velvet Pinx win."
    assert with_placeholders(text, "The Velvet Pinx", None) == "{artist} hum, and so {artist} win."
    assert with_placeholders("A Velvet Pinx song.", "The Velvet Pinx", None) == "A {artist} song."


def test_no_names_leave_the_text_alone():
    assert with_placeholders("{artist} hums.", None, None) == "{artist} hums."
    assert with_placeholders("{artist} hums.", "artist", "...") == "{artist} hums."


@given(TEXTS, NAMES, NAMES)
def test_names_put_twice_are_names_put_once(text, artist, title):
    once = with_placeholders(text, artist, title)
    assert with_placeholders(once, artist, title) == once


@given(TEXTS)
def test_whole_names_alone_are_taken(text):
    bare = re.sub(r"\{(artist|title)\}|[{}]", "", text)
    done = with_placeholders(bare, "Marble Foxes", None)
    rest = done.replace("{artist}'s", "\0").replace("{artist}", "\0")
    for piece in rest.split("\0"):
        assert piece in bare
