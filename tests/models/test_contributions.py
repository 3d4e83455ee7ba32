from types import SimpleNamespace

import numpy as np
import pytest
import torch

from models.conditions import condition_space
from models.contributions import (
    END,
    WORDS,
    Explained,
    Inputs,
    NotExplainable,
    Z,
    contributions,
)
from models.writer import Conditions

LOUD = Conditions(genres=("metal", "rock"), features={"energy": 0.9, "tempo": 160})
TEXT = "Loud guitars hold the whole room in the dark."


def test_the_parts_add_up_to_the_whole(tiny_writers):
    for writer in tiny_writers.values():
        for row in contributions(writer, TEXT, LOUD):
            assert row.residue == pytest.approx(0, abs=0.05 + 0.05 * abs(row.nats))


def test_more_steps_leave_less_over(tiny_writers):
    def left(steps):
        rows = contributions(tiny_writers["cvae"], TEXT, LOUD, steps=steps)
        return sum(abs(row.residue) for row in rows)

    assert left(32) < left(2) / 4


def test_the_pieces_are_the_text_and_its_end(tiny_writers):
    rows = contributions(tiny_writers["cvae"], TEXT, LOUD)
    assert "".join(row.piece for row in rows) == TEXT + END
    assert set(rows[0].by_condition) == {"metal", "rock", "energy", "tempo", Z, WORDS}


def test_only_what_is_given_and_known_is_named(tiny_writers):
    odd = Conditions("Somebody", None, ("metal", "no such thing"), {"valence": 0.2})
    [row, *_] = contributions(tiny_writers["cvae"], "Somebody breaks the naïve 🎸 bar.", odd)
    assert row.piece == "Somebody"
    assert set(row.by_condition) == {"metal", "valence", Z, WORDS}


def test_the_right_song_makes_its_words_likelier_than_the_wrong_one(tiny_writers):
    def owed(genre, energy, tempo):
        song = Conditions(genres=(genre,), features={"energy": energy, "tempo": tempo})
        first = contributions(tiny_writers["cvae"], TEXT, song, z=np.zeros(3))[0]
        assert first.piece == "Loud"
        assert first.by_condition[Z] == 0
        return sum(first.by_condition[name] for name in (genre, "energy", "tempo"))

    assert owed("metal", 0.9, 160) > owed("folk", 0.2, 80) + 1


def test_a_model_that_knows_nothing_owes_nothing_to_the_song(tiny_writers):
    for row in contributions(tiny_writers["vae"], TEXT, LOUD):
        assert row.by_condition["metal"] == row.by_condition["energy"] == 0


def test_a_long_text_is_explained_some_tokens_at_a_time(tiny_writers, monkeypatch):
    """Log-probabilities of every token in a row for every token would fill the memory."""
    writer, asked = tiny_writers["cvae"], []
    whole = writer.log_probabilities

    def counted(inputs, targets):
        asked.append(len(inputs.known))
        return whole(inputs, targets)

    monkeypatch.setattr(writer, "log_probabilities", counted)
    text = " ".join([TEXT] * 6)
    parts = contributions(writer, text, LOUD, steps=2)
    assert max(asked) <= 40
    monkeypatch.setattr("models.contributions._ROWS", 10_000)
    asked.clear()
    for part, row in zip(parts, contributions(writer, text, LOUD, steps=2), strict=True):
        assert part.by_condition == pytest.approx(row.by_condition, abs=1e-4)
    assert max(asked) > 40


def test_of_a_very_long_text_the_beginning_is_explained(tiny_writers):
    whole = contributions(tiny_writers["cvae"], TEXT, LOUD, z=np.zeros(3))
    first = contributions(tiny_writers["cvae"], TEXT, LOUD, z=np.zeros(3), most=4)
    assert "".join(part.piece for part in first) == "".join(part.piece for part in whole[:4])
    for part, same in zip(first, whole, strict=False):
        assert part.by_condition == pytest.approx(same.by_condition, abs=1e-4)


def test_it_can_be_stopped(tiny_writers):
    turns = iter([False, False, True])
    with pytest.raises(InterruptedError):
        contributions(tiny_writers["cvae"], TEXT, LOUD, should_stop=lambda: next(turns))


def test_any_writer_with_gradients_can_be_asked():
    """A linear one, whose contributions are known: weight × input, whatever the path."""
    space = condition_space()
    weights = torch.arange(space.width, dtype=torch.float32) / 10

    class Linear:
        def explained(self, text, conditions, z=None):
            known = torch.from_numpy(space.encode(conditions.genres, conditions.features))[None]
            return Explained(Inputs(known, None, torch.ones(1, 2, 3)), [7, 2], [b" x", b""])

        def log_probabilities(self, inputs, targets):
            song = (inputs.known @ weights)[:, None]
            return song + inputs.words.cumsum(1).sum(2) * torch.tensor([1.0, 2.0])

    given = Conditions(genres=("metal",), features={"energy": 0.9})
    first, last = contributions(Linear(), "x", given)
    known = torch.from_numpy(space.encode(given.genres, given.features))
    metal = float((known[: space.labels] * weights[: space.labels]).sum())
    assert first.by_condition["metal"] == pytest.approx(metal)
    assert Z not in first.by_condition
    # BOS is no word: only what follows it counts, and only for what comes after it.
    assert first.by_condition[WORDS] == pytest.approx(0)
    assert last.by_condition[WORDS] == pytest.approx(2 * 3)
    assert last.nats == pytest.approx(sum(last.by_condition.values()), rel=1e-4)


def test_a_writer_without_gradients_is_named():
    with pytest.raises(NotExplainable, match="ngram-7"):
        contributions(SimpleNamespace(name="ngram-7"), "x", Conditions())
