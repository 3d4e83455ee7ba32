import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from models.pretrained import products
from models.pretrained.eight_bit import Norm
from models.pretrained.llama import rms_norm
from models.pretrained.products import fastest, product
from tests.models.pretrained.tiny import NATIVE

WEIGHT = torch.randn(40, 32, generator=torch.Generator().manual_seed(1))
NEAR = {"fp32": 1e-5, "bf16": 0.02, "fp16": 0.003, "int8": 0.03, "w8a16": 0.015}
KINDS = ["fp32", "bf16", "fp16", "int8", NATIVE]


def rows(seed=2):
    return torch.randn(16, 32, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("precision", KINDS)
def test_a_product_is_near_the_exact_one(precision):
    made = product(WEIGHT, precision)(rows())
    exact = rows() @ WEIGHT.T
    assert made.dtype == torch.float32
    assert ((made - exact).norm() / exact.norm()) < NEAR[precision]


@pytest.mark.parametrize("precision", KINDS)
def test_a_norm_before_a_product_is_part_of_it(precision):
    weight = torch.rand(32, generator=torch.Generator().manual_seed(4)) + 0.2
    for size in (1e-3, 1.0, 1e3):
        made = product(WEIGHT, precision, Norm(weight, 1e-5))(rows() * size)
        exact = rms_norm(rows() * size, weight, 1e-5) @ WEIGHT.T
        assert ((made - exact).norm() / exact.norm()) < NEAR[precision]


@settings(max_examples=25)
@given(order=st.permutations(range(16)), loud=st.integers(0, 15), seed=st.integers(0, 50))
def test_a_rows_product_is_the_same_bits_whatever_stands_beside_it(order, loud, seed):
    inputs = rows(seed)
    norm = Norm(torch.ones(32), 1e-5)
    kinds = [("fp32", None), ("bf16", None), ("int8", None), ("int8", norm)]
    for precision, before in kinds:
        made = product(WEIGHT, precision, before)
        expected = made(inputs)
        assert torch.equal(made(inputs[order]), expected[order]), precision
        other = inputs.clone()
        other[loud] *= 1e4
        rest = [row for row in range(16) if row != loud]
        assert torch.equal(made(other)[rest], expected[rest]), precision


class Scripted:
    """A clock by which each precision takes the time that it is given."""

    def __init__(self, monkeypatch, **seconds):
        self.now, self.made = 0.0, []
        real = products.product

        def timed(weight, precision):
            self.made.append(precision)
            if seconds[precision] is None:
                raise RuntimeError("not on this machine")
            multiply = real(weight, precision)

            def call(inputs):
                self.now += seconds[precision]
                return multiply(inputs)

            return call

        monkeypatch.setattr(products, "product", timed)

    def __call__(self):
        return self.now


def choose(clock, *candidates):
    return fastest([WEIGHT], candidates, 16, clock=clock)


def test_the_fastest_precision_is_chosen(monkeypatch):
    clock = Scripted(monkeypatch, fp32=3.0, bf16=1.0, int8=2.0)
    assert choose(clock, "fp32", "bf16", "int8") == "bf16"
    assert choose(clock, "fp32", "int8") == "int8"


def test_what_this_machine_cannot_do_is_passed_over(monkeypatch):
    clock = Scripted(monkeypatch, fp32=3.0, bf16=None, int8=None)
    assert choose(clock, "fp32", "bf16", "int8") == "fp32"
    assert choose(clock, "bf16", "int8") == "fp32"  # which is always possible
    assert clock.made.count("bf16") == 2
