import shutil
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from models import checkpoint, library
from models.conditions import condition_space
from models.encoding import encode
from models.evaluate.likelihood import posteriors
from models.pretrained import writer as module
from models.pretrained.base import NoBase
from models.pretrained.writer import PretrainedWriter
from models.sampling import generator
from models.tokenizer import BOS, EOS
from models.writer import Conditions, SampleEvent, Sampling, TokenEvent, has_latent
from tests.models.pretrained.tiny import NATIVE, make_base

LOUD = Conditions("Somebody", "Something", ("metal",), {"energy": 0.9, "tempo": 160})
QUIET = Conditions("Somebody", "Something", ("folk",), {"energy": 0.2, "tempo": 80})
ROWS = 20


def samples(events):
    return sorted((e for e in events if isinstance(e, SampleEvent)), key=lambda e: e.row)


@pytest.fixture(scope="module")
def written(writer):
    """Twenty rows in one call, and what became of the drafts."""
    writer.draws.clear()
    rows = samples(writer.write(LOUD, ROWS, seed=5))
    return rows, Counter(writer.draws)


@pytest.mark.parametrize(("batch", "first"), [(1, 15), (5, 0), (16, 3)])
def test_a_row_is_the_same_whatever_is_written_beside_it(writer, written, batch, first):
    again = []
    for start in range(first, ROWS, batch):
        n = min(batch, ROWS - start)
        again += samples(writer.write(LOUD, n, seed=5, first_row=start))
    assert [e.row for e in again] == list(range(first, ROWS))
    for one, other in zip(again, written[0][first:], strict=True):
        assert one.text == other.text
        assert np.array_equal(one.z, other.z)
        assert np.array_equal(one.logprobs, other.logprobs)


@pytest.mark.parametrize("candidates", [1, 3])
@pytest.mark.parametrize("precision", ["int8", NATIVE])
def test_in_eight_bits_rows_are_stepped_alone_and_are_the_same(
    taught, place, monkeypatch, precision, candidates
):
    monkeypatch.setenv("CURATOR_BASES", str(place))
    eight = PretrainedWriter(checkpoint.load(taught), "taught", "cpu", precision)
    how = Sampling(candidates=candidates)
    block = eight._block(LOUD)
    assert not block.ahead
    together = samples(eight.write(LOUD, 18, seed=5, sampling=how))
    alone = [
        e for n in (0, 7, 17) for e in samples(eight.write(LOUD, 1, 5, first_row=n, sampling=how))
    ]
    monkeypatch.setattr(module, "WIDE", 3)
    narrow = samples(eight.write(LOUD, 18, seed=5, sampling=how))
    assert len(narrow) == len(together)
    for one in (*alone, *narrow):
        other = together[one.row]
        assert (one.text, one.row) == (other.text, other.row)
        assert np.array_equal(one.logprobs, other.logprobs)


def test_another_seed_is_another_text(writer, written):
    other = samples(writer.write(LOUD, 4, seed=6))
    assert [e.text for e in other] != [e.text for e in written[0][:4]]
    assert len({e.text for e in written[0]}) > 2


def test_what_is_written_is_about_the_song(writer, written):
    def loud(events):
        return np.mean(["uitars" in e.text or "rums" in e.text for e in events])

    quiet = samples(writer.write(QUIET, 8, seed=5))
    assert loud(written[0]) > loud(quiet)
    assert [e.text for e in quiet] != [e.text for e in written[0][:8]]


def test_what_claims_something_is_drawn_anew(writer, monkeypatch):
    # What a toy claims is not the same on every machine; of drums all of them write.
    monkeypatch.setattr(module, "claims", lambda text: ["drums"] * ("rums" in text))
    writer.draws.clear()
    rows, draws = samples(writer.write(LOUD, ROWS, seed=5)), writer.draws
    assert draws["claim: drums"] > 0
    assert draws["refused"] >= draws["claim: drums"]
    clean = np.mean(["rums" not in event.text for event in rows])
    assert clean > 1 - draws["refused"] / draws["drawn"] + 0.2


