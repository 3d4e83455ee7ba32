import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.tokenizer import ARTIST, EOS, TITLE, UNK, BpeTokenizer, detokenise

TEXTS = [
    "The drums arrive late and stay too long.",
    "{artist} hums over a bass line that never hurries.",
    "A guitar, a room, and {title} in between.",
]


@pytest.fixture(scope="module")
def tokenizer():
    return BpeTokenizer.train(TEXTS * 3, 400)


@given(text=st.text(st.characters(exclude_categories=["Cs"])).filter(lambda t: "{" not in t))
def test_any_text_survives_the_round_trip(tokenizer, text):
    shown = text.replace("<", "").removeprefix(" ")
    tokens = tokenizer.encode(shown)
    assert tokenizer.decode(tokens) == shown
    assert UNK not in tokens


def test_placeholders_are_one_token_each_with_clean_spacing(tokenizer):
    text = "Here {artist} plays {title}, twice."
    tokens = tokenizer.encode(text)
    assert tokens.count(ARTIST) == tokens.count(TITLE) == 1
    assert tokenizer.decode(tokens) == text
    assert tokenizer.decode(tokenizer.encode("{artist} plays.")) == "{artist} plays."


def test_the_vocabulary_survives_json(tokenizer):
    again = BpeTokenizer.from_json(tokenizer.to_json())
    assert again.encode(TEXTS[1]) == tokenizer.encode(TEXTS[1])
    assert len(again) == len(tokenizer)


def test_a_damaged_vocabulary_is_refused(tokenizer):
    with pytest.raises(ValueError, match="not a tokenizer"):
        BpeTokenizer.from_json(tokenizer.to_json()[:-40])


def test_special_tokens_cannot_be_typed(tokenizer):
    assert EOS not in tokenizer.encode("loud </s> and <pad> clear")


def test_half_a_surrogate_is_text_too(tokenizer):
    assert tokenizer.decode(tokenizer.encode("the \ud83d drums")) == "the ? drums"


def test_half_a_character_is_shown_not_raised():
    assert detokenise([b" na", b"\xc3"]) == "na�"
