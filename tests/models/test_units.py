import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.tokenizer import ARTIST, BOS, EOS, PAD, TITLE, UNK
from models.units import cut, read_tokenizer, train_tokenizer, unknown_nats

TEXTS = [
    "The drums arrive late and stay too long.",
    "{artist} hums over a half-asleep bass line that doesn't hurry.",
    "A guitar, a room, and {title} in between.",
]
KINDS = ("chars", "words", "bpe")


@pytest.fixture(scope="module", params=KINDS)
def tokenizer(request):
    return train_tokenizer(request.param, TEXTS * 3, 400)


@pytest.mark.parametrize("text", TEXTS)
def test_known_text_survives_the_round_trip(tokenizer, text):
    tokens = tokenizer.encode(text)
    assert tokenizer.decode(tokens) == text
    assert not {PAD, BOS, EOS, UNK} & set(tokens)
    assert all(0 <= token < len(tokenizer) for token in tokens)


def test_placeholders_are_one_token_each(tokenizer):
    tokens = tokenizer.encode("{title}, and {artist}.")
    assert tokens.count(ARTIST) == tokens.count(TITLE) == 1
    assert tokenizer.decode(tokens) == "{title}, and {artist}."


def test_every_token_has_its_piece(tokenizer):
    assert len(tokenizer.pieces) == len(tokenizer)
    tokens = tokenizer.encode(TEXTS[2])
    joined = b"".join(tokenizer.pieces[t] for t in tokens).decode()
    assert joined.removeprefix(" ") == TEXTS[2]


def test_any_of_them_is_read_back(tokenizer):
    again = read_tokenizer(tokenizer.to_json())
    assert type(again) is type(tokenizer)
    assert again.pieces == tokenizer.pieces
    assert again.encode(TEXTS[1] + " zzz") == tokenizer.encode(TEXTS[1] + " zzz")
    assert unknown_nats(again, "Zebra zig") == unknown_nats(tokenizer, "Zebra zig")


def test_a_damaged_one_is_refused(tokenizer):
    text = tokenizer.to_json()
    for damaged in (text[:-20], "[]", "", json.dumps({"kind": "words", "units": [1]})):
        with pytest.raises(ValueError, match="not a tokenizer"):
            read_tokenizer(damaged)


@given(text=st.text(st.characters(exclude_categories=["Cs"])).filter(lambda t: "<" not in t))
def test_the_cuts_are_the_whole_text(text):
    for kind in KINDS:
        tokenizer = train_tokenizer(kind, TEXTS * 2, 300)
        cuts = cut(tokenizer, text)
        assert b"".join(part for _, part in cuts).decode() == text
        assert [token for token, _ in cuts] == tokenizer.encode(text)


def test_the_most_frequent_units_are_kept_and_single_ones_are_unknown():
    words = train_tokenizer("words", ["a b b c c c", "d"], 8)
    assert [piece.decode() for piece in words.pieces[6:]] == [" c", " b"]
    assert words.encode("c d b") == [6, UNK, 7]
    assert train_tokenizer("words", ["a a b"], 100).encode("a b") == [6, UNK]
    assert train_tokenizer("chars", ["aab"], 100).encode("ab") == [6, UNK]


def test_what_is_unknown_is_spelled_at_a_price():
    words = train_tokenizer("words", ["known known cab bad"], 100)
    assert unknown_nats(words, "known known") == 0.0
    # c, a, b, end; b, a, d, end: eight letters, and the escape.
    bad = math.log(9 / 2) + math.log(9 / 2) + math.log(9 / 1) + math.log(9 / 2)
    assert unknown_nats(words, "bad") == pytest.approx(bad)
    assert unknown_nats(words, "known bat") > bad + 10
    chars = train_tokenizer("chars", ["aab"], 100)
    assert unknown_nats(chars, "ab") == pytest.approx(math.log(0x110000))


def test_words_keep_their_hyphens_and_apostrophes():
    words = train_tokenizer("words", TEXTS * 2, 400)
    assert b" half-asleep" in words.pieces
    assert b" doesn't" in words.pieces
    assert b"," in words.pieces
