"""The whole way from ratings to a folder, with the weights that ship and little of all else."""

import json
import time
from copy import copy
from dataclasses import replace
from itertools import groupby

import numpy as np
import pytest
import torch

from models.conditions import condition_space
from models.drafts import Drafter
from models.evaluate.bleu import ngrams
from models.lcgan import Generator, LcGanConfig, Mover
from models.learning import (
    LearnError,
    LearnSettings,
    Rating,
    TasteSteering,
    TooFew,
    learn,
    load_generator,
    load_reward,
    run,
    store,
)
from models.learning.freshness import SIZE, Worn
from models.learning.values import TasteValues
from models.library import SHIPPED, load
from models.pairs import matching
from models.topics import Topics, save
from models.writer import Conditions, SampleEvent, has_latent, reads

pytestmark = pytest.mark.usefixtures("few_senses")

GAN = LcGanConfig(steps=2, hidden=16, pairs=64, batch=32, check_every=2, held_out=16)


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("drafts")


@pytest.fixture(scope="module")
def writer():
    return load("cvae-small", "cpu")


@pytest.fixture(scope="module")
def ratings(writer):
    """Drafts of the writer's own, the short ones liked."""
    drafter = writer.drafter()
    pairs = matching(drafter.prior, np.arange(200), 40, 5)
    texts = drafter(pairs.all(5)[0], pairs.known, 5)
    middle = np.median([len(text.split()) for text in texts])
    return [
        Rating(
            text,
            Conditions(None, None, *condition_space().decode(known)),
            float(len(text.split()) < middle),
            song=f"song {i // 2}",
            id=f"r{i}",
        )
        for i, (text, known) in enumerate(zip(texts, pairs.known, strict=True))
    ]


def settings(cache, **changes):
    quick = {"drafts": 128, "members": 3, "lcgan": GAN, "choices": (4,), "held_out": 16, "worn": 64}
    return LearnSettings(**{**quick, "folds": 3, "compared": 6, "candidates": 2, "cache": cache}
                         | changes)  # fmt: skip


@pytest.fixture(scope="module")
def learnt(ratings, writer, cache, tmp_path_factory):
    folder = tmp_path_factory.mktemp("learnt") / "v1"
    told = []
    report = learn(ratings, writer, settings(cache), folder, on_progress=told.append)
    return report, told


def test_a_folder_says_what_it_was_learnt_from_and_how_well(learnt, ratings, writer):
    report, _ = learnt
    assert sorted(p.name for p in report.folder.iterdir()) == [
        "CARD.md",
        "learned.json",
        "learned.safetensors",
    ]
    said = json.loads((report.folder / "learned.json").read_text())
    assert said["ratings"] == [rating.id for rating in ratings]
    assert said["writer_hash"] == writer.weights_hash
    assert said["settings"]["seed"] == 1
    assert said["figures"]["skill"]["auc"]["value"] == report.skill.auc.value
    assert report.skill.auc.value > 0.55
    assert "AUC" in (report.folder / "CARD.md").read_text()
    length = [one for one in report.likings if one.name == "length"]
    assert length
    assert length[0].weight < 0


def test_progress_goes_through_the_phases(learnt):
    _, told = learnt
    phases = [phase for phase, _ in groupby(p.phase for p in told)]
    assert phases == [
        "reading",
        "drafts",
        "reward",
        "skill",
        "value models",
        "LC-GAN",
        "choosing",
        "second judge",
        "writing",
    ]
    assert all(0 <= p.done <= p.total for p in told)
    assert all(p.eta is None or p.eta >= 0 for p in told)
    assert len({p.done for p in told if p.phase == "second judge"}) > 3


def test_with_drafts_from_the_cache_the_time_left_is_no_shorter_than_it_is(
    learnt, ratings, writer, cache, tmp_path, monkeypatch
):
    """By a clock on which a text takes a tenth of a second, and the head a few."""
    at, told, plain = [time.monotonic()], [], Drafter.__call__

    def drafter(self, z, known, seed):
        at[0] += 0.1 * len(z)
        return plain(self, z, known, seed)

    def tell(now):
        told.append((now.eta, at[0]))
        at[0] += 2.0 if now.phase in ("reward", "skill") else 0.0

    monkeypatch.setattr(time, "monotonic", lambda: at[0])
    monkeypatch.setattr(Drafter, "__call__", drafter)
    learn(ratings, writer, settings(cache), tmp_path / "v2", on_progress=tell)
    left = [(eta, at[0] - when) for eta, when in told if eta is not None]
    assert len(left) > 10
    assert all(eta >= true / 3 for eta, true in left)


