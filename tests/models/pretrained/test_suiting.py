"""Words and songs: what suits, what does not, and what tells nothing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.conditions import condition_space
from models.pretrained.suiting import NAMES, Suiting, of_our_voice

SPACE = condition_space()
BANJO = "The banjo plays fast and proud."


def song(*genres, **features):
    return SPACE.encode(genres, features)


def of(suiting, text, known, name):
    return float(suiting(text, known)[NAMES.index(name)])


@pytest.fixture(scope="module")
def voice():
    return of_our_voice()


@pytest.mark.parametrize(
    ("text", "home", "abroad"),
    [
        (BANJO, "bluegrass", "techno"),
        ("The kick drum and the hats lock.", "techno", "opera"),
        ("The strings and the soprano rise.", "opera", "trap"),
    ],
)
def test_an_instrument_suits_where_it_is_written_about(voice, text, home, abroad):
    for name in NAMES[:3]:
        assert of(voice, text, song(home), name) > of(voice, text, song(abroad), name)


def test_a_family_is_known_where_the_genre_is_not(voice):
    name = NAMES[0]
    assert of(voice, BANJO, song("folk"), name) > of(voice, BANJO, song("electronic"), name)


def test_sad_words_suit_sad_songs(voice):
    for name in NAMES[3:]:
        glad, sad = (of(voice, "A sad, mournful voice.", song(valence=v), name) for v in (0.9, 0.1))
        assert sad > glad


def test_what_tells_nothing_is_nothing(voice):
    assert not voice("", song("techno")).any()
    assert not voice("Xylomarg blenk.", song("techno")).any()
    assert not voice(BANJO, song()).any()


def test_a_genre_takes_after_its_family_where_little_is_written_about_it():
    texts = ["a loud riff"] * 10 + ["a soft flute"] * 10 + ["one low hum"] * 40
    known = np.stack([song("punk")] * 10 + [song("bebop")] * 10 + [song("drone")] * 40)
    suiting = Suiting.of(texts, known)
    near, far = song("grunge"), song("swing")  # of neither is there a sentence
    assert of(suiting, "riff", near, NAMES[0]) > 0 > of(suiting, "riff", far, NAMES[0])
    assert of(suiting, "riff", song("punk"), NAMES[0]) > of(suiting, "riff", near, NAMES[0])


WORDS = st.lists(st.sampled_from(["banjo", "kick", "the", "unheard", "sad"]), max_size=8)
LABELS = st.lists(st.sampled_from([*SPACE.genres, *SPACE.families]), max_size=3)


@given(WORDS, LABELS, st.dictionaries(st.sampled_from(SPACE.features), st.floats(-9, 400)))
def test_any_text_and_song_give_numbers(words, genres, features):
    found = of_our_voice()(" ".join(words), SPACE.encode(genres, features))
    assert found.shape == (len(NAMES),)
    assert np.isfinite(found).all()
    mean, least, _, near, nearest = found
    assert mean >= least - 1e-5
    assert near >= nearest - 1e-5
