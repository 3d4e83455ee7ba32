import pytest
import torch

from models.train.randomness import random_state, set_random_state, untouched


class Numbers:
    """The random numbers of an Apple GPU, which no test can count on: each is one more."""

    def __init__(self, size=44):
        self.state = torch.zeros(size, dtype=torch.uint8)

    def get_rng_state(self):
        return self.state.clone()

    def set_rng_state(self, state):
        assert len(state) == len(self.state)
        self.state = state.clone()

    def draw(self):
        self.state += 1
        return int(self.state[0])


@pytest.fixture
def apple(monkeypatch):
    numbers = Numbers()
    for name in ("get_rng_state", "set_rng_state"):
        monkeypatch.setattr(torch.mps, name, getattr(numbers, name))
    return numbers


def both(numbers):
    return numbers.draw(), float(torch.rand(()))


def test_the_numbers_of_an_apple_gpu_go_on_too(apple):
    device = torch.device("mps")
    both(apple)
    state = random_state(device)
    expected = both(apple)
    both(apple)
    set_random_state(state, device)
    assert both(apple) == expected
    with untouched(device):
        after = both(apple)
    assert both(apple) == after


@pytest.mark.parametrize("kept", [torch.get_rng_state, lambda: random_state(torch.device("mps"))])
def test_a_state_of_another_kind_of_device_is_taken_as_far_as_it_goes(apple, monkeypatch, kept):
    state = kept()
    expected = float(torch.rand(()))
    set_random_state(state, torch.device("cpu"))
    assert float(torch.rand(())) == expected
    other = Numbers(16)
    for name in ("get_rng_state", "set_rng_state"):
        monkeypatch.setattr(torch.mps, name, getattr(other, name))
    set_random_state(state, torch.device("mps"))
    assert float(torch.rand(())) == expected
    assert other.draw() == 1


def test_what_is_drawn_in_vain_is_set_back_on_an_error_too():
    state = torch.get_rng_state()

    def draw_and_fail():
        with untouched(torch.device("cpu")):
            torch.rand(3)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        draw_and_fail()
    assert torch.equal(torch.get_rng_state(), state)
