import numpy as np
import torch

from models.sampling import draw, generator


def test_draws_follow_the_distribution():
    logits = torch.log(torch.tensor([[0.5, 0.3, 0.2]])).expand(3000, 3)
    uniforms = torch.from_numpy(np.random.default_rng(0).random(3000, dtype=np.float32))
    tokens, chosen = draw(logits, uniforms, 1.0, 1.0)
    shares = np.bincount(tokens.numpy(), minlength=3) / 3000
    assert np.allclose(shares, [0.5, 0.3, 0.2], atol=0.03)
    assert torch.allclose(chosen.exp(), torch.tensor([0.5, 0.3, 0.2])[tokens])


def test_the_tail_is_cut_and_forbidden_tokens_stay_forbidden():
    logits = torch.log(torch.tensor([[0.55, 0.3, 0.1, 0.05]]))
    logits = logits.expand(500, 4).clone()
    logits[:, 0] = -torch.inf
    uniforms = torch.linspace(0, 0.999999, 500)
    tokens, _ = draw(logits, uniforms, 1.0, 0.8)
    assert set(tokens.tolist()) == {1, 2}


def test_a_cold_draw_takes_the_likeliest():
    logits = torch.tensor([[1.0, 1.2, 0.9]])
    tokens, _ = draw(logits, torch.tensor([0.999]), 0.01, 1.0)
    assert tokens.item() == 1


def test_every_attempt_has_randomness_of_its_own():
    first = [generator(7, row, attempt).random() for row in range(9) for attempt in range(9)]
    again = [generator(7, row, attempt).random() for row in range(9) for attempt in range(9)]
    assert first == again
    assert len(set(first)) == len(first)
    assert generator(8, 0, 0).random() != first[0]
