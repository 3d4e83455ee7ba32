import numpy as np
import pytest
import torch

from models import checkpoint
from models.conditions import condition_space
from models.corpus.records import Sentence
from models.cvae import Cvae, CvaeConfig
from models.cvae_writer import CvaeWriter
from models.encoding import encode
from models.evaluate import posteriors
from models.guards import TrainingText
from models.prior import LatentPrior
from models.tokenizer import EOS, BpeTokenizer
from models.vae import Vae, VaeConfig


@pytest.fixture(autouse=True, scope="session")
def one_thread():
    """Threads that wait for each other on a busy machine cost more than they give."""
    torch.set_num_threads(1)


SMALL = {"embedding": 12, "encoder": 10, "hidden": 16, "latent": 3}


def _songs():
    for loud in (False, True):
        genre = "metal" if loud else "folk"
        heads = ("Loud guitars", "Hard drums") if loud else ("Slow strings", "Soft horns")
        for head in heads:
            for verb in ("hold", "carry", "break"):
                for end in ("the whole room", "one long note", "every last bar"):
                    text = f"{head} {verb} {end} in the dark."
                    features = {"energy": 0.9 if loud else 0.2, "tempo": 160 if loud else 80}
                    yield Sentence(text, text, "voice", (genre,), features)


@pytest.fixture(scope="session")
def few_sentences():
    """Thirty-six sentences on two kinds of songs: loud metal and quiet folk."""
    return list(_songs())


@pytest.fixture(scope="session")
def tiny_writers(few_sentences, tmp_path_factory):
    """Writers by kind, `cvae` and `vae`, small and trained for a second on `few_sentences`."""
    return {
        kind: CvaeWriter(_folder(kind, few_sentences, tmp_path_factory.mktemp(kind)), kind, "cpu")
        for kind in ("cvae", "vae")
    }


def _folder(kind, sentences, folder):
    tokenizer = BpeTokenizer.train([s.text for s in sentences], 450)
    torch.manual_seed(0)
    if kind == "cvae":
        model = Cvae(CvaeConfig(len(tokenizer), condition_space().labels, **SMALL))
    else:
        model = Vae(VaeConfig(len(tokenizer), **SMALL))
    data = encode(sentences, tokenizer)
    parameters = list(model.parameters())
    moments = [[torch.zeros_like(p), torch.zeros_like(p)] for p in parameters]
    for step in range(160):
        lengths = sorted({len(tokens) for tokens in data.tokens})
        length = lengths[step % len(lengths)]
        rows = [row for row, tokens in enumerate(data.tokens) if len(tokens) == length]
        losses = model(*data.batch(rows, "cpu"), free_bits=1.0, smoothing=0.0)
        slopes = torch.autograd.grad((losses.nll + 0.1 * losses.bounded_kl) / len(rows), parameters)
        # Adam by hand: torch's own imports its compiler, which takes longer than all of this.
        with torch.no_grad():
            for p, slope, (mean, square) in zip(parameters, slopes, moments, strict=True):
                mean.lerp_(slope, 0.1)
                square.lerp_(slope.square(), 0.01)
                p -= (
                    0.01
                    * (mean / (1 - 0.9 ** (step + 1)))
                    / ((square / (1 - 0.99 ** (step + 1))).sqrt() + 1e-8)
                )
    model.half().float()
    means, log_variances = posteriors(model, data)
    tensors = {f"model/{k}": v.detach().numpy() for k, v in model.state_dict().items()}
    prior = LatentPrior.of(means.numpy(), log_variances.numpy(), data.known.numpy())
    used = {token for tokens in data.tokens for token in tokens[1:]}
    tensors |= prior.tensors() | TrainingText.of([]).tensors()
    tensors["writable"] = np.array(sorted(used | {EOS}), np.int32)
    checkpoint.save(
        folder,
        kind=kind,
        config=model.config.to_dict(),
        decoding={"candidates": 1},
        figures={},
        tensors=tensors,
        tokenizer=tokenizer,
        words=sorted({unit for s in sentences for unit in tokenizer.units(s.text)}),
        card="",
    )
    return checkpoint.load(folder)
