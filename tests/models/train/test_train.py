import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save

from models.corpus import SourceError
from models.library import load
from models.train import Stage, TrainConfig, TrainError, train
from models.writer import Conditions, SampleEvent

SIZES = {"embedding": 12, "encoder": 8, "hidden": 16, "latent": 4, "genre_size": 4}
CONFIG = TrainConfig(
    vocabulary=400,
    stages=(
        Stage("everything", 1, 1e-2, 5e-3, batch=8),
        Stage("voice alone", 2, 5e-3, 1e-3, caption_repeat=0, batch=8),
    ),
    noise_every=4,
    save_every=5,
    samples=1,
    sizes=SIZES,
)


def stopping_after(steps):
    asked = iter(range(10**6))
    return lambda: next(asked) >= steps


VAE = {name: size for name, size in SIZES.items() if name != "genre_size"}
KINDS = {
    "cvae": CONFIG,
    "vae": replace(CONFIG, kind="vae", sizes=VAE),
    "recurrent": replace(
        CONFIG,
        kind="recurrent",
        stages=(replace(CONFIG.stages[0], batch=4), replace(CONFIG.stages[1], batch=2)),
        objective={"base": 12},
        sizes={"cell": "lstm", "embedding": 12, "hidden": 16, "features": ("energy",)},
    ),
}


@pytest.mark.parametrize(
    ("kind", "cuts"), [("cvae", (3,)), ("cvae", (5, 1, 8)), ("vae", (4,)), ("recurrent", (5, 20))]
)
def test_a_resumed_run_goes_on_to_the_same_bits(tmp_path, sources, kind, cuts):
    config = KINDS[kind]
    whole = train(config, sources, tmp_path / "whole")
    assert whole.finished
    losses = ()
    for i, cut in enumerate(cuts):
        part = train(
            config, sources, tmp_path / "parts", resume=i > 0, should_stop=stopping_after(cut)
        )
        assert not part.finished
        losses += part.losses
        torch.manual_seed(99)  # whatever happens between two sittings
    last = train(config, sources, tmp_path / "parts", resume=True)
    assert last.finished
    assert losses + last.losses == whole.losses
    one, other = (
        load_file(tmp_path / name / "training/state.safetensors") for name in ("whole", "parts")
    )
    assert one.keys() == other.keys()
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_the_noise_scale_of_a_resumed_run_is_that_of_the_whole(tmp_path, sources):
    stages = (replace(CONFIG.stages[0], epochs=2, batch=2),)
    config = replace(KINDS["vae"], stages=stages, noise_every=1)
    seen = {"whole": [], "parts": []}

    def note(name):
        return lambda now: seen[name].append(now.noise_scale) if now.phase == "training" else None

    whole = train(config, sources, tmp_path / "whole", on_progress=note("whole"))
    for cut in (1, 20):
        train(
            config,
            sources,
            tmp_path / "parts",
            resume=cut > 1,
            on_progress=note("parts"),
            should_stop=stopping_after(cut),
        )
    last = train(config, sources, tmp_path / "parts", resume=True, on_progress=note("parts"))
    assert seen["parts"] == seen["whole"]
    assert len(set(seen["whole"])) > 20
    assert last.figures["gradient_noise_scale"] == whole.figures["gradient_noise_scale"]


def test_a_run_saved_before_the_noise_scale_was_kept_goes_on(tmp_path, sources):
    whole = train(CONFIG, sources, tmp_path / "whole")
    train(CONFIG, sources, tmp_path / "m", should_stop=stopping_after(6))
    state = tmp_path / "m/training/state.safetensors"
    with safe_open(state, framework="pt") as file:
        header = {k: v for k, v in file.metadata().items() if k != "noise_scale"}
    state.write_bytes(save(load_file(state), metadata=header))
    assert train(CONFIG, sources, tmp_path / "m", resume=True).losses == whole.losses[6:]