def judged(writer, text):
    """Return the faults of an attempt with this text."""
    attempt = writer._attempt(np.zeros(3, np.float32), generator(0, 0, 0))
    for token in [*writer.tokenizer.encode(text), EOS]:
        place = writer.writable.index(token)
        attempt.take(place, -1.0, writer._vocabulary, {})
    writer.draws.clear()
    writer._judge(attempt, writer.known(Conditions()))
    return attempt.faults


def test_claims_and_strange_names_are_faults(writer, monkeypatch):
    assert judged(writer, "Hard drums hold the whole room in the dark.") == 0
    assert dict(writer.draws) == {"drawn": 1}
    assert judged(writer, "Hard drums hold his whole room in the dark.") > 0
    assert dict(writer.draws) == {"drawn": 1, "refused": 1, "claim: pronoun": 1}
    assert judged(writer, "Hard drums hold the whole room in Berlin.") > 0
    assert dict(writer.draws) == {"drawn": 1, "refused": 1, "name: Berlin": 1}
    monkeypatch.setattr(writer, "_capitals", frozenset({"Berlin"}))  # our own sentences have it
    assert judged(writer, "Hard drums hold the whole room in Berlin.") == 0


def test_when_every_draft_is_refused_the_least_bad_is_kept(writer, monkeypatch):
    from models.pretrained import writer as module

    monkeypatch.setattr(module, "claims", lambda text: ["all", "all of it"] if text else [])
    writer.draws.clear()
    rows = samples(writer.write(LOUD, 2, seed=5))
    assert [e.row for e in rows] == [0, 1]
    assert writer.draws["refused"] == writer.draws["drawn"] >= 12
    assert writer.draws["claim: all of it"] == writer.draws["claim: all"]
    # The last try of a row was written to its end; the others were not.
    assert all(len(e.text.split()) > 2 and e.text[-1] in ".!?" for e in rows)


def test_a_refused_draft_stops_where_it_is_refused(writer, monkeypatch):
    from models.pretrained import writer as module

    seen = []

    def refuse(text):
        seen.append(text)
        return ["all"] if len(text.split()) >= 2 else []

    monkeypatch.setattr(module, "claims", refuse)
    (row,) = samples(writer.write(LOUD, 1, seed=5))
    asked = [len(text.split()) for text in seen if len(text.split()) >= 2]
    assert len(row.text.split()) > 3
    # Tries end with their second word, or the piece that it is in; the last one is written out.
    assert len(asked) >= 6
    assert sum(words > 3 for words in asked) == 1


def test_names_go_in_as_given(writer):
    odd = Conditions("{title} & [red]\u202e", "a {artist} {0}", ("metal",), {"energy": 0.9})
    texts = [e.text for e in samples(writer.write(odd, 30, seed=2))]
    assert any("{title} & [red]\u202e" in t for t in texts)
    assert any("a {artist} {0}" in t for t in texts)
    for text in texts:
        rest = text.replace("{title} & [red]\u202e", "").replace("a {artist} {0}", "")
        assert "{" not in rest


def test_missing_names_are_not_written(writer):
    for conditions in (Conditions(), Conditions(artist="", genres=("metal",))):
        for event in samples(writer.write(conditions, 8, seed=3)):
            assert "{" not in event.text
            assert "  " not in event.text


def test_texts_grow_token_by_token_and_dropping_the_iterator_stops(writer, written):
    events = writer.write(LOUD, 4, seed=5)
    first, second = next(events), next(events)
    assert isinstance(first, TokenEvent)
    assert [row for row, _ in first.rows] == [0, 1, 2, 3]
    for (_, short), (_, longer) in zip(first.rows, second.rows, strict=True):
        assert longer.startswith(short)
        assert len(longer) > len(short)
    events.close()
    assert next(events, None) is None
    assert samples(writer.write(LOUD, 1, seed=5))[0].text == written[0][0].text