def test_the_reward_ranks_what_was_never_rated(learnt, writer):
    report, _ = learnt
    head = load_reward(report.folder, writer)
    short, long = (
        "A low hum.",
        "A low hum that goes on and on, and then goes on again for all of us.",
    )
    songs = [Conditions("Ember Road", "Slow Comet", ("folk",))] * 2
    one, other = head.score([short, long], songs)
    assert 0 <= other < one <= 1
    assert (head.doubt([short, long], songs) > 0).all()
    assert head.members([short], songs[:1]).shape == (1, 3)


def test_the_generator_steers_the_writer_to_the_same_text_again(learnt, writer):
    report, _ = learnt
    if not report.generator:
        with pytest.raises(LearnError, match="no generator"):
            load_generator(report.folder)
        return
    steering = load_generator(report.folder)
    song = Conditions("Ember Road", "Slow Comet", ("folk",))
    texts = [
        [e.text for e in writer.write(song, 2, 3, steering=steering) if isinstance(e, SampleEvent)]
        for _ in range(2)
    ]
    assert texts[0] == texts[1]
    assert steering.weights_hash == writer.weights_hash


@pytest.fixture
def steered(learnt, tmp_path):
    """A version whose steered drafts have other worn phrases than plain ones, as it is kept."""
    whole = store.load(learnt[0].folder)
    plain = whole.taste.worn
    phrase = "a phrase that is often in steered drafts"
    worn = Worn({" ".join(gram): 9 for gram in ngrams(phrase.split(), SIZE)}, 0.0, 1.0)
    mover = Mover(32, condition_space().width, 8)
    values = TasteValues(32 + condition_space().width, 2, 4)
    prior = load("cvae-small", "cpu").drafter().prior
    generator = Generator(mover, learnt[0].writer_hash)
    steering = TasteSteering(prior, generator, values, 4, worn)
    said = {k: whole.description[k] for k in ("writer", "writer_hash")}
    store.save(tmp_path / "v", whole.taste, steering, said, "")
    assert not set(worn.counts) & set(plain.counts)
    return tmp_path / "v", phrase


def test_steered_drafts_are_chosen_by_their_own_worn_phrases(steered, writer):
    folder, phrase = steered
    head, steering = load_reward(folder, writer), load_generator(folder)
    asked = [phrase], [Conditions("Ember Road", "Slow Comet", ("folk",))]
    assert head.among(steering).score(*asked) < head.score(*asked)
    assert head.among(None) is head


def test_as_a_judge_a_head_takes_nothing_off_for_worn_phrases(steered, writer):
    folder, phrase = steered
    head, steering = load_reward(folder, writer), load_generator(folder)
    asked = [phrase], [Conditions("Ember Road", "Slow Comet", ("folk",))]
    assert head.among(steering).as_judge().score(*asked) == head.as_judge().score(*asked)


def test_names_that_are_filled_in_are_no_fresher_than_placeholders(learnt, writer):
    head = load_reward(learnt[0].folder, writer)
    worn = Worn({"{artist} hums on": 9}, 0.0, 1.0)
    head = replace(head, taste=replace(head.taste, worn=worn))
    songs = [Conditions("Ember Road", "Slow Comet")] * 2
    named, other = head.worn(["Ember Road hums on.", "Somebody hums on."], songs)
    assert named > other == 0


def test_a_generator_that_was_kept_without_worn_phrases_has_those_of_plain_drafts(steered, writer):
    folder, phrase = steered
    said = json.loads((folder / "learned.json").read_text())
    del said["steering"]["worn"], said["steering"]["worn_counts"]
    (folder / "learned.json").write_text(json.dumps(said))
    head, steering = load_reward(folder, writer), load_generator(folder)
    asked = [phrase], [Conditions("Ember Road", "Slow Comet", ("folk",))]
    assert head.among(steering).score(*asked) == head.score(*asked)


@pytest.mark.parametrize(("freshness", "counted"), [(0.5, True), (0.0, False)])
def test_worn_phrases_are_counted_where_something_steers(
    ratings, writer, cache, tmp_path, monkeypatch, freshness, counted
):
    def choose(drafter, reward, values, generator, *_, **__):
        return TasteSteering(drafter.prior, generator, values, 2), []

    monkeypatch.setattr(run, "choose", choose)
    how = settings(cache, folds=0, compared=0, freshness=freshness)
    learn(ratings, writer, how, tmp_path / "v")
    steering = load_generator(tmp_path / "v")
    assert (steering.worn is not None) is counted
    if counted:
        plain = load_reward(tmp_path / "v", writer).taste.worn
        assert steering.worn.counts
        assert steering.worn.counts != plain.counts


