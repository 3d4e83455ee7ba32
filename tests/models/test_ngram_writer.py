import math
from pathlib import Path

import numpy as np
import pytest

from models.checkpoint import Checkpoint, CheckpointError
from models.copying import copied
from models.ngram import Ngram
from models.ngram_writer import NgramWriter, draw_counts
from models.writer import Conditions, SampleEvent, Sampling, TokenEvent

TEXTS = [
    f"{who} {does} {what} {where}."
    for who in ("The bass", "{artist}", "A slow piano", "Somebody")
    for does in ("carries", "drops", "finds")
    for what in ("the tune", "{title}", "one note")
    for where in ("home", "in the dark", "by the river")
]
NAMED = Conditions("Nobody", "Nothing")


def writer_of(order, texts=TEXTS):
    model = Ngram.fit(texts, order)
    return NgramWriter(
        Checkpoint(
            folder=Path("ngram"),
            kind="ngram",
            config=model.config.to_dict(),
            decoding={},
            figures={},
            weights_hash="0",
            tensors=model.tensors(),
            tokenizer=model.tokenizer,
            words=[],
        ),
        "ngram",
    )


@pytest.fixture(scope="module")
def writer():
    return writer_of(5)


def samples(events):
    return sorted((e for e in events if isinstance(e, SampleEvent)), key=lambda e: e.row)


HOT = Sampling(1.0, 1.0)


@pytest.mark.parametrize("batch", [1, 5, 16, 33])
def test_a_row_is_the_same_whatever_is_written_beside_it(writer, batch):
    whole = samples(writer.write(NAMED, 40, seed=3, sampling=HOT))
    parts = []
    for first in range(0, 40, batch):
        n = min(batch, 40 - first)
        parts += samples(writer.write(NAMED, n, seed=3, first_row=first, sampling=HOT))
    assert [(e.row, e.text) for e in parts] == [(e.row, e.text) for e in whole]
    assert len({e.text for e in whole}) > 20
    assert samples(writer.write(NAMED, 1, seed=4, sampling=HOT))[0].text != whole[0].text


def test_a_long_order_only_copies():
    texts = [e.text for e in samples(writer_of(60).write(NAMED, 30, seed=1, sampling=HOT))]
    known = {t.replace("{artist}", "Nobody").replace("{title}", "Nothing") for t in TEXTS}
    assert set(texts) <= known
    assert copied(texts, known) == 1.0


def test_a_short_order_does_not():
    texts = [e.text for e in samples(writer_of(3).write(NAMED, 30, seed=1, sampling=HOT))]
    assert copied(texts, TEXTS) < 0.7


def test_names_go_in_and_missing_ones_are_not_written(writer):
    odd = Conditions("{title} [b]", "a {artist}")
    texts = [e.text for e in samples(writer.write(odd, 40, seed=2, sampling=HOT))]
    assert any("{title} [b]" in text for text in texts)
    assert all("  " not in text for text in texts)
    for event in samples(writer.write(Conditions(), 60, seed=2, sampling=HOT)):
        assert "{" not in event.text
        assert event.text.endswith(".")


def test_a_sample_says_how_it_was_made(writer):
    for event in samples(writer.write(NAMED, 10, seed=2)):
        assert event.z is None
        assert event.logprobs.shape == (event.tokens,)
        assert (event.logprobs <= 0).all()


def test_logprobs_are_the_nats_of_the_text(writer):
    event = samples(writer.write(Conditions(), 1, seed=2, sampling=HOT))[0]
    assert np.allclose(-event.logprobs, writer.model.nats(event.text), atol=1e-6)


def test_texts_grow_symbol_by_symbol_for_all_rows(writer):
    shown = {}
    for event in writer.write(NAMED, 20, seed=9):
        if isinstance(event, TokenEvent):
            shown |= dict(event.rows)
        else:
            assert shown.pop(event.row)
    assert not shown
    first = next(writer.write(NAMED, 3, seed=1))
    assert isinstance(first, TokenEvent)
    assert [row for row, _ in first.rows] == [0, 1, 2]


def test_what_never_ends_is_cut():
    texts = samples(writer_of(2, ["a b " * 200]).write(NAMED, 2, seed=1))
    assert all(len(event.text) <= 252 for event in texts)
    assert all(event.text.endswith(".") for event in texts)


def test_colder_is_likelier():
    writer = writer_of(5, TEXTS + TEXTS[:10] * 4)

    def mean(temperature):
        events = samples(writer.write(NAMED, 40, 4, sampling=Sampling(temperature, 1.0)))
        return np.mean(np.concatenate([e.logprobs for e in events]))

    assert mean(0.3) > mean(1.0) > mean(3.0)


def test_draws_follow_the_counts():
    counts = np.array([1, 0, 6, 3])
    grid = (np.arange(1000) + 0.5) / 1000

    def shares(**sampling):
        places = [draw_counts(counts, u, Sampling(**sampling)) for u in grid]
        return (np.bincount(places, minlength=4) / 1000).tolist()

    assert shares(temperature=1.0, top_p=1.0) == [0.1, 0.0, 0.6, 0.3]
    assert shares(temperature=1.0, top_p=0.7) == pytest.approx([0, 0, 2 / 3, 1 / 3], abs=0.001)
    assert shares(temperature=1.0, top_p=0.5) == [0.0, 0.0, 1.0, 0.0]
    squares = [1 / 46, 0.0, 36 / 46, 9 / 46]
    assert shares(temperature=0.5, top_p=1.0) == pytest.approx(squares, abs=0.001)


@pytest.mark.parametrize("text", ["The bass, and Nobody.", " naïve 🎸 riff", "", "a"])
def test_surprisal_covers_the_text(writer, text):
    pieces = writer.surprisal(text, NAMED)
    assert "".join(p.piece for p in pieces) == text
    assert all(p.nats >= 0 for p in pieces)


def test_what_was_never_seen_is_infinitely_surprising(writer):
    nats = [p.nats for p in writer.surprisal("The bazz", Conditions())]
    assert all(map(math.isfinite, nats[:6]))
    assert nats[6:] == [math.inf, math.inf]


def test_other_folders_are_refused():
    checkpoint = Checkpoint(Path("x"), "cvae", {}, {}, {}, "0", {}, None, [])
    with pytest.raises(CheckpointError, match="not an ngram"):
        NgramWriter(checkpoint, "x")
