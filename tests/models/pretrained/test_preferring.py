"""Learning from judged drafts: likelier what was approved, and nothing else changed."""

import base64
import json

import numpy as np
import pytest

from models import checkpoint
from models.library import find
from models.pretrained.judged import JudgedError, read
from models.pretrained.preferring import Preference, prefer
from models.pretrained.stepped import hear
from models.pretrained.storing import KIN
from models.pretrained.with_critic import add_critic
from models.pretrained.writer import PretrainedWriter
from models.writer import Conditions, SampleEvent

QUICK = Preference(epochs=6, batch=16, rate=3e-3, final_rate=3e-4, held=0.2, blend=1.0)


def liked(text):
    return "rums" in text


def row(event, song, weights, edited):
    """Return a row of an export."""
    verdict = "approve" if liked(event.text) else "reject"
    z = base64.b64encode(event.z.astype("<f4").tobytes()).decode()
    about = {"artist": song.artist, "title": song.title, "genres": ["metal"], "energy": 0.9}
    return about | {
        "text": event.text, "verdict": verdict, "z": z, "weights": weights, "edited": edited
    }  # fmt: skip


def judgements(writer, file, songs=12, edited=False):
    """Write drafts as an export has them, judged by whether there are drums."""
    rows = []
    for number in range(songs):
        song = Conditions(f"Somebody {number}", "Something", ("metal",), {"energy": 0.9})
        written = [e for e in writer.write(song, 5, number) if isinstance(e, SampleEvent)]
        rows += [row(event, song, writer.weights_hash, edited) for event in written]
    file.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    return read([file])


def half(model, name):
    """Return a tensor in the precision in which it is kept."""
    return model.tensors[name].astype(np.float16)


def share(writer):
    song = Conditions("Anybody", "Anything", ("metal",), {"energy": 0.9})
    return np.mean([liked(e.text) for e in writer.write(song, 40, 3) if isinstance(e, SampleEvent)])


def test_it_writes_more_of_what_was_approved(taught, writer, place, monkeypatch, tmp_path):
    monkeypatch.setenv("CURATOR_BASES", str(place))
    judged = judgements(writer, tmp_path / "judged.jsonl")
    add_critic(taught, judged, tmp_path / "critical", candidates=5, device="cpu")
    steps = []
    found = prefer(
        tmp_path / "critical", judged, tmp_path / "out", QUICK, device="cpu", tell=steps.append
    )
    assert found.raised > found.lowered
    assert found.auc > 0.6
    learning = [step for step in steps if step.doing == "learning"]
    assert [step.done for step in learning] == list(range(1, learning[0].total + 1))
    assert learning[-1].seconds_left == 0
    made = checkpoint.load(tmp_path / "out")
    after = PretrainedWriter(made, "after", "cpu", "fp32")
    assert share(after) > share(writer) + 0.1
    # Of the rest only the critic, which knew another decoder, is gone.
    before = checkpoint.load(taught)
    assert not [name for name in made.tensors if name.startswith("critic/")]
    assert checkpoint.load(tmp_path / "critical").decoding[KIN] == [before.weights_hash]
    assert KIN not in made.decoding  # another decoder's z is another point
    kept = [name for name in before.tensors if name.startswith("model/")]
    moved = {n for n in kept if not np.array_equal(half(before, n), half(made, n))}
    assert moved
    assert all(name.startswith(("model/downs", "model/ups")) for name in moved)
    card = (tmp_path / "out" / "CARD.md").read_text("utf-8")
    assert "## Its critic" not in card
    assert card.count("## Its preferences") == 1
    # What is said of it was measured of it.
    assert f"| nll per token | {made.figures['held_out']['voice']['nll_per_token']:,} |" in card
    assert card.count("## Figures") == card.count("## Samples") == card.count("## Limits") == 1


def test_a_blend_is_between_what_was_and_what_was_learnt(
    taught, writer, place, monkeypatch, tmp_path
):
    monkeypatch.setenv("CURATOR_BASES", str(place))
    judged = judgements(writer, tmp_path / "judged.jsonl", songs=6)
    ups = []
    for blend in (0.0, 0.5, 1.0):
        how = Preference(epochs=3, batch=8, rate=1e-2, held=0.2, blend=blend)
        prefer(taught, judged, tmp_path / str(blend), how, device="cpu")
        tensors = checkpoint.load(tmp_path / str(blend)).tensors
        ups.append(tensors["model/ups.0"].astype(np.float32))
    assert np.abs(ups[2] - ups[0]).max() > 0.005
    np.testing.assert_allclose(ups[1], (ups[0] + ups[2]) / 2, atol=1e-3)


