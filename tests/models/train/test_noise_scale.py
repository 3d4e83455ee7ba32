import pytest
import torch
from torch import nn

from models.train.config import Stage
from models.train.noise_scale import NoiseScale, describe, measure
from models.train.task import Moment, StepLoss

SIGNAL, NOISE, BATCH = 2.0, 6.0, 64


def run(batch=BATCH, steps=300, seed=0):
    """Measure gradients whose mean is known (4 entries of SIGNAL) and so is their variance."""
    model = nn.Linear(4, 1, bias=False)
    generator = torch.Generator().manual_seed(seed)
    scale = NoiseScale()
    for _ in range(steps):
        noise = NOISE * torch.randn(batch, 4, generator=generator)

        def loss(share, noise=noise):
            rows, weight = share.rows(range(batch))
            gradient = (SIGNAL + noise[rows]).sum(0) * weight / batch
            value = (model.weight * gradient).sum()
            return StepLoss(value, value.detach(), len(rows), len(rows))

        measure(model, loss, scale, batch)
    return model, scale


def test_it_finds_the_noise_and_the_signal_that_were_put_in():
    _, scale = run()
    true = NOISE**2 / SIGNAL**2  # tr(Σ) / |G|², four entries each
    assert scale.texts == pytest.approx(true, rel=0.35)
    _, other = run(batch=16, seed=1)
    assert other.texts == pytest.approx(true, rel=0.6), "it must not depend on the batch size"


def test_it_leaves_gradients_and_random_numbers_alone():
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    model, _ = run(steps=2)
    torch.manual_seed(5)

    def noisy(share):
        value = (model.weight * torch.rand(4)).sum()
        return StepLoss(value, value.detach(), 1, 32)

    measure(model, noisy, NoiseScale(), 2)
    assert model.weight.grad is None
    assert torch.equal(torch.rand(3), expected)


def test_small_last_batches_are_left_out():
    scale = NoiseScale()
    weight = nn.Linear(1, 1, bias=False)

    def loss(share):
        value = weight.weight.sum()
        return StepLoss(value, value.detach(), 1, 1)

    measure(weight, loss, scale, 8)
    assert scale.weight == 0.0


@pytest.mark.parametrize(
    ("texts", "says"), [(1000.0, "larger"), (1.0, "smaller"), (64.0, "about right")]
)
def test_it_says_what_to_do(texts, says):
    scale = NoiseScale()
    moment = Moment(Stage("one", 1, 1.0, 1.0, batch=64), 0, 0, 1.0)
    assert "not enough" in describe(moment.stage.batch, scale.texts)
    scale.signal, scale.noise, scale.weight = 1.0, texts, 1.0
    assert says in describe(moment.stage.batch, scale.texts)
