import pytest
import torch
from torch.backends import quantized

from models.pretrained import eight_bit
from models.pretrained.eight_bit import best_kernel, ease
from models.pretrained.products import product

WEIGHT = torch.randn(40, 32, generator=torch.Generator().manual_seed(1))
KERNELS = [("onednn", 127), ("fbgemm", 127), ("fbgemm", 64), ("onednn", 64), ("plain", 127)]


def rows(seed=2):
    return torch.randn(16, 32, generator=torch.Generator().manual_seed(seed))


def use(monkeypatch, kernel, most):
    if kernel != "plain" and not eight_bit._exact(kernel, most):
        pytest.skip(f"{kernel} does not sum numbers up to {most} exactly on this machine")
    monkeypatch.setattr(eight_bit, "best_kernel", lambda _: (kernel, most))


def made_of(monkeypatch, *exact):
    """Return what is chosen where these kernels alone sum exactly."""
    monkeypatch.setattr(eight_bit, "_exact", lambda *each: each in exact)
    best_kernel.cache_clear()
    try:
        return best_kernel("cpu"), best_kernel("cuda")
    finally:
        best_kernel.cache_clear()


def test_all_eight_bits_come_before_fewer_and_the_slow_way_last(monkeypatch):
    elsewhere = ("plain", 127)
    for number, first in enumerate(KERNELS):
        assert made_of(monkeypatch, *KERNELS[number:-1]) == (first, elsewhere)


def test_what_is_chosen_here_sums_the_largest_numbers_exactly():
    kernel, most = best_kernel("cpu")
    for signs in (torch.ones(2, 1536), torch.tensor([[1.0], [-1.0]]).expand(2, 1536)):
        whole = (127 * signs).to(torch.int8).repeat(16, 1)
        sums = eight_bit._PACKS[kernel](whole, torch.ones(32), most)
        found = sums(most * torch.ones(3, 1536), torch.ones(3, 1))
        assert torch.equal(found, (most * 127 * 1536 * signs[:, 0]).repeat(16).expand(3, 32))


@pytest.mark.parametrize(("kernel", "most"), KERNELS)
def test_each_kernel_is_near_the_exact_product(monkeypatch, kernel, most):
    use(monkeypatch, kernel, most)
    exact = rows() @ WEIGHT.T
    made = product(WEIGHT, "int8")(rows())
    assert 0 < (made - exact).norm() / exact.norm() < 1.5 / most


@pytest.mark.parametrize(("kernel", "most"), KERNELS[:-1])
def test_each_kernel_rounds_as_the_plain_one(monkeypatch, kernel, most):
    use(monkeypatch, kernel, most)
    packed = product(WEIGHT, "int8")(rows())
    monkeypatch.setattr(eight_bit, "best_kernel", lambda _: ("plain", most))
    torch.testing.assert_close(packed, product(WEIGHT, "int8")(rows()), rtol=1e-5, atol=1e-5)


def test_packing_leaves_torchs_own_choice_of_an_engine_as_it_was():
    before = quantized.engine
    product(WEIGHT, "int8")
    eight_bit._exact("fbgemm", 64)
    assert quantized.engine == before


def test_eight_bits_keep_rows_of_any_size_and_nothing_at_all():
    eight = product(WEIGHT, "int8")
    scales = torch.logspace(-4, 4, 16)[:, None]
    torch.testing.assert_close(eight(rows() * scales), eight(rows()) * scales, rtol=2e-2, atol=0.3)
    assert torch.equal(eight(torch.zeros(16, 32)), torch.zeros(16, 40))
    assert torch.equal(product(torch.zeros(40, 32), "int8")(rows()), torch.zeros(16, 40))


def test_what_is_large_in_a_few_channels_is_eased():
    inputs = rows()
    inputs[:, 5] *= 300
    exact = inputs @ WEIGHT.T

    def error(found):
        # Beside the large channel's own part the others must still be heard.
        return float((found - exact).norm() / (rows() @ WEIGHT.T).norm())

    by = ease(WEIGHT, inputs)
    assert by.argmax() == 5
    plain, eased = product(WEIGHT, "int8")(inputs), product(WEIGHT * by, "int8")(inputs / by)
    assert error(eased) < 0.5 * error(plain)
    torch.testing.assert_close((inputs / by) @ (WEIGHT * by).T, exact, rtol=1e-4, atol=1e-2)


def test_easing_has_a_limit_and_stands_nothing_at_all():
    inputs, weight = rows(), WEIGHT.clone()
    inputs[:, 3], inputs[:, 4], weight[:, 6] = 1e12, 0.0, 0.0
    by = ease(weight, inputs)
    assert by.isfinite().all()
    assert by.max() <= 64
    assert by.min() >= 1 / 64
