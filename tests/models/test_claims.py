import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.claims import capitals, claims, strange_names
from models.corpus import own_voice


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Straight out of 1987, all gated drums.", "date"),
        ("A chorus from the nineties.", "date"),
        ("Synths like the '80s never ended.", "date"),
        ("It sounds decades old.", "date"),
        ("Recorded in March, it still sounds cold.", "date"),
        ("{artist} signed to nobody and it shows.", "label"),
        ("The debut album in three minutes.", "release"),
        ("A b-side that walks like a hit.", "release"),
        ("The title track leans on the snare.", "release"),
        ("It climbed the charts without a chorus.", "chart"),
        ("A platinum hook.", "chart"),
        ("This won a Grammy for its silence.", "award"),
        ("Born in a basement, raised near the speaker.", "life"),
        ("The singer's brother plays bass.", "life"),
        ("{artist}'s career turns here.", "life"),
        ("A duet featuring no one.", "life"),
        ("She sings as if the room were empty.", "pronoun"),
        ("Guitars follow him home.", "pronoun"),
        ("Bass from Detroit, hands in the air.", "place"),
    ],
)
def test_what_reads_like_a_fact_is_a_claim(text, kind):
    assert kind in claims(text)
    assert kind in claims(text.upper())


@pytest.mark.parametrize(
    "text",
    [
        "The drums arrive late and stay too long.",
        "{artist} hums over a bass line that never hurries.",
        "The other half of {title} is rest.",  # "her", "his" and "lp" within words
        "Sheer helplessness, then this shimmer.",
        "A record of small mistakes, kept.",
        "It leads with the snare at 120 beats a minute.",
        "Raised voices, born of nothing.",
        "",
    ],
)
def test_what_tells_of_the_sound_is_none(text):
    assert claims(text) == []


def test_each_kind_is_told_once():
    assert claims("She and he met in 1999 and in 2001.") == ["date", "pronoun"]


def test_our_own_sentences_claim_next_to_nothing():
    """Else a model that learnt from them would be refused what it was taught."""
    texts = [
        str(json.loads(line)["text"])
        for source in own_voice()
        for line in source.read_text("utf-8").splitlines()
    ]
    refused = [text for text in texts if claims(text)]
    assert len(texts) > 1000
    assert len(refused) < 0.01 * len(texts), refused[:20]


def test_a_capital_within_a_sentence_looks_like_a_name():
    assert strange_names("The bass of Berlin, and 'Motown drums.", ()) == ["Berlin", "Motown"]
    assert strange_names("Berlin begins. The end follows.", ()) == []
    assert strange_names("Here I go, I'm told, and I'll stay.", ()) == []
    assert strange_names("So {artist} plays {title}.", ()) == []


def test_the_capitals_of_our_own_sentences_are_known():
    known = capitals(["A Moog, then a Rhodes.", "The Moog again.", "Plain words."])
    assert known == ["Moog", "Rhodes"]
    assert strange_names("Under the Moog sits a Wurlitzer.", known) == ["Wurlitzer"]


@given(texts=st.lists(st.text(st.sampled_from("aB I,.'-\"{}M"), max_size=30), max_size=5))
def test_no_text_has_names_that_are_strange_to_itself(texts):
    known = capitals(texts)
    assert known == sorted(set(known))
    for text in texts:
        assert strange_names(text, known) == []
        assert all(name in text for name in strange_names(text, ()))
