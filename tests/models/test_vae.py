import numpy as np
import pytest
import torch

from models import checkpoint
from models.conditions import condition_space
from models.cvae import Cvae, CvaeConfig
from models.cvae_writer import CvaeWriter
from models.decoding import BLOCK, StepDecoder
from models.guards import TrainingText
from models.prior import LatentPrior
from models.tokenizer import BOS, EOS, BpeTokenizer
from models.vae import Vae, VaeConfig
from models.writer import Conditions, SampleEvent

TINY = VaeConfig(vocabulary=40, embedding=12, encoder=8, hidden=16, latent=4)


@pytest.fixture
def model():
    torch.manual_seed(0)
    return Vae(TINY).eval()


def batch(size=BLOCK, length=7):
    generator = torch.Generator().manual_seed(1)
    tokens = torch.randint(6, 40, (size, length), generator=generator)
    tokens[:, 0] = BOS
    return tokens, torch.rand(size, condition_space().width, generator=generator), torch.ones(size)


def test_nothing_that_is_known_reaches_it(model):
    tokens, known, voice = batch(3)
    a = model.condition(known, voice)
    assert a.shape == (3, 0)
    mean, log_variance = model.encode(tokens[:, 1:], a)
    assert mean.shape == log_variance.shape == (3, 4)
    assert model.decode(tokens, mean, a).shape == (3, 7, 40)


def test_a_call_gives_the_losses(model):
    for each in (model, Cvae(CvaeConfig(40, condition_space().labels, embedding=8)).eval()):
        torch.manual_seed(0)
        called = each(*batch(3), free_bits=0.1, smoothing=0.0)
        torch.manual_seed(0)
        assert called == each.losses(*batch(3), free_bits=0.1, smoothing=0.0)


def test_stepping_gives_what_the_network_gives(model):
    tokens, known, voice = batch()
    z = torch.randn(BLOCK, 4)
    writable = list(range(4, 40))
    with torch.no_grad():
        a = model.condition(known, voice)
        whole = model.decode(tokens, z, a)[:, :, writable]
        decoder = StepDecoder(model, writable)
        state, constants = decoder.begin(torch.cat([z, a], 1))
        places = torch.full((BLOCK,), decoder.start_token)
        for t in range(tokens.shape[1]):
            logits, state = decoder.step(places, state, constants)
            assert torch.allclose(logits, whole[:, t], atol=1e-5)
            if t + 1 < tokens.shape[1]:
                places = tokens[:, t + 1] - 4


def test_it_learns_to_tell_texts_apart_by_z():
    torch.manual_seed(0)
    model = Vae(TINY)
    tokens = torch.tensor([[BOS, 10 + i, 20 + i, 30 + i, EOS] for i in range(4)])
    known, voice = torch.zeros(4, condition_space().width), torch.ones(4)
    optimiser = torch.optim.Adam(model.parameters(), 1e-2)
    for _ in range(150):
        optimiser.zero_grad()
        losses = model(tokens, known, voice, free_bits=1.0, smoothing=0.0)
        (losses.nll + losses.bounded_kl).backward()
        optimiser.step()
    model.eval()
    with torch.no_grad():
        a = model.condition(known, voice)
        mean, _ = model.encode(tokens[:, 1:-1], a)
        right = model.decode(tokens[:, :-1], mean, a).argmax(2)
    assert torch.equal(right, tokens[:, 1:])


def test_a_folder_of_it_writes_the_same_for_every_song(tmp_path):
    texts = [f"{a} {b} hold the {c}." for a in ("Slow", "Loud") for b in ("drums", "horns")
             for c in ("beat", "room", "door")]  # fmt: skip
    tokenizer = BpeTokenizer.train(texts, 300)
    torch.manual_seed(0)
    model = Vae(VaeConfig(len(tokenizer), embedding=8, encoder=6, hidden=10, latent=3)).eval()
    space = condition_space()
    known = np.stack([space.encode(("rock",) if i % 2 else ("jazz",), {}) for i in range(12)])
    means = np.random.default_rng(0).normal(size=(12, 3)).astype(np.float32)
    counts = {token for text in texts for token in tokenizer.encode(text)}
    tensors = {f"model/{k}": v.detach().numpy() for k, v in model.state_dict().items()}
    tensors |= LatentPrior.of(means, means * 0 - 4, known).tensors()
    tensors |= TrainingText.of([]).tensors() | {"writable": np.array(sorted({*counts, EOS}))}
    checkpoint.save(
        tmp_path, kind="vae", config=model.config.to_dict(), decoding={"candidates": 1},
        figures={}, tensors=tensors, tokenizer=tokenizer,
        words=sorted({unit for text in texts for unit in tokenizer.units(text)}), card="",
    )  # fmt: skip
    writer = CvaeWriter(checkpoint.load(tmp_path), "vae", "cpu")

    def write(*genres):
        events = writer.write(Conditions(genres=genres), 3, seed=1)
        return [e.text for e in events if isinstance(e, SampleEvent)]

    assert write("rock") == write("jazz") == write()
    assert writer.encode(texts[0], Conditions(genres=("rock",))).shape == (3,)