def test_a_killed_run_resumes_from_its_last_save(tmp_path, sources):
    def die(progress):
        if progress.step == 13:
            raise KeyboardInterrupt

    whole = train(CONFIG, sources, tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        train(CONFIG, sources, tmp_path / "killed", on_progress=die)
    rest = train(CONFIG, sources, tmp_path / "killed", resume=True)
    assert rest.losses == whole.losses[10:]


def test_progress_counts_to_the_end(tmp_path, sources):
    seen = []
    report = train(CONFIG, sources, tmp_path / "m", on_progress=seen.append)
    steps = [p.step for p in seen if p.phase == "training"]
    assert steps == list(range(1, report.steps + 1))
    assert seen[-1].phase == "saving"
    assert all(p.total == report.steps for p in seen if p.phase == "training")
    assert [p.eta_seconds for p in seen if p.phase == "training"][-1] == 0
    assert report.figures["held_out"]
    assert report.funnel["sentences_kept"] == 49


@pytest.mark.parametrize("kind", KINDS)
def test_the_folder_holds_a_model_that_writes(tmp_path, sources, kind):
    train(KINDS[kind], sources, tmp_path / "m")
    writer = load(tmp_path / "m", "cpu")
    texts = [
        event.text
        for event in writer.write(Conditions(), 3, seed=1)
        if isinstance(event, SampleEvent)
    ]
    assert len(texts) == 3
    card = (tmp_path / "m" / "CARD.md").read_text()
    assert "voice.jsonl" in card
    assert "## Limits" in card


def test_runs_are_not_mixed_up(tmp_path, sources):
    with pytest.raises(TrainError, match="nothing to resume"):
        train(CONFIG, sources, tmp_path / "m", resume=True)
    train(CONFIG, sources, tmp_path / "m", should_stop=stopping_after(2))
    with pytest.raises(TrainError, match="holds a run"):
        train(CONFIG, sources, tmp_path / "m")
    with pytest.raises(TrainError, match="corpus"):
        train(CONFIG, sources[:1], tmp_path / "m", resume=True)
    other = TrainConfig(seed=2, vocabulary=400, stages=CONFIG.stages, sizes=SIZES)
    with pytest.raises(TrainError, match="configuration"):
        train(other, sources, tmp_path / "m", resume=True)
    state = tmp_path / "m/training/state.safetensors"
    state.write_bytes(state.read_bytes()[:1000])
    with pytest.raises(TrainError, match="cannot be read"):
        train(CONFIG, sources, tmp_path / "m", resume=True)


def test_word_vectors_are_where_embeddings_start(tmp_path, sources):
    vectors = tmp_path / "vectors.txt"
    lines = map(json.loads, sources[0].read_text().split("\n"))
    words = sorted({w for line in lines for w in line["text"].split()[:8]})
    rows = torch.randn(len(words), 16, generator=torch.Generator().manual_seed(0)).tolist()
    vectors.write_text(
        "\n".join(f"{w} {' '.join(map(str, r))}" for w, r in zip(words, rows, strict=True))
    )
    config = TrainConfig(
        vocabulary=400, stages=CONFIG.stages, sizes=SIZES, word_vectors=str(vectors)
    )
    plain = train(CONFIG, sources, tmp_path / "a", should_stop=stopping_after(1))
    begun = train(config, sources, tmp_path / "b", should_stop=stopping_after(1))
    assert plain.losses != begun.losses
    vectors.write_text("word without numbers\n")
    with pytest.raises(TrainError, match="no word vectors"):
        train(config, sources, tmp_path / "c")


def test_unusable_sources_are_an_error(tmp_path):
    with pytest.raises(SourceError):
        train(CONFIG, [Path("nowhere.csv")], tmp_path / "m")


def test_a_stage_hands_on_a_blend_of_its_ends(tmp_path, sources):
    """What ships lies between the weights before the last stage and those after it."""
    last = replace(CONFIG.stages[1], blend=0.25)
    kept = {}
    for name, stages in {
        "before": CONFIG.stages[:1],
        "after": CONFIG.stages,
        "blend": (CONFIG.stages[0], last),
    }.items():
        train(replace(CONFIG, stages=stages), sources, tmp_path / name)
        kept[name] = load_file(tmp_path / name / "training/state.safetensors")
    for name in (n for n in kept["blend"] if n.startswith("best/")):
        between = torch.lerp(kept["before"][name], kept["after"][name], 0.25)
        assert torch.allclose(kept["blend"][name], between, atol=1e-6), name
    assert not torch.equal(kept["before"]["best/bias"], kept["after"]["best/bias"])
