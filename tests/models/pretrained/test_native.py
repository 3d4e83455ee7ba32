import platform
import shutil
from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.backends import cpu
from torch.nn import functional as F

from models.pretrained import native
from models.pretrained.cache import Cache
from models.pretrained.eight_bit import Norm
from models.pretrained.llama import LlamaConfig, rms_norm, rotations
from models.pretrained.native import CannotRun, Native, native_layers
from models.pretrained.stepping import Stepper

here = pytest.mark.skipif(not native.available(), reason="nothing is compiled here")
WEIGHT = torch.randn(40, 32, generator=torch.Generator().manual_seed(1))
WRITABLE = list(range(40, 340, 3))


@pytest.mark.skipif(
    platform.machine() != "x86_64"
    or shutil.which("gcc") is None
    or cpu.get_cpu_capability() == "DEFAULT",
    reason="it is for gcc on x86-64 with AVX2",
)
def test_where_it_can_be_compiled_it_was():
    # Installing goes on without it, and the tests that are for it would all be skipped.
    assert native.available(), "it was not compiled: make clean install says why not"


def noise(*shape, seed=2):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def rounded(weight, rows, most):
    """The product, with both sides rounded as they are to be, in whole numbers of 64 bits."""
    scale = weight.abs().amax(1) / 127
    whole = (weight / scale[:, None]).round().long()
    unit = rows.abs().amax(1) / most
    return ((rows / unit[:, None]).round().long() @ whole.T).double() * unit[:, None] * scale


