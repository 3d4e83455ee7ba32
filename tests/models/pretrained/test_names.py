import random
import re

from hypothesis import given, settings
from hypothesis import strategies as st

from models.pretrained.names import OWN_WORD, invented

TEXT = "Quicksilver harpsichords tumble underneath everything."


@settings(max_examples=40)
@given(seed=st.integers(0, 2**31), text=st.text(max_size=80))
def test_names_can_stand_in_a_prompt(seed, text):
    artist, title = invented(random.Random(seed), text)
    for name in (artist, title):
        assert name == " ".join(name.split())
        assert 2 <= len(name) <= 80
        assert name[0].isupper()
    assert invented(random.Random(seed), text) == (artist, title)


def test_names_are_many():
    pairs = [invented(random.Random(seed), TEXT) for seed in range(500)]
    assert len({artist for artist, _ in pairs}) > 200
    assert len({title for _, title in pairs}) > 200


def test_now_and_then_a_title_has_a_word_of_the_text():
    own = set(re.findall(r"[a-z]{4,}", TEXT))
    titles = [invented(random.Random(seed), TEXT)[1].lower() for seed in range(2000)]
    share = sum(bool(own & set(title.split())) for title in titles) / len(titles)
    assert abs(share - OWN_WORD) < 0.04
    assert not any(own & set(invented(random.Random(s), "")[1].lower().split()) for s in range(300))