def test_z_steers(writer, written):
    used = []

    def shift(z, known):
        assert known.shape == (condition_space().width,)
        used.append(z + np.float32(2.0))
        return used[-1]

    moved = samples(writer.write(LOUD, 6, seed=5, steering=shift))
    assert [e.text for e in moved] != [e.text for e in written[0][:6]]
    assert all(any(np.array_equal(event.z, z) for z in used) for event in moved)


def test_z_can_be_read_back_and_decoded(writer):
    assert has_latent(writer)
    z = np.stack([writer.encode(f"{t} one long note in the dark.", LOUD)
                  for t in ("Loud guitars hold", "Hard drums break")])  # fmt: skip
    assert z.shape == (2, writer.latent)
    assert np.abs(z[0] - z[1]).max() > 0.1
    one = samples(writer.decode(z, LOUD, seed=1))
    again = samples(writer.decode(z, LOUD, seed=1))
    assert [e.text for e in one] == [e.text for e in again]
    assert np.array_equal(np.stack([e.z for e in one]), z)
    assert np.isfinite(writer.encode("", LOUD)).all()


def test_a_name_is_read_as_its_placeholder(writer):
    given = writer.encode("Somebody and hard drums hold Something in the dark.", LOUD)
    marked = writer.encode("{artist} and hard drums hold {title} in the dark.", LOUD)
    assert np.array_equal(given, marked)


@torch.no_grad()
def test_z_is_used(writer, few_sentences):
    """A text costs less with its own z than with that of another text of its kind."""
    data = encode(few_sentences[:18], writer.tokenizer)
    means, _ = posteriors(writer.model, data)
    a = writer.model.condition(data.known, data.voice)
    own, other, tokens = 0.0, 0.0, 0
    for row, text in enumerate(data.tokens):
        inputs, targets = torch.tensor([text[:-1]]), torch.tensor([text[1:]])
        for z, mine in ((means[row], True), (means[(row + 7) % 18], False)):
            logits = writer.model.decode(inputs, z[None], a[row : row + 1])
            nats = torch.nn.functional.cross_entropy(logits[0], targets[0], reduction="sum")
            own, other = own + float(nats) * mine, other + float(nats) * (not mine)
        tokens += len(text) - 1
    assert (other - own) / tokens > 0.1


@pytest.mark.parametrize("text", ["Slow brass, and Somebody sings.", "naïve 🎸 riff", "", "a"])
def test_surprisal_covers_the_text(writer, text):
    pieces = writer.surprisal(text, LOUD)
    assert "".join(p.piece for p in pieces) == text
    assert all(p.nats >= 0 for p in pieces)


def test_a_name_with_half_a_surrogate_is_a_name_like_others(writer):
    song = replace(LOUD, artist="\ud83d band", title="Tide \ud83d")
    text = samples(writer.write(song, 1, seed=3))[0].text
    assert text.encode().decode() == text
    said = f"Hard drums hold {song.artist} in the dark."
    assert np.isfinite(writer.encode(said, song)).all()
    assert sum(p.nats for p in writer.surprisal(said, song)) > 0


def test_nonsense_surprises_more(writer):
    def total(text):
        return sum(p.nats for p in writer.surprisal(text, LOUD))

    sense, nonsense = "Hard drums hold the whole room.", "Room the drums whole hold hard."
    assert total(sense) + 5 < total(nonsense)


@torch.no_grad()
def test_the_log_probabilities_told_are_those_of_the_model(writer):
    nameless = Conditions(genres=LOUD.genres, features=LOUD.features)
    a = writer._a(nameless)
    for event in samples(writer.write(nameless, 16, seed=5)):
        tokens = [*writer.tokenizer.encode(event.text), EOS]
        # A text may have been put together from other pieces than it is cut into.
        if len(tokens) == len(event.logprobs) and set(tokens) <= set(writer.writable):
            break
    else:
        pytest.fail("no row is cut as it was written")
    inputs = torch.tensor([[BOS, *tokens[:-1]]])
    z = torch.from_numpy(event.z)[None]
    logits = writer.model.decode(inputs, z, a, [(None, None)])[0]
    shares = logits[:, writer.writable].log_softmax(1)
    places = [writer.writable.index(token) for token in tokens]
    expected = shares[torch.arange(len(tokens)), places].numpy()
    assert event.logprobs.shape == expected.shape
    assert np.abs(event.logprobs - expected).mean() < 0.15  # one is in half precision


