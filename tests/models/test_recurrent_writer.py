from pathlib import Path

import numpy as np
import pytest
import torch

from models.checkpoint import Checkpoint, CheckpointError
from models.corpus.cleaning import words_of
from models.guards import TrainingText
from models.recurrent import RecurrentConfig, RecurrentLm
from models.recurrent_writer import RecurrentWriter
from models.tokenizer import BOS, EOS, PAD, UNK
from models.train.segments import segments, stream
from models.units import train_tokenizer
from models.writer import Conditions, SampleEvent, Sampling, TokenEvent

TEXTS = [
    f"{who} {does} {what} {where}."
    for who in ("The bass", "{artist}", "A slow piano", "Somebody")
    for does in ("carries", "drops", "finds")
    for what in ("the tune", "{title}", "one note")
    for where in ("home for us", "in the dark", "by the river")
]
NAMED = Conditions("Nobody", "Nothing", ("pop",), {"energy": 0.9})
HOT = Sampling(1.0, 1.0)
KINDS = [("words", "gru"), ("chars", "lstm"), ("bpe", "rnn"), ("bpe", "gru")]


def trained(tokens, cell, features=()):
    """A small model, taught long enough to end its sentences."""
    tokenizer = train_tokenizer(tokens, TEXTS, 320)
    torch.manual_seed(2)
    config = RecurrentConfig(len(tokenizer), tokens, cell, 24, 48, features=features)
    model = RecurrentLm(config)
    data = [[BOS, *tokenizer.encode(text), EOS] for text in TEXTS]
    optimiser = torch.optim.Adam(model.parameters(), lr=0.01)
    for epoch in range(6 if tokens == "chars" else 12):
        laid, state = stream(data, 8, 1, epoch), None
        for segment in segments(laid.length, 1, epoch, base=30):
            found = model(torch.from_numpy(laid.cut(segment)[0]), None, state)
            state = found.state
            optimiser.zero_grad()
            (found.nll / found.tokens).backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
    return model, tokenizer


def writer_of(model, tokenizer, **changes):
    weights = {f"model/{k}": v.numpy() for k, v in model.state_dict().items()}
    words = []
    if model.config.tokens == "bpe":
        words = sorted({unit for text in TEXTS for unit in tokenizer.units(text)})
    content = {
        "folder": Path("lm"),
        "kind": "recurrent",
        "config": model.config.to_dict(),
        "decoding": {},
        "figures": {},
        "weights_hash": "0",
        "tensors": weights,
        "tokenizer": tokenizer,
        "words": words,
    }
    return RecurrentWriter(Checkpoint(**{**content, **changes}), "lm", "cpu")


@pytest.fixture(scope="module", params=KINDS, ids=lambda kind: "-".join(kind))
def writer(request):
    return writer_of(*trained(*request.param))


@pytest.fixture(scope="module")
def words_writer():
    return writer_of(*trained("words", "gru", ("energy",)))


def samples(events):
    return sorted((e for e in events if isinstance(e, SampleEvent)), key=lambda e: e.row)


@pytest.fixture(scope="module")
def written(writer):
    return samples(writer.write(NAMED, 33, seed=3, sampling=HOT))


@pytest.mark.parametrize("n", [1, 5, 16])
def test_a_row_is_the_same_whatever_is_written_beside_it(writer, written, n):
    for first in (0, 7, 17):
        again = samples(writer.write(NAMED, n, seed=3, first_row=first, sampling=HOT))
        assert [e.row for e in again] == list(range(first, first + n))
        for one, other in zip(again, written[first:], strict=False):
            assert one.text == other.text
            assert np.array_equal(one.logprobs, other.logprobs)


def test_rows_and_seeds_differ(writer, written):
    assert len({e.text for e in written}) > 25
    assert samples(writer.write(NAMED, 1, seed=4, sampling=HOT))[0].text != written[0].text


def test_what_is_written_is_whole(written):
    for event in written:
        assert event.z is None
        assert event.logprobs.shape == (event.tokens,)
        assert event.text.endswith((".", "!", "?"))
        assert not any(mark in event.text for mark in ("<", "{", "\ufffd", "  "))
        assert len(words_of(event.text)) >= 5


