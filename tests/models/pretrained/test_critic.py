"""The critic: what it is shown, what it learns, and that it chooses."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from models import checkpoint
from models.checkpoint import CheckpointError
from models.conditions import condition_space
from models.learning.features import template
from models.learning.freshness import Worn
from models.pretrained.company import Company
from models.pretrained.critic import DARING, Critic, Shown, promise, refuse_few_songs
from models.pretrained.judged import JudgedError, read
from models.pretrained.layout import PLACE, causal
from models.pretrained.llama import run
from models.pretrained.page import NAMES, Voice, page
from models.pretrained.stepped import hear
from models.pretrained.suiting import Suiting
from models.pretrained.with_critic import add_critic
from models.pretrained.writer import PretrainedWriter
from models.reading import template_of
from models.rows import MAX_TOKENS
from models.tokenizer import BOS, EOS
from models.writer import Conditions, SampleEvent
from tests.models.pretrained.judging import LOUD, judgements, liked

KNOWN = condition_space().encode(LOUD.genres, LOUD.features)


def labels(n, seed=0, size=12):
    """Readings, of which the first says how good a text is, and pages that say nothing."""
    rng = np.random.default_rng(seed)
    readings = rng.standard_normal((n, size)).astype(np.float32)
    worth = readings[:, 0] + 0.3 * rng.standard_normal(n) > 0
    return Shown(readings, np.zeros((n, 0), np.float32)), worth.astype(np.float32)


def test_it_learns_what_is_worth_posting_and_is_read_as_it_was_kept():
    shown, worth = labels(400)
    critic = Critic.fit(shown, worth)
    again = Critic.read(critic.tensors(), critic.decoding())
    fresh, truth = labels(200, seed=1)
    scores = again(torch.from_numpy(fresh.readings)).numpy()
    assert scores[truth == 1].mean() > scores[truth == 0].mean()
    assert Critic.read({}, {}) is None


def test_the_best_are_told_from_what_is_merely_right():
    # As with texts: what is daring is senseless or good, and the rest is merely right.
    shown = labels(1200)[0]
    daring, luck = shown.readings[:, 0] > 0.5, shown.readings[:, 1] > 0
    merit = np.where(daring, np.where(luck, 1.0, 0.0), 0.6).astype(np.float32)
    blind, graded = (
        Critic.fit(shown, target).scores(shown)
        for target in ((merit > 0).astype(np.float32), merit)
    )
    best, right = merit == 1, merit == 0.6

    def ahead(scores):
        return (scores[best].mean() - scores[right].mean()) / scores.std()

    assert ahead(graded) > ahead(blind) + 0.2
    few = merit.copy()
    few[few == 1] = 0.6
    few[:3] = 1.0  # too few of the best to know them by
    # Where every yes is one of the best, the two probes are one, and weigh as both.
    plain = Critic.fit(shown, (few > 0).astype(np.float32))
    torch.testing.assert_close(Critic.fit(shown, few).weights * (1 + DARING), plain.weights)


def test_worn_phrases_take_something_off():
    worn = Worn.of(["The drums come in late.", "Now the drums come in.", "A flute breathes twice."])
    critic = replace(Critic.fit(*labels(60)), worn=worn, freshness=0.5)
    again = Critic.read(critic.tensors(), json.loads(json.dumps(critic.decoding())))
    old, new = "When the drums come in, I stay.", "A flute breathes out."
    nats = [-1.0, -2.0]
    assert again.added(old, nats, KNOWN) < again.added(new, nats, KNOWN)
    assert again.added(old, nats, KNOWN) == critic.added(old, nats, KNOWN)
    assert critic.added(old, nats, KNOWN) == pytest.approx(-0.5 * worn([old])[0])
    assert Critic(again.weights, again.pages).added(old, nats, KNOWN) == 0


def test_the_page_is_weighed_beside_the_readings(monkeypatch):
    rng = np.random.default_rng(2)
    texts = ["The drums come in late.", "A flute breathes twice.", "Drums, drums, and a flute!"]
    worn = Worn.of(texts * 2)
    voice = Voice(Company.of(texts), Suiting.of(texts * 3, np.stack([KNOWN] * 9)))
    nats = [rng.normal(-2, 1, 5) for _ in range(300)]
    pages = np.stack([page(texts[i % 3], of, KNOWN, worn, voice) for i, of in enumerate(nats)])
    assert pages.shape == (300, len(NAMES))
    likely = pages[:, NAMES.index("nats a token")]
    readings = rng.standard_normal((300, 4)).astype(np.float32)
    worth = (3 * (likely + 2) + readings[:, 0] > 0).astype(np.float32)
    blind = Critic.fit(Shown(readings, pages[:, :0]), worth)
    seeing = Critic.fit(Shown(readings, pages), worth)
    scores = [critic.scores(Shown(readings, pages[:, : len(critic.pages)]))
              for critic in (blind, seeing)]  # fmt: skip
    assert np.corrcoef(scores[1], worth)[0, 1] > np.corrcoef(scores[0], worth)[0, 1] + 0.1
    kept = replace(seeing, worn=worn, freshness=0.5)
    again = Critic.read(kept.tensors(), json.loads(json.dumps(kept.decoding())))
    # What is added for a page while writing is what it weighs among the scores, less what is worn.
    monkeypatch.setattr("models.pretrained.critic.of_our_voice", lambda: voice)
    for one in (0, 1, 2):
        weighed = scores[1][one] - seeing(torch.from_numpy(readings[one : one + 1])).item()
        off = 0.5 * float(worn([texts[one]])[0])
        added = again.added(texts[one], nats[one], KNOWN)
        assert added == pytest.approx(weighed - off, abs=1e-4)
    with pytest.raises(ValueError, match="pages of 3 numbers"):
        Critic.read(kept.tensors() | {"critic/page": kept.pages[:3]}, kept.decoding())


def test_texts_without_a_z_are_heard_from_their_own(writer):
    songs, texts = [LOUD, LOUD, Conditions()], ["Drums.", "", "Two guitars trade one short line."]
    own = [writer.encode(text, song) for text, song in zip(texts, songs, strict=True)]
    given = hear(writer, texts, songs, own)
    for z in (None, [own[0], None, None]):
        found = hear(writer, texts, songs, z)
        np.testing.assert_allclose(found.readings, given.readings, atol=1e-3)
        for one, other in zip(found.logprobs, given.logprobs, strict=True):
            np.testing.assert_allclose(one, other, atol=1e-3)


def test_what_it_learns_from_is_what_it_is_shown_while_it_writes(writer):
    events = [e for e in writer.write(LOUD, 3, seed=2) if isinstance(e, SampleEvent)]
    _, logprobs = hear(writer, [e.text for e in events], [LOUD] * 3, [e.z for e in events])
    for event, found in zip(events, logprobs, strict=True):
        np.testing.assert_allclose(found, event.logprobs, atol=1e-3)


@given(st.integers(1, 16), st.integers(0, 1000))
@settings(max_examples=25, deadline=None)
def test_a_score_is_the_same_bits_in_any_company(company, seed):
    critic = Critic.fit(*labels(60))
    shown = torch.from_numpy(labels(16, seed)[0].readings)
    assert torch.equal(critic(shown[:company]), critic(shown)[:company])


def test_what_it_can_do_is_measured_on_songs_left_out():
    shown, worth = labels(400)
    songs = [f"song {n // 4}" for n in range(400)]
    good = promise(shown, worth, songs)
    assert good.auc > 0.8
    assert good.worth < good.best[3] < good.best[8]
    chance = promise(Shown(shown.readings[:, 1:], shown.pages), worth, songs)
    assert 0.4 < chance.auc < 0.6
    # One song each, told by its own reading: by heart, and worth nothing on others.
    heart = np.repeat(np.eye(20, dtype=np.float32), 10, 0)
    liked = np.repeat(np.arange(20) % 2 == 0, 10).astype(np.float32)
    by_heart = Shown(heart, np.zeros((200, 0), np.float32))
    assert promise(by_heart, liked, [str(n // 10) for n in range(200)]).auc <= 0.6


@torch.inference_mode()
def test_it_is_shown_the_decoders_own_states(writer):
    events = writer.write(LOUD, 3, seed=2)
    texts = [event.text for event in events if isinstance(event, SampleEvent)]
    shown = hear(writer, texts, [LOUD] * 3).readings
    for text, found in zip(texts, shown, strict=True):
        model = writer.model
        tokens, _ = template_of(writer.tokenizer, text, LOUD)
        z = torch.from_numpy(writer.encode(text, LOUD))[None]
        a = writer._a(LOUD)
        (before,) = model.prompts(a, [(LOUD.artist, LOUD.title)])
        words = model.embedded(torch.tensor([[BOS, *tokens]])) + model.to_words(z)[:, None]
        states = torch.cat([model.embedded(torch.tensor([before])), words], 1)
        length = states.shape[1]
        sees = (torch.arange(length) >= len(before))[None, None, :, None]
        memory = sees.expand(1, 1, length, model.config.slots)
        mask = torch.cat([memory, causal(length, states.device)], 3)
        places = torch.arange(length) + PLACE - len(before)
        layers = list(run(model.base, states, places, mask, model.added(model.slots(z))))
        wanted = [layers[i][0, len(before) + 1 :].mean(0) for i in model.config.reads if i]
        # The base in one of the two is in half precision.
        np.testing.assert_allclose(found, torch.cat(wanted).numpy(), atol=0.08)


@torch.inference_mode()
def test_it_hears_what_is_longer_or_stranger_than_anything_written(writer):
    one = "Hard drums hold the whole room in the dark, "
    for text in (one * 9, f"{one}zither {one}", "Zither, zither, zither.", "Zq" * 60, ""):
        tokens, _ = template_of(writer.tokenizer, text, LOUD)
        z = writer.encode(text, LOUD)
        inputs = torch.tensor([[BOS, *tokens]])
        names = [(LOUD.artist, LOUD.title)]
        model, a = writer.model, writer._a(LOUD)
        logits = model.decode(inputs, torch.from_numpy(z)[None], a, names)[0, :MAX_TOKENS]
        logits = logits[:, writer.writable].log_softmax(1)
        place = {token: i for i, token in enumerate(writer.writable)}
        targets = enumerate([*tokens, EOS][:MAX_TOKENS])
        wanted = [float(logits[i, place[token]]) for i, token in targets if token in place]
        readings, (found,) = hear(writer, [text], [LOUD])
        # The base in one of the two is in half precision.
        np.testing.assert_allclose(found, wanted, atol=0.2)
        # What can't be seen any more does not count.
        same = hear(writer, [text + " Drums."], [LOUD], [z]).readings
        assert np.allclose(same, readings, atol=1e-4) == (len(tokens) >= MAX_TOKENS)


def test_it_chooses_among_drafts(taught, writer, place, monkeypatch, tmp_path):
    monkeypatch.setenv("CURATOR_BASES", str(place))
    rows = judgements(writer, tmp_path / "judged.jsonl")
    judged = read([tmp_path / "judged.jsonl"])
    assert len(judged) == len(rows)
    assert judged[0].song.features == {"energy": 0.9}
    measured = add_critic(taught, judged, tmp_path / "model", candidates=5, device="cpu")
    made = checkpoint.load(tmp_path / "model")
    assert made.decoding["candidates"] == 5
    assert made.figures["critic"]["auc"] == pytest.approx(measured.auc)
    card = (tmp_path / "model" / "CARD.md").read_text("utf-8")
    assert "## Its critic" in card
    assert card.count("## Samples") == card.count("## Limits") == 1
    critical = PretrainedWriter(made, "critical", "cpu", "fp32")
    share = [
        np.mean([liked(e.text) for e in of.write(LOUD, 24, 3) if isinstance(e, SampleEvent)])
        for of in (writer, critical)
    ]
    assert share[1] > share[0] + 0.1
    # Where worn phrases weigh much, what is chosen has fewer of them.
    worn = Critic.read(made.tensors, made.decoding).worn
    tired = made.decoding["worn"] | {"freshness": 20.0}
    tired = replace(made, decoding=made.decoding | {"worn": tired})
    fresh = PretrainedWriter(tired, "fresh", "cpu", "fp32")
    before, after = (
        np.mean(worn([e.text for e in of.write(LOUD, 24, 3) if isinstance(e, SampleEvent)]))
        for of in (critical, fresh)
    )
    assert after < before - 0.1
    # The page that it weighs while it writes is the one that it was taught.
    seen = []
    added = Critic.added

    def watched(critic, text, logprobs, known):
        seen.append((text, len(logprobs), np.array(logprobs), known))
        return added(critic, text, logprobs, known)

    monkeypatch.setattr(Critic, "added", watched)
    said = [e for e in critical.write(LOUD, 8, 5) if isinstance(e, SampleEvent)]
    given = [e.z for e in said]
    heard = hear(critical, [e.text for e in said], [LOUD] * len(said), given)
    compared = 0
    for event, logprobs in zip(said, heard.logprobs, strict=True):
        shown = template(event.text, LOUD), len(logprobs)
        # The same text may have been written from several z; and one that was begun with a small
        # letter, which was mended, is of other tokens when it is read.
        found = [one for one in seen if one[:2] == shown and np.array_equal(one[3], KNOWN)]
        assert not found or any(np.allclose(one[2], logprobs, atol=1e-3) for one in found)
        compared += bool(found)
    assert compared
    # One of an earlier version, which was shown less, gives way to the second.
    old = tmp_path / "old"
    fewer = made.tensors | {"critic/page": made.tensors["critic/page"][:-1]}
    names = ("kind", "config", "decoding", "figures", "tokenizer", "words")
    content = {name: getattr(made, name) for name in names}
    checkpoint.save(old, **content, tensors=fewer, card=card)
    with pytest.raises(CheckpointError, match="curator train critic"):
        PretrainedWriter(checkpoint.load(old), "old", "cpu", "fp32")
    add_critic(old, judged, tmp_path / "again", candidates=2, device="cpu")
    card = (tmp_path / "again" / "CARD.md").read_text("utf-8")
    assert card.count("## Its critic") == 1
    assert "among 2 drafts" in " ".join(card.split())


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ('{"verdict": "approve"}', "no export of judgements"),
        ("text,verdict\nx,approve", "no export of judgements"),
        ('{"text": "x", "verdict": "approve", "genres": []}', "too few labels"),
    ],
)
def test_what_no_critic_can_be_made_of_is_said(tmp_path, content, reason):
    file = tmp_path / "judged.jsonl"
    file.write_text(content, "utf-8")
    with pytest.raises(JudgedError, match=reason):
        read([file])
    with pytest.raises(JudgedError, match="nowhere"):
        read([tmp_path / "nowhere.jsonl"])


@pytest.mark.parametrize(
    ("songs", "approved"),
    [("aaaaaaaa", "ynynynyn"), ("aabbccaa", "yynnnnyy"), ("aabbccdd", "yyyyyyyy")],
)
def test_too_few_songs_to_leave_any_out_are_said(songs, approved):
    with pytest.raises(JudgedError, match="too few songs to know"):
        refuse_few_songs(list(songs), [each == "y" for each in approved])


def test_few_songs_with_both_verdicts_are_enough():
    refuse_few_songs(list("aabbccdd"), [True, False] * 4)
