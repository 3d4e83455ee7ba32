"""The critic: what it is shown, what it learns, and that it chooses."""

import json

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from models import checkpoint
from models.pretrained.critic import Critic, promise
from models.pretrained.judged import JudgedError, read
from models.pretrained.llama import run
from models.pretrained.model import PLACE, causal
from models.pretrained.stepped import readings
from models.pretrained.with_critic import add_critic
from models.pretrained.writer import PretrainedWriter
from models.reading import template_of
from models.tokenizer import BOS
from models.writer import Conditions, SampleEvent, Sampling

LOUD = Conditions("Somebody", "Something", ("metal",), {"energy": 0.9, "tempo": 160})


def labels(n, seed=0, size=12):
    """Readings, of which the first says how good a text is."""
    rng = np.random.default_rng(seed)
    shown = rng.standard_normal((n, size)).astype(np.float32)
    return shown, shown[:, 0] + 0.3 * rng.standard_normal(n) > 0


def test_it_learns_what_is_worth_posting_and_survives_as_tensors():
    shown, worth = labels(400)
    critic = Critic.fit(shown, worth)
    again = Critic.from_tensors(critic.tensors())
    fresh, truth = labels(200, seed=1)
    scores = again(torch.from_numpy(fresh)).numpy()
    assert scores[truth].mean() > scores[~truth].mean()
    assert Critic.from_tensors({}) is None


@given(st.integers(1, 16), st.integers(0, 1000))
@settings(max_examples=25, deadline=None)
def test_a_score_is_the_same_bits_in_any_company(company, seed):
    critic = Critic.fit(*labels(60))
    shown = torch.from_numpy(labels(16, seed)[0])
    assert torch.equal(critic(shown[:company]), critic(shown)[:company])


def test_what_it_can_do_is_measured_on_songs_left_out():
    shown, worth = labels(400)
    songs = [f"song {n // 4}" for n in range(400)]
    good = promise(shown, worth, songs)
    assert good.auc > 0.8
    assert good.worth < good.best[3] < good.best[8]
    chance = promise(shown[:, 1:], worth, songs)
    assert 0.4 < chance.auc < 0.6
    # One song each, told by its own reading: by heart, and worth nothing on others.
    heart = np.repeat(np.eye(20, dtype=np.float32), 10, 0)
    liked = np.repeat(np.arange(20) % 2 == 0, 10)
    assert promise(heart, liked, [str(n // 10) for n in range(200)]).auc <= 0.6


@torch.inference_mode()
def test_it_is_shown_the_decoders_own_states(writer):
    events = writer.write(LOUD, 3, seed=2)
    texts = [event.text for event in events if isinstance(event, SampleEvent)]
    shown = readings(writer, texts, [LOUD] * 3)
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


def judgements(writer, file, n=80):
    """Write drafts and judge them: those with drums are worth posting."""
    events = writer.write(LOUD, n, seed=9, sampling=Sampling(candidates=1))
    texts = [event.text for event in events if isinstance(event, SampleEvent)]
    rows = []
    for number, text in enumerate(texts):
        row = {"text": text, "verdict": "approve" if liked(text) else "reject", "energy": 0.9}
        rows.append(row | {"artist": f"Somebody {number}", "title": "x", "genres": ["metal"]})
    rows.append(rows[0] | {"verdict": None})
    file.write_text("\n".join(map(json.dumps, rows)) + "\n", "utf-8")
    return rows[:-1]


def liked(text):
    return "rums" in text


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
    assert "## Its critic" in (tmp_path / "model" / "CARD.md").read_text("utf-8")
    critical = PretrainedWriter(made, "critical", "cpu", "fp32")
    share = [
        np.mean([liked(e.text) for e in of.write(LOUD, 24, 3) if isinstance(e, SampleEvent)])
        for of in (writer, critical)
    ]
    assert share[1] > share[0] + 0.1
    # A second critic takes the first one's place.
    add_critic(tmp_path / "model", judged, tmp_path / "again", candidates=2, device="cpu")
    card = (tmp_path / "again" / "CARD.md").read_text("utf-8")
    assert card.count("## Its critic") == 1
    assert "among 2 drafts" in card


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
