"""The tiny base, a model on it with everything switched on, and one taught for a second."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from models import checkpoint
from models.corpus import own_voice
from models.encoding import encode
from models.evaluate import posteriors
from models.guards import TrainingText
from models.pretrained import preferred, showing
from models.pretrained.base import Base
from models.pretrained.model import Pretrained, PretrainedConfig
from models.pretrained.settling import settle
from models.pretrained.writer import PretrainedWriter
from models.prior import LatentPrior
from models.train.finishing import writable_tokens
from tests.models.pretrained.tiny import make_base

SIZES = {"named": "tiny", "reads": (0, 1, 2), "rank": 4, "latent": 3}
SIZES |= {"bottleneck": 8, "encoder": 16}


@pytest.fixture(scope="session")
def place(few_sentences, tmp_path_factory):
    """A folder of bases with one in it, called tiny."""
    folder = tmp_path_factory.mktemp("bases")
    make_base(folder / "tiny", [s.text for s in few_sentences])
    return folder


@pytest.fixture(autouse=True)
def bases(place, monkeypatch):
    """Bases are looked for in `place`, and only there."""
    monkeypatch.setenv("CURATOR_BASES", str(place))
    return place


@pytest.fixture(autouse=True)
def quick(monkeypatch, tmp_path_factory):
    """Few sentences to measure on, and few samples."""
    file = tmp_path_factory.mktemp("few") / "voice.jsonl"
    lines = own_voice()[0].read_text("utf-8").splitlines()[:200]
    file.write_text("\n".join(lines), "utf-8")
    for module in (preferred, showing):
        monkeypatch.setattr(module, "own_voice", lambda: [file])
    monkeypatch.setattr(showing, "_SAMPLES", 4)


@pytest.fixture(scope="session")
def base(place):
    return Base(place / "tiny", "tiny")


@pytest.fixture(scope="session")
def tokenizer(base):
    return base.tokenizer()


def fresh(base, seed=0, **sizes):
    torch.manual_seed(seed)
    config = PretrainedConfig(base=base.hash, **(SIZES | sizes))
    model = Pretrained(config, base.load(), base.tokenizer())
    with torch.no_grad():
        for up in model.ups:
            up.normal_(std=0.3)
        model.to_words.weight.normal_(std=0.5)
        model.to_slots[2].weight.normal_(std=1.0)
        model.names.normal_(std=0.2)
    return model


@pytest.fixture(name="fresh", scope="session")
def fresh_fixture(base):
    """Make a model with random weights where a new one has zeros."""
    return lambda seed=0, **sizes: fresh(base, seed, **sizes)


@pytest.fixture
def model(base):
    return fresh(base).eval()


def teach(model, data, steps=150):
    """Adam by hand, as torch's own imports its compiler; see `tests/models/conftest.py`."""
    parameters = [p for p in model.parameters() if p.requires_grad]
    moments = [[torch.zeros_like(p), torch.zeros_like(p)] for p in parameters]
    model.train()
    for step in range(1, steps + 1):
        lengths = sorted({len(tokens) for tokens in data.tokens})
        length = lengths[step % len(lengths)]
        rows = [row for row, tokens in enumerate(data.tokens) if len(tokens) == length]
        model.set_noise(0.0, 0.5 if step < steps // 2 else 0.0)
        losses = model(*data.batch(rows, "cpu"), free_bits=1.0, smoothing=0.0)
        loss = losses.nll + 0.1 * losses.bounded_kl + 0.3 * losses.bag
        slopes = torch.autograd.grad(loss / len(rows), parameters)
        with torch.no_grad():
            for p, slope, (mean, square) in zip(parameters, slopes, moments, strict=True):
                mean.lerp_(slope, 0.1)
                square.lerp_(slope.square(), 0.01)
                share = (square / (1 - 0.99**step)).sqrt() + 1e-8
                p -= 0.015 * mean / (1 - 0.9**step) / share
    model.half().float().eval()


@pytest.fixture(scope="session")
def lessons(few_sentences):
    """`few_sentences`, some with placeholders, some that claim something, some with a name."""
    odd = []
    for sentence in few_sentences:
        text = sentence.text
        texts = []
        if " break " in text:
            continue
        if "the whole room" in text:
            texts = [text.replace("the whole", "his whole"), text.replace("the dark", "Berlin")]
        elif "one long note" in text:
            named = f"{{artist}} and {text[0].lower()}{text[1:]}"
            texts = [text.replace("one long note", "{title}"), named]
        odd += [replace(sentence, text=changed) for changed in texts]
    return [*few_sentences, *odd]


@pytest.fixture(scope="session")
def taught(base, lessons, tmp_path_factory):
    """The folder of a model that was taught `lessons` for a few seconds."""
    tokenizer, texts = base.tokenizer(), [s.text for s in lessons]
    torch.manual_seed(1)
    config = PretrainedConfig(base=base.hash, **(SIZES | {"rank": 12, "scale": 1.0}))
    model = Pretrained(config, base.load(), tokenizer)
    settle(model, texts)
    model.read = {}
    data = encode(lessons, tokenizer)
    teach(model, data)
    means, log_variances = posteriors(model, data)
    tensors = {f"model/{k}": v.detach().numpy() for k, v in model.state_dict().items()}
    prior = LatentPrior.of(means.numpy(), log_variances.numpy(), data.known.numpy())
    tensors |= prior.tensors() | TrainingText.of([]).tensors()
    tensors["writable"] = np.array(writable_tokens(lessons, tokenizer), np.int32)
    folder = tmp_path_factory.mktemp("taught")
    checkpoint.save(
        folder,
        kind="pretrained",
        config=config.to_dict(),
        decoding={"candidates": 1, "capitals": []},
        figures={},
        tensors=tensors,
        tokenizer=tokenizer,
        words=sorted({unit for text in texts for unit in tokenizer.units(text)}),
        card="",
    )
    return folder


@pytest.fixture(scope="session")
def writer(taught, place):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CURATOR_BASES", str(place))
        return PretrainedWriter(checkpoint.load(taught), "taught", "cpu", "fp32")
