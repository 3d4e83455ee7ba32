"""A critic that is added to one that others taught."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from models import checkpoint
from models.learning.skill import concordance
from models.pretrained.critic import Critic, Shown, promise
from models.pretrained.judged import Judged, JudgedError, read
from models.pretrained.with_critic import add_critic
from models.pretrained.writer import PretrainedWriter
from tests.models.pretrained.judging import LOUD, judgements


def of_two(n, seed):
    """Texts with two good sides, of which many labels would tell."""
    rng = np.random.default_rng(seed)
    readings = rng.standard_normal((n, 40)).astype(np.float32)
    pages = rng.standard_normal((n, 3)).astype(np.float32)
    worth = readings[:, 0] + readings[:, 1] + pages[:, 0] + rng.standard_normal(n) > 0
    return Shown(readings, pages), worth.astype(np.float32)


def test_a_few_texts_teach_more_when_they_are_added_to_what_is_known():
    shown, worth = of_two(4000, 1)
    blind = shown.readings.copy()
    blind[:, 1] = 0  # it never saw the second side
    before = Critic.fit(Shown(blind, shown.pages), worth)
    few, verdicts = of_two(600, 2)
    fresh, truth = of_two(2000, 3)
    alone, added = Critic.fit(few, verdicts), Critic.fit(few, verdicts, before)
    by = [concordance(of.scores(fresh), truth) for of in (before, alone, added)]
    assert by[2] > max(by[:2]) + 0.01
    # What is one number more while it is taught is in the weights when it judges.
    assert added.weights.shape == before.weights.shape
    assert added.pages.shape == before.pages.shape


def test_labels_that_say_nothing_leave_what_is_known():
    before = Critic.fit(*of_two(4000, 1))
    few, verdicts = of_two(120, 2)
    fresh, truth = of_two(2000, 3)
    known = concordance(before.scores(fresh), truth)
    for seed in range(10):
        noise = np.random.default_rng(seed).permutation(verdicts)
        spoilt = concordance(Critic.fit(few, noise, before).scores(fresh), truth)
        assert spoilt > known - 0.02


def test_the_weight_of_what_is_known_is_shared_by_what_is_worth_posting_and_what_is_best():
    before = Critic.fit(*of_two(4000, 1))
    few, verdicts = of_two(120, 2)
    merit = np.where(verdicts > 0, np.where(few.readings[:, 2] > 0, 1.0, 0.6), 0.0)
    for target in (verdicts, merit.astype(np.float32)):
        # Readings that never vary teach nothing but how common it is.
        flat = Shown(np.zeros_like(few.readings), np.zeros_like(few.pages))
        added = Critic.fit(flat, target, before)
        torch.testing.assert_close(added.weights[:-1], before.weights[:-1])
        np.testing.assert_allclose(added.pages, before.pages, rtol=1e-4)


def test_how_well_the_one_before_does_is_measured_beside_it():
    shown, worth = of_two(4000, 1)
    before = Critic.fit(shown.of(slice(2000)), worth[:2000])
    few, verdicts = of_two(200, 2)
    songs = [f"song {n // 4}" for n in range(200)]
    found = promise(few, verdicts, songs, before)
    assert found.before == pytest.approx(concordance(before.scores(few), verdicts), abs=0.03)
    assert found.auc > promise(few, verdicts, songs).auc
    assert promise(few, verdicts, songs).before is None


def test_a_judgement_is_known_by_its_text_song_and_merit():
    one = Judged("Drums.", LOUD, 1.0)
    assert one.mark == Judged("Drums.", replace(LOUD, genres=()), 1.0).mark
    assert one.mark != Judged("Drums.", LOUD, 0.0).mark  # what is judged otherwise now is new
    assert one.mark != Judged("Drums!", LOUD, 1.0).mark
    assert one.mark != Judged("Drums.", replace(LOUD, artist="Nobody"), 1.0).mark


def test_it_is_added_to_the_models_critic(taught, writer, place, monkeypatch, tmp_path):
    monkeypatch.setenv("CURATOR_BASES", str(place))
    judgements(writer, tmp_path / "judged.jsonl", n=120)
    judged = read([tmp_path / "judged.jsonl"])
    first, second = judged[:60], judged[60:]
    begun = add_critic(taught, first, tmp_path / "first", candidates=3, device="cpu")
    assert begun.before is None
    # Of all of them, the half that it does not know is learnt.
    added = add_critic(tmp_path / "first", judged, tmp_path / "second", device="cpu")
    assert (added.texts, added.passed_over) == (len(second), len(first))
    was, one, two = map(checkpoint.load, (taught, tmp_path / "first", tmp_path / "second"))
    old, new = (Critic.read(made.tensors, made.decoding) for made in (one, two))
    # A z of any of these is a z of the last.
    decoder = PretrainedWriter(two, "two", "cpu")
    assert decoder.kin == tuple(made.weights_hash for made in (was, one, two))
    assert set(new.taught.tolist()) == {one.mark for one in judged}
    assert set(old.taught.tolist()) == {one.mark for one in first}
    assert new.worn == old.worn
    add_critic(taught, second, tmp_path / "alone", candidates=3, device="cpu")
    made = checkpoint.load(tmp_path / "alone")
    alone = Critic.read(made.tensors, made.decoding)
    alike = [np.corrcoef(of.weights[:-1], old.weights[:-1])[0, 1] for of in (new, alone)]
    assert alike[1] + 0.05 < alike[0] < 0.999
    assert checkpoint.load(tmp_path / "second").decoding["candidates"] == 3
    card = " ".join((tmp_path / "second" / "CARD.md").read_text("utf-8").split())
    assert f"added to a critic that {len(old.taught)} others had taught" in card
    assert f"(that one alone: {added.before:.2f})" in card
    # What it knows already teaches nothing; from nothing all of it does.
    with pytest.raises(JudgedError, match=r"taught all of these drafts before \(--anew"):
        add_critic(tmp_path / "second", judged, tmp_path / "third", device="cpu")
    anew = add_critic(tmp_path / "second", judged, tmp_path / "third", anew=True, device="cpu")
    assert (anew.texts, anew.before, anew.passed_over) == (len(judged), None, 0)
    assert checkpoint.load(tmp_path / "third").decoding["candidates"] == 3
    # Of the few that are new it is said how many, and why that is too few.
    some = [replace(one, text=f"{one.text} Now.") for one in first[:6]]
    with pytest.raises(JudgedError, match=rf"{len(first)} of .*of the others: too few labels.*: 6"):
        add_critic(tmp_path / "first", [*first, *some], tmp_path / "fourth", device="cpu")


def test_the_last_judgement_of_a_draft_counts(taught, writer, place, monkeypatch, tmp_path):
    monkeypatch.setenv("CURATOR_BASES", str(place))
    judgements(writer, tmp_path / "judged.jsonl")
    judged = read([tmp_path / "judged.jsonl"])
    turned = [replace(one, merit=1.0 - one.merit) for one in judged]
    made = add_critic(taught, [*judged, *turned], tmp_path / "made", device="cpu")
    assert made.texts == len(judged)
    assert made.worth == pytest.approx(np.mean([one.worth for one in turned]))
    # And one that was judged otherwise since is learnt again.
    again = add_critic(tmp_path / "made", judged, tmp_path / "again", device="cpu")
    assert (again.texts, again.passed_over) == (len(judged), 0)
