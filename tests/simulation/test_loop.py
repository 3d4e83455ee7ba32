"""The loop, with a writer and a learner that are only said to be there."""

from types import SimpleNamespace

import numpy as np
import pytest

from curator.domain.records import Song
from curator.simulation import loop
from curator.simulation.judges import Judge
from curator.simulation.loop import Plan, simulate
from curator.store import Store
from models.learning import TooFew
from models.learning.skill import too_few

WRITER = SimpleNamespace(name="scripted", weights_hash="hash", drafter=lambda: None)


def event(text):
    return SimpleNamespace(text=text, row=0, tokens=3, seconds=0.1, z=None, logprobs=np.zeros(1))


@pytest.fixture
def simulated(monkeypatch, tmp_path):
    """Simulate a judge who answers one thing after another; return what came of it, what was to
    be learnt, and what was judged."""
    learnt, home = [], tmp_path / "home"

    def learn(ratings, writer, settings, folder, on_progress):
        short = too_few(np.array([rating.value for rating in ratings]))
        learnt.append((folder.name, bool(short)))
        if short:
            raise TooFew(short)
        return SimpleNamespace(generator=False)

    def head(folder, writer):
        return SimpleNamespace(members=lambda texts, _: np.zeros((len(texts), 2)))

    def songs(_, count, *__, **___):
        return [Song(f"Artist {n}", f"Title {n}") for n in range(count)]

    monkeypatch.setattr(loop, "songs", songs)
    monkeypatch.setattr(loop, "write", lambda _, __, n, *___: [event(f"{k}") for k in range(n)])
    monkeypatch.setattr(loop, "learn", learn)
    monkeypatch.setattr(loop, "load_reward", head)

    def run(answers, **plan):
        told = iter(answers)
        judge = Judge("taste", lambda text, song: next(told))
        found = simulate(Plan(ratings=len(answers), **plan), WRITER, judge, home)
        with Store.open(home, write=False) as store:
            said = [event.data.get("stars", event.data.get("verdict")) for event in store.events()]
        return found, learnt, said

    return run


def test_what_the_last_round_is_too_little_for_is_not_learnt(simulated):
    # What is liked has more stars than usual; three fives make that more than three.
    answers = [2 if n % 6 == 0 else 3 for n in range(25)] + [5, 5, 5] + [3] * 22
    found, learnt, _ = simulated(answers, rounds=2)
    assert learnt == [("round-1", False), ("round-2", True)]
    assert found.learnt is None
    assert found.shuffled is None
    assert "too few labels" in found.reason


def test_what_an_early_round_is_too_little_for_is_learnt_later(simulated):
    found, learnt, _ = simulated([False] * 20 + [True, False] * 10, rounds=2)
    assert [name for name, _ in learnt] == ["round-1", "round-2", "shuffled-labels"]
    assert found.learnt is not None
    assert found.reason == ""


@pytest.mark.parametrize("answers", [[3, 5] * 15, [3, 3, 1] * 10, [True, False] * 15, [3] * 30])
def test_only_what_can_be_turned_round_counts_as_turned(simulated, answers):
    found, _, said = simulated(answers, rounds=2, flips=0.4)
    words = {"True": "approve", "False": "reject"}
    plain = [words.get(str(answer), answer) for answer in answers]
    can = sum(answer != 3 for answer in answers)
    assert found.flipped == sum(one != other for one, other in zip(said, plain, strict=True))
    assert found.flipped == pytest.approx(0.4 * can, abs=3)