def test_colder_is_likelier(writer):
    def mean(temperature):
        events = samples(writer.write(LOUD, 16, 4, sampling=Sampling(temperature, 1.0, 1)))
        return np.mean(np.concatenate([e.logprobs for e in events]))

    assert mean(0.3) > mean(1.3)


def test_a_model_writes_at_its_own_temperature_unless_another_is_asked_for(taught):
    kept = checkpoint.load(taught)
    hot = replace(kept, decoding=kept.decoding | {"temperature": 1.3})
    usual, own = (PretrainedWriter(one, "taught", "cpu", "fp32") for one in (kept, hot))

    def written(writer, temperature=None):
        found = samples(writer.write(LOUD, 4, 4, sampling=Sampling(temperature)))
        return [(event.text, event.temperature) for event in found]

    assert written(own) == written(usual, 1.3)
    assert written(own, 0.5) == written(usual)
    assert written(own) != written(usual)


# -- base and weights --------------------------------------------------------------------------


def test_the_same_adapter_on_another_base_is_another_model(taught, writer, tmp_path, monkeypatch):
    kept = checkpoint.load(taught)
    assert writer.weights_hash == kept.weights_hash
    shutil.copytree(library_base(kept), tmp_path / "tiny")
    file = tmp_path / "tiny" / "model.safetensors"
    tensors = load_file(file)
    tensors["model.norm.weight"] *= 1.01
    save_file(tensors, file, {"format": "pt"})
    monkeypatch.setenv("CURATOR_BASES", str(tmp_path))
    other = PretrainedWriter(kept, "taught", "cpu", "fp32")
    assert other.weights_hash != kept.weights_hash
    assert len(other.weights_hash) == len(kept.weights_hash)
    assert other.weights_hash[:16] != kept.weights_hash[:16]  # by which drafts are kept


def library_base(kept):
    from models.pretrained.base import find

    return find(kept.config["named"]).folder


def test_without_its_base_a_model_says_which_command_fetches_it(taught, monkeypatch):
    kept = checkpoint.load(taught)
    monkeypatch.setenv("CURATOR_BASES", "")
    for load in (lambda: library.load(taught), lambda: PretrainedWriter(kept, "taught", "cpu")):
        with pytest.raises(NoBase, match="`curator models pull smollm2` fetches it"):
            load()
    assert library.available([taught.parent])  # it is listed all the same


@pytest.mark.parametrize(("texts", "said"), [((), "damaged"), (["Ho hum."], "cuts text")])
def test_a_base_that_does_not_fit_is_said(taught, lessons, tmp_path, monkeypatch, texts, said):
    kept = checkpoint.load(taught)
    folder = make_base(tmp_path / "tiny", texts or [s.text for s in lessons])
    if not texts:
        file = folder / "model.safetensors"
        file.write_bytes(file.read_bytes()[:5000])
    monkeypatch.setenv("CURATOR_BASES", str(tmp_path))
    with pytest.raises(NoBase, match=said):
        PretrainedWriter(kept, "taught", "cpu", "fp32")


def test_a_model_of_other_sizes_than_its_base_is_said(taught):
    kept = checkpoint.load(taught)
    with pytest.raises(NoBase, match="do not fit"):
        PretrainedWriter(replace(kept, config=kept.config | {"rank": 5}), "taught", "cpu", "fp32")


def test_a_folder_of_another_kind_is_refused(taught):
    kept = replace(checkpoint.load(taught), kind="cvae")
    with pytest.raises(checkpoint.CheckpointError, match="holds a cvae"):
        PretrainedWriter(kept, "taught", "cpu")


def test_only_what_was_added_is_kept(taught, base):
    kept = checkpoint.load(taught)
    assert not any("embed" in name or "layers" in name for name in kept.tensors)
    assert kept.config["base"] == base.hash
    assert len((taught / "tokenizer.json").read_text()) < 100