@here
@settings(max_examples=40, deadline=None)
@given(
    rows=st.integers(1, 40),
    taken=st.sampled_from([16, 32, 48, 1536]),
    given_=st.integers(1, 70),
    seed=st.integers(0, 99),
)
def test_a_product_is_that_of_the_rounded_numbers(rows, taken, given_, seed):
    weight, inputs = noise(given_, taken, seed=seed), noise(rows, taken, seed=seed + 100)
    most = min(32767, (2**31 - 1) // (127 * taken))
    expected = rounded(weight, inputs, most)
    found = Native(weight)(inputs).double()
    # What lies at the middle between two whole numbers may be rounded to either.
    assert (found - expected).abs().max() < 1e-4 * expected.abs().max()


@here
def test_the_largest_numbers_do_not_overflow():
    signs = torch.ones(3, 1536)
    signs[1], signs[2, ::2] = -1, -1
    found = Native(torch.ones(17, 1536))(signs)
    torch.testing.assert_close(found, torch.tensor([[1536.0], [-1536.0], [0.0]]).expand(3, 17))


@here
@pytest.mark.parametrize("rows", [1, 6, 7, 9])
def test_a_product_leaves_what_is_beside_it_alone(rows):
    made, inputs = Native(WEIGHT[:37]), noise(rows, 32)
    frame = torch.full((rows + 2, 37), 7.0)
    assert made._multiply(made._at, inputs.data_ptr(), rows, frame[1].data_ptr(), 2)
    assert torch.equal(frame[1:-1], made(inputs))
    assert torch.equal(frame[[0, -1]], torch.full((2, 37), 7.0))


@here
def test_a_product_of_nothing_is_nothing():
    assert torch.equal(Native(WEIGHT)(torch.zeros(2, 32)), torch.zeros(2, 40))
    assert torch.equal(Native(torch.zeros(5, 32))(noise(3, 32)), torch.zeros(3, 5))
    assert Native(WEIGHT)(torch.zeros(0, 32)).shape == (0, 40)


@here
def test_rows_of_another_kind_or_out_of_order_are_rows_as_well():
    made, rows = Native(WEIGHT), noise(32, 6)
    assert torch.equal(made(rows.T), made(rows.T.contiguous()))
    assert torch.equal(made(rows.T.double()), made(rows.T))
    weights = WEIGHT.half()
    assert torch.equal(Native(weights)(rows.T), Native(weights.float())(rows.T))
    with pytest.raises(ValueError, match="rows of 31 numbers, not of 32"):
        made(rows.T[:, 1:])


@here
def test_rows_of_any_size_are_rounded_alike():
    made, sizes = Native(WEIGHT), torch.logspace(-6, 6, 13)[:, None]
    rows = noise(1, 32).expand(13, 32)
    torch.testing.assert_close(made(rows * sizes), made(rows) * sizes, rtol=1e-3, atol=0)


@here
@pytest.mark.parametrize("strange", [torch.nan, torch.inf])
def test_what_is_no_number_stays_none_and_alone(strange):
    rows = noise(5, 32)
    rows[3, 9] = strange
    for norm in (None, Norm(torch.ones(32), 1e-5)):
        found = Native(WEIGHT, norm)(rows)
        assert found[3].isnan().all()
        assert found[[0, 1, 2, 4]].isfinite().all()


@here
def test_the_norm_is_that_of_each_row():
    norm, rows = (
        Norm(noise(32, seed=5).abs(), 1e-2),
        noise(7, 32) * torch.logspace(-3, 3, 7)[:, None],
    )
    exact = rms_norm(rows, *norm) @ WEIGHT.T
    torch.testing.assert_close(
        Native(WEIGHT, norm)(rows), exact, rtol=0, atol=0.02 * exact.abs().max()
    )


@here
@pytest.mark.parametrize("weight", [noise(8, 40), torch.empty(8, 32, device="meta")])
def test_what_it_is_not_made_for_is_refused(weight):
    with pytest.raises(CannotRun):
        Native(weight)


@pytest.mark.parametrize(
    ("version", "supported", "why"), [(-1, 1, "install it anew"), (1, 0, "AVX2")]
)
def test_what_was_compiled_for_others_is_left_alone(monkeypatch, version, supported, why):
    class Library:
        def __init__(self, path):
            self.version, self.supported = lambda: version, lambda: supported

    class Spec:
        origin = "somewhere"

    monkeypatch.setattr(native, "find_spec", lambda _: Spec)
    monkeypatch.setattr(native.ctypes, "CDLL", Library)
    unavailable(why)


def test_without_a_compiler_there_is_none(monkeypatch):
    monkeypatch.setattr(native, "find_spec", lambda _: None)
    unavailable("not compiled")


def test_what_cannot_be_loaded_is_not_there(monkeypatch, tmp_path):
    class Spec:
        origin = str(tmp_path / "none.so")

    monkeypatch.setattr(native, "find_spec", lambda _: Spec)
    unavailable("none.so")


def unavailable(why):
    native._library.cache_clear()
    try:
        assert not native.available()
        with pytest.raises(CannotRun, match=why):
            Native(WEIGHT)
    finally:
        native._library.cache_clear()


@here
def test_without_memory_it_says_so(monkeypatch):
    made = Native(WEIGHT)
    made._multiply = lambda *_: 0
    with pytest.raises(MemoryError):
        made(noise(1, 32))


@pytest.fixture(name="stepper", scope="module")
def _stepper(fresh):
    if not native.available():
        pytest.skip("nothing is compiled here")
    return Stepper(fresh(seed=4).eval(), WRITABLE, "w8a16")


@pytest.fixture(name="held", scope="module")
@torch.inference_mode()
def _held(stepper):
    """What eleven z give their rows, and a prompt."""
    return stepper.memory(noise(11, 3)), stepper.prompt(WRITABLE[:9])


@torch.inference_mode()
def stepped(stepper, held, steps=12):
    """Return logits and readings after some steps."""
    (keys, values, words), before = held
    rows = len(words)
    cache = Cache(stepper, before.length, rows)
    for row in range(rows):
        cache.begin(row, (keys[row], values[row]), words[row], before)
    last = torch.full((rows,), stepper.start_token)
    for step in range(steps):
        logits = stepper.step(last, cache)
        last = (torch.arange(rows) * 7 + step) % len(WRITABLE)
    return logits, cache.readings(rows)


def test_layers_in_one_are_what_they_are_one_by_one(stepper, held, monkeypatch):
    found = stepped(stepper, held)
    monkeypatch.setattr(stepper, "_native", None)
    for one, other in zip(found, stepped(stepper, held), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-3, atol=1e-3 * float(other.abs().max()))


def test_the_number_of_threads_changes_no_bit(stepper, held):
    before, found = torch.get_num_threads(), []
    try:
        for threads in (1, 2, 5):
            torch.set_num_threads(threads)
            found.append(stepped(stepper, held))
    finally:
        torch.set_num_threads(before)
    for other in found[1:]:
        assert all(map(torch.equal, found[0], other))


def seen_by(products, kept, at, turns, states):
    """Return what `NativeLayers` is to give: attention in 64 bits between the same products."""
    cosines, sines = turns
    for (qkv, out, gate_up, down), (keys, values) in zip(products, kept, strict=True):
        groups, _, head = keys.shape[1:]
        mixed = qkv(states).view(len(states), -1, head)
        turned = mixed * cosines + mixed.roll(head // 2, 2) * sines
        seen = []
        for row, place in enumerate(at.tolist()):
            q, k, v = mixed.shape[1] - 2 * groups, keys[row], values[row]
            k[:, place], v[:, place] = turned[row, q : q + groups], mixed[row, q + groups :]
            k, v = (x[:, : place + 1].double().repeat_interleave(q // groups, 0) for x in (k, v))
            scores = torch.einsum("hd,hld->hl", turned[row, :q].double(), k) * head**-0.5
            seen.append(torch.einsum("hl,hld->hd", scores.softmax(-1), v).flatten())
        states = states + out(torch.stack(seen).float())
        gate, up = gate_up(states).chunk(2, 1)
        states = states + down(F.silu(gate) * up)
    return states


@here
@torch.inference_mode()
@pytest.mark.parametrize("rows", [1, 7, 13])
@pytest.mark.parametrize("loud", [1, 300])
@pytest.mark.parametrize(
    ("heads", "groups", "head", "inner"),
    [(4, 2, 8, 48), (9, 3, 64, 1536), (4, 4, 72, 32), (2, 1, 40, 16), (4, 1, 128, 96)],
)
def test_layers_of_any_sizes_see_what_is_to_be_seen(heads, groups, head, inner, loud, rows):
    hidden, places, depth = heads * head, 37, 2
    config = LlamaConfig(hidden, inner, depth, heads, groups, 10, 1e4, 1e-5)
    sizes = (hidden + 2 * groups * head, hidden), (hidden, hidden), (2 * inner, hidden)
    norms = Norm(noise(hidden, seed=7).abs() + 0.2, 1e-5), None
    products = [
        [
            Native(noise(*size, seed=layer) / size[1] ** 0.5, norms[number % 2])
            for number, size in enumerate((*sizes, (hidden, inner)))
        ]
        for layer in range(depth)
    ]
    # Of a cache for more rows, and of places some of which are taken and others not yet.
    kept = noise(depth, 2, (rows + 3) * groups, places, head)
    kept[:, 0] *= loud
    at = torch.randint(0, places, (rows,), generator=torch.Generator().manual_seed(8))
    cosines, sines = rotations(config, at)
    half = head // 2
    turns = cosines[:, None], torch.cat([-sines[:, :half], sines[:, half:]], 1)[:, None]
    states, before = noise(rows, hidden), kept.clone().view(depth, 2, rows + 3, groups, -1, head)
    expected = seen_by(products, before, at, turns, states.clone())
    whole = native_layers(products, config)
    first, last = whole(states, kept, at, turns, (1, depth))
    assert not torch.equal(first, last)
    assert torch.equal(last, states)
    assert (states - expected).abs().max() < 1e-3 * expected.abs().max()
    assert (kept - before.view_as(kept)).abs().max() < 1e-3 * before.abs().max()


def test_layers_of_other_sizes_or_products_are_not_made_one(stepper):
    config = stepper.config
    assert native_layers(stepper.layers, config)
    assert native_layers(stepper.layers, replace(config, heads=8)) is None  # heads of four
    assert native_layers(stepper.layers, replace(config, feed_forward=40)) is None
    mixed = [(*layer[:3], lambda rows: rows) for layer in stepper.layers]
    assert native_layers(mixed, config) is None