def test_the_comparison_has_every_way_and_two_judges(learnt, ratings, writer, cache, tmp_path):
    report, _ = learnt
    found = report.comparison
    assert [arm.name for arm in found.arms] == [
        "prior",
        "best-of-N",
        "LC-GAN",
        "LC-GAN + best-of-N",
    ]
    assert found.by_second is (found.arms[0].second is not None)
    own = {arm.name: arm.own.value for arm in found.arms}
    assert own["best-of-N"] > own["prior"]
    later = learn(ratings, writer, settings(cache), tmp_path / "v2", current=report.folder)
    assert later.comparison.over_best_of == found.over_best_of
    if report.generator:
        assert later.comparison.arms[-1].name == "in use"
        assert later.comparison.arms[-1].own == later.comparison.arms[-2].own
        assert not later.comparison.better


def test_a_damaged_version_in_use_is_no_reason_not_to_learn(ratings, writer, cache, tmp_path):
    (tmp_path / "v1").mkdir()
    found = learn(ratings, writer, settings(cache), tmp_path / "v2", current=tmp_path / "v1")
    assert found.comparison.over_current is None


def test_topics_can_have_a_say(ratings, writer, cache, tmp_path):
    words = ["drums", "guitar", "voice", "piano"]
    matrix = np.eye(4, dtype=np.float32) * 0.9 + 0.025
    save(Topics(words, matrix, np.full(4, 0.1, np.float32)), tmp_path / "topics", "# card")
    mixed = settings(cache, human=0.0, topic=1.0, topics=tmp_path / "topics",
                     topic_weights={3: 1.0}, freshness=0.0, folds=0, compared=0)  # fmt: skip
    report = learn(ratings, writer, mixed, tmp_path / "v", on_progress=lambda _: None)
    head = load_reward(report.folder, writer)
    piano, drums = head.score(["A soft piano here.", "Loud drums all day."], [Conditions()] * 2)
    assert piano > drums
    assert report.skill.verdict == "not measured"


def test_stopping_leaves_nothing(ratings, writer, cache, tmp_path):
    asked = iter(range(1000))
    with pytest.raises(InterruptedError):
        learn(ratings, writer, settings(cache), tmp_path / "v", should_stop=lambda: next(asked) > 9)
    assert not (tmp_path / "v").exists()


def test_too_little_to_learn_from(ratings, writer, cache, tmp_path):
    with pytest.raises(TooFew, match="19 of 20"):
        learn(ratings[:19], writer, settings(cache), tmp_path)
    with pytest.raises(LearnError, match="no latent space"):
        learn(ratings, load("gru-small", "cpu"), settings(cache), tmp_path)


@pytest.mark.parametrize(("value", "weight"), [(1.1, 1), (-0.1, 1), (0.5, 0), (0.5, float("inf"))])
def test_a_rating_has_a_value_and_a_weight(value, weight):
    with pytest.raises(ValueError, match="a rating's"):
        Rating("text", Conditions(), value, weight)


def test_what_was_learnt_is_for_its_weights_alone(learnt, tmp_path, writer):
    report, _ = learnt
    other = load("vae-small", "cpu")
    with pytest.raises(LearnError, match="other weights"):
        load_reward(report.folder, other)
    later = copy(writer)  # made of it, and chooses otherwise
    later.weights_hash, later.kin = "later", (writer.weights_hash, "later")
    assert load_reward(report.folder, later).writer is later
    with pytest.raises(LearnError, match="nothing learnt"):
        store.load(tmp_path)


@pytest.mark.parametrize("name", [store.TENSORS, store.DESCRIPTION])
def test_damage_is_named(learnt, tmp_path, name):
    report, _ = learnt
    for path in report.folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / name).write_bytes(b"[]")
    with pytest.raises(LearnError, match="damaged"):
        store.load(tmp_path)


def test_a_text_is_embedded_as_it_is_encoded_and_costs_what_it_costs(writer):
    song = Conditions("Ember Road", "Slow Comet", ("folk",), {"energy": 0.3})
    texts = ["Ember Road hums.", "A slow piano, and then a long and quiet night.", "Low."]
    found = writer.embed(texts, [song] * 3)
    for row, text in enumerate(texts):
        assert np.allclose(found.z[row], writer.encode(text, song), atol=1e-4)
        read = writer.explained(text, song)  # given the text's own z, to the end of the sentence
        with torch.inference_mode():
            logprobs = writer.log_probabilities(read.inputs, torch.tensor(read.targets))
        assert found.logprobs[row] == pytest.approx(float(logprobs.mean()), abs=2e-3)
    assert writer.embed([], []).z.shape == (0, writer.latent)


def test_who_reads_and_who_does_not(writer):
    assert reads(writer)
    assert not reads(load("gru-small", "cpu"))
    assert has_latent(writer)
    assert (SHIPPED / "cvae-small").is_dir()
