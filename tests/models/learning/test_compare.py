"""The comparison: every way's drafts are chosen as that way chooses, and judged alike."""

from dataclasses import dataclass, field, replace
from types import SimpleNamespace

import numpy as np
import pytest

from models.learning import compare as comparing
from models.learning.compare import BEST, BOTH, IN_USE
from models.learning.halves import Half

DRAFTS = ("one", "two", "three")


@dataclass(frozen=True)
class Taste:
    """Likes texts by the names of their drafts; without freshness it is a judge."""

    likes: dict = field(default_factory=dict)
    freshness: float = 0.5

    def chance(self, read):
        likes = self.likes if self.freshness else {"one": 0.1, "two": 0.2, "three": 0.3}
        return np.array([likes[text.split()[-1]] for text in read.texts], np.float32)


class Steering:
    """Steers to texts with its name, and chooses the draft that it is for."""

    def __init__(self, name, chooses):
        self.name, self._chooses = name, chooses

    def many(self, z, known):
        return [self.name] * len(z)

    def chooser(self, taste):
        return replace(taste, likes=likes(self._chooses))


def likes(best):
    return {draft: float(draft == best) for draft in DRAFTS}


@pytest.fixture
def compared(monkeypatch):
    """Compare plain ("one" is chosen), steered ("two"), the half's ("three"), in use ("two")."""
    pairs = SimpleNamespace(all=lambda seed: (["plain"] * 4, np.zeros((4, 1))))
    monkeypatch.setattr(comparing, "split", lambda *_: SimpleNamespace(test=None))
    monkeypatch.setattr(comparing, "matching", lambda *_: pairs)
    monkeypatch.setattr(comparing, "read_drafts", lambda _, texts, __: SimpleNamespace(texts=texts))

    class Drafter:
        prior = None

        def __call__(self, z, known, seed):
            return [f"{name} {DRAFTS[seed - 1]}" for name in z]

    def of(half):
        return comparing.compare(
            Taste(likes("one")), Steering("steered", "two"), None, Drafter(), half,
            Steering("in use", "two"), songs=4, candidates=3, seed=1,
        )  # fmt: skip

    return of


def test_each_way_chooses_by_what_its_own_drafts_have_worn(compared):
    found = {arm.name: arm for arm in compared(None).arms}
    texts = {name: arm.samples[0] for name, arm in found.items()}
    assert texts[BEST] == "plain one"
    assert texts[BOTH] == "steered two"
    assert texts[IN_USE] == "in use two"
    # The judge is the same, and takes nothing off for worn phrases.
    assert found[BEST].own.value == pytest.approx(0.1)
    assert found[BOTH].own.value == found[IN_USE].own.value == pytest.approx(0.2)


def test_the_second_judge_is_shown_what_the_half_chooses_and_in_use_what_it_would(compared):
    half = Half(Taste(likes("one")), Taste(freshness=0.0), Steering("half", "three"))
    found = compared(half)
    second = {arm.name: arm.second.value for arm in found.arms}
    assert second[BEST] == pytest.approx(0.1)
    assert second[BOTH] == pytest.approx(0.3)
    assert second[IN_USE] == pytest.approx(0.2)
    assert found.over_best_of.value == pytest.approx(0.2)
    assert found.over_current.value == pytest.approx(0.1)