def test_names_go_in_as_given_and_missing_ones_are_not_written(writer):
    odd = Conditions("{title} [b]", "a {artist}")
    texts = [e.text for e in samples(writer.write(odd, 30, seed=2, sampling=HOT))]
    assert any("{title} [b]" in text for text in texts)
    for event in samples(writer.write(Conditions(), 20, seed=2, sampling=HOT)):
        assert "{" not in event.text


def test_texts_grow_token_by_token(writer):
    shown = {}
    for event in writer.write(NAMED, 18, seed=9, sampling=HOT):
        if isinstance(event, TokenEvent):
            shown |= dict(event.rows)
        else:
            assert shown.pop(event.row)
    assert not shown


@pytest.mark.parametrize("text", ["The bass, and Nobody.", "naïve 🎸 riff", "", "a"])
def test_surprisal_covers_the_text(writer, text):
    pieces = writer.surprisal(text, NAMED)
    assert "".join(p.piece for p in pieces) == text
    assert all(p.nats >= 0 for p in pieces)


def test_nonsense_surprises_more(writer):
    sense, nonsense = "The bass finds one note in the dark.", "Dark the in note one finds bass the."
    assert writer.text_nats(sense, Conditions()) < writer.text_nats(nonsense, Conditions())
    pieces = sum(p.nats for p in writer.surprisal(sense, Conditions()))
    assert pieces < writer.text_nats(sense, Conditions())  # which counts the end as well


def test_colder_is_likelier(words_writer):
    def mean(temperature):
        events = samples(words_writer.write(NAMED, 40, 4, sampling=Sampling(temperature, 1.0)))
        return np.mean(np.concatenate([e.logprobs for e in events]))

    assert mean(0.2) > mean(1.0) > mean(2.0)


def test_more_candidates_are_likelier(words_writer):
    def mean(candidates):
        sampling = Sampling(1.0, 1.0, candidates)
        events = samples(words_writer.write(NAMED, 20, 4, sampling=sampling))
        return np.mean([e.logprobs.mean() for e in events])

    assert mean(5) > mean(1)


def test_only_the_features_of_the_model_count(words_writer):
    def text(features):
        conditions = Conditions("A", "B", ("techno",), features)
        return samples(words_writer.write(conditions, 1, seed=1))[0].logprobs.tolist()

    assert text({"energy": 0.9}) != text({"energy": 0.1})
    assert text({"energy": 0.9}) == text({"energy": 0.9, "valence": 0.1})


def test_copies_are_drawn_anew_where_the_training_text_is_known():
    model, tokenizer = trained("words", "gru")
    free = {e.text for e in samples(writer_of(model, tokenizer).write(NAMED, 20, 1))}
    one = sorted(text for text in free if len(words_of(text)) < 8)[:1]
    weights = {f"model/{k}": v.numpy() for k, v in model.state_dict().items()}
    template = one[0].replace("Nobody", "{artist}").replace("Nothing", "{title}")
    guarded = writer_of(model, tokenizer, tensors=weights | TrainingText.of([template]).tensors())
    assert one[0] not in {e.text for e in samples(guarded.write(NAMED, 20, 1))}


def test_what_stands_for_nothing_is_never_written(words_writer):
    unwritable = {PAD, BOS, UNK}
    pieces = words_writer.tokenizer.pieces
    assert words_writer._vocabulary.pieces == [
        piece for token, piece in enumerate(pieces) if token not in unwritable
    ]


def test_misfits_are_refused(words_writer):
    model, tokenizer = words_writer.model, words_writer.tokenizer
    with pytest.raises(CheckpointError, match="not a recurrent"):
        writer_of(model, tokenizer, kind="cvae")
    for config in ({"colour": 3}, {**model.config.to_dict(), "hidden": 5}):
        with pytest.raises(CheckpointError, match="do not fit"):
            writer_of(model, tokenizer, config=config)
