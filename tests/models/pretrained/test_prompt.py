import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.conditions import condition_space
from models.pretrained.prompt import _WORDS, LONGEST_PROMPT, genres, prompt, sound, told


def known(labels=(), **features):
    return condition_space().encode(labels, features)


def test_a_song_is_told_in_words():
    text = prompt(known(["shoegaze"], energy=0.97, tempo=60), artist="Slow Tide", title="Harbour")
    assert text == "Slow Tide - Harbour | shoegaze | fierce, very slow\nPost:"


def test_the_other_register_is_asked_for():
    assert prompt(known(["dub"]), voice=False) == "dub\nDescription:"


def test_what_is_not_known_is_not_spoken_of():
    assert prompt(known()) == "\nPost:"
    assert prompt(known(), title="Alone") == "Alone\nPost:"
    assert sound(known(valence=0.48)) == ["bittersweet"]
    assert sound(known()) == []


@pytest.mark.parametrize(
    ("energy", "word"),
    [(0.1, "very calm"), (0.45, "calm"), (0.62, "moderate"), (0.75, "energetic"), (1.0, "fierce")],
)
def test_words_follow_the_feature(energy, word):
    assert sound(known(energy=energy)) == [word]


def test_what_is_ordinary_is_passed_over():
    assert sound(known(liveness=0.19, loudness=-8.5, speechiness=0.09)) == []
    assert sound(known(liveness=0.9, loudness=-30.0)) == ["very quiet", "live"]


def test_every_feature_has_its_words():
    assert set(_WORDS) == set(condition_space().features)


def test_a_family_is_named_only_where_no_genre_stands_for_it():
    space = condition_space()
    assert genres(known(["shoegaze"])) == ["shoegaze"]
    family = next(f for f in space.families if space.keep(f).genre is None)
    assert genres(known([family])) == [family]
    assert genres(known(["shoegaze", "techno"])) != genres(known(["techno"]))


@settings(max_examples=50)
@given(artist=st.none() | st.text(max_size=200), title=st.none() | st.text(max_size=200))
def test_names_never_break_the_two_lines(artist, title):
    text = prompt(known(["dub"]), artist=artist, title=title)
    first, second = text.split("\n")
    assert second == "Post:"
    assert first.endswith("dub")
    assert len(first) <= 80 + 80 + len(" -  | dub")
    if title and title.split():
        assert " ".join(title.split())[:80].strip() in first


LONG = "Никто не знает этой песни, и никто её не споёт так, как она была спета"


def test_a_long_prompt_loses_of_its_names_and_not_of_its_song(tokenizer):
    about = known(["dub"], energy=0.97)
    short = told(tokenizer, about, "Slow Tide", "Harbour")
    assert short == tokenizer.encode(prompt(about, artist="Slow Tide", title="Harbour"))
    tokens = told(tokenizer, about, LONG, LONG)
    assert len(tokens) <= LONGEST_PROMPT
    assert tokenizer.decode(tokens).endswith("dub | fierce\nPost:")


def test_a_prompt_never_has_too_many_tokens(tokenizer):
    every = dict.fromkeys(condition_space().features, 0.99)
    about = known(["dub", "techno", "shoegaze", "bebop", "samba", "grime", "ambient"], **every)
    assert len(told(tokenizer, about, LONG, LONG)) <= LONGEST_PROMPT