def test_stars_weigh_and_the_drafts_temperature_is_kept(
    taught, writer, place, monkeypatch, tmp_path
):
    monkeypatch.setenv("CURATOR_BASES", str(place))
    judgements(writer, tmp_path / "judged.jsonl", songs=6)
    rows = [json.loads(line) for line in (tmp_path / "judged.jsonl").read_text("utf-8").split("\n")]
    for row in rows:
        row["stars"] = 1 if row["verdict"] == "approve" else 5  # those of a rejected one are void
    file = tmp_path / "stars.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    starred, plain = read([file]), read([tmp_path / "judged.jsonl"])
    assert {one.merit for one in plain} == {0.0, 1.0}
    assert {one.merit for one in starred} == {0.0, 0.2}
    assert [one.worth for one in starred] == [one.worth for one in plain]
    how = Preference(epochs=4, batch=16, rate=3e-3, held=0.2, blend=1.0, temperature=0.9)
    eager, lukewarm = (
        prefer(taught, judged, tmp_path / name, how, device="cpu")
        for name, judged in (("plain", plain), ("starred", starred))
    )
    assert eager.raised - eager.lowered > lukewarm.raised - lukewarm.lowered
    made = checkpoint.load(tmp_path / "plain")
    assert PretrainedWriter(made, "made", "cpu", "fp32").temperature == 0.9


def test_the_same_judgements_give_the_same_weights(taught, writer, place, monkeypatch, tmp_path):
    monkeypatch.setenv("CURATOR_BASES", str(place))
    judged = judgements(writer, tmp_path / "judged.jsonl", songs=6)
    quick = Preference(epochs=1, batch=16, rate=1e-3, held=0.2)
    made = []
    for name in ("one", "two"):
        prefer(taught, judged, tmp_path / name, quick, device="cpu")
        made.append(checkpoint.load(tmp_path / name).weights_hash)
    assert made[0] == made[1]


def test_where_a_draft_came_from_counts_only_if_it_is_known(writer, tmp_path):
    [known, *_] = judgements(writer, tmp_path / "known.jsonl")
    assert known.z.shape == (writer.latent,)
    assert known.weights == writer.weights_hash
    assert known.z_of({"of others"}) is None
    assert known.z_of({"of others", writer.weights_hash}) is known.z
    shown = [
        hear(writer, [known.text], [known.song], [z]).readings for z in (None, known.z, known.z + 2)
    ]
    assert not np.allclose(shown[0], shown[1])
    assert not np.allclose(shown[1], shown[2])
    [edited, *_] = judgements(writer, tmp_path / "edited.jsonl", edited=True)
    assert edited.z is None


def test_what_has_learnt_may_learn_again(taught, writer, place, monkeypatch, tmp_path):
    monkeypatch.setenv("CURATOR_BASES", str(place))
    judged = judgements(writer, tmp_path / "judged.jsonl", songs=6)
    for of, to in ((taught, "one"), (tmp_path / "one", "two")):
        prefer(of, judged, tmp_path / to, Preference(epochs=1, held=0.2), device="cpu")
    card = (tmp_path / "two" / "CARD.md").read_text("utf-8")
    assert [card.count(f"## {part}\n") for part in ("Figures", "Limits", "Its preferences")] == [
        1
    ] * 3


def test_only_a_pretrained_decoder_learns_so(writer, tmp_path):
    judged = judgements(writer, tmp_path / "judged.jsonl", songs=6)
    with pytest.raises(checkpoint.CheckpointError, match="holds a cvae"):
        prefer(find("cvae-small"), judged, tmp_path / "out", device="cpu")


def test_a_single_song_is_too_few(taught, writer, place, monkeypatch, tmp_path):
    monkeypatch.setenv("CURATOR_BASES", str(place))
    judged = judgements(writer, tmp_path / "judged.jsonl")
    alone = [type(one)(one.text, judged[0].song, one.merit) for one in judged]
    with pytest.raises(JudgedError, match="too few songs"):
        prefer(taught, alone, tmp_path / "out", device="cpu")
    assert not (tmp_path / "out").exists()
