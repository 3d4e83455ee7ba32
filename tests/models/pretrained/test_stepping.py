import numpy as np
import pytest
import torch

from models.conditions import condition_space
from models.pretrained import native
from models.pretrained.cache import Cache
from models.pretrained.prompt import LONGEST_PROMPT, prompt
from models.pretrained.stepping import Stepper
from models.rows import MAX_TOKENS
from models.tokenizer import ARTIST, BOS, EOS, TITLE
from models.writing import BLOCK
from tests.models.pretrained.tiny import NATIVE

WRITABLE = [EOS, ARTIST, TITLE, *range(40, 340, 3)]
SONG = (["metal"], {"energy": 0.9})
NAMES = ("Slow Tide", "Harbour")
PRECISIONS = ["fp32", "bf16", "int8", *(["w8a16"] if native.available() else [])]


@pytest.fixture(scope="module")
def steppers(fresh):
    """A model with everything switched on, laid out in each precision."""
    model = fresh(seed=4).eval()
    return {name: Stepper(model, WRITABLE, name) for name in PRECISIONS}, model


def told(model):
    known = condition_space().encode(*SONG)
    return model.tokenizer.encode(prompt(known, artist=NAMES[0], title=NAMES[1]))


class Row:
    """What a row is given: its z and the places of its tokens among the writable ones."""

    def __init__(self, seed, length=20):
        dice = np.random.default_rng(seed)
        self.z = torch.from_numpy(dice.standard_normal((1, 3), dtype=np.float32))
        self.tokens = dice.integers(0, len(WRITABLE), length).tolist()


def begin(stepper, cache, slot, row, before):
    keys, values, words = stepper.memory(row.z)
    cache.begin(slot, (keys[0], values[0]), words[0], before)


@torch.inference_mode()
def stepped(stepper, before, rows, follow):
    """Step rows, slot → (step at which it begins, row); return the logits of `follow`'s slot."""
    cache = Cache(stepper)
    last = torch.full((BLOCK,), stepper.start_token)
    out, (since, mine) = [], rows[follow]
    for step in range(since + len(mine.tokens) + 1):
        for slot, (start, row) in rows.items():
            at = step - start
            if at == 0:
                begin(stepper, cache, slot, row, before)
                last[slot] = stepper.start_token
            elif 0 < at <= len(row.tokens):
                last[slot] = row.tokens[at - 1]
        logits = stepper.step(last, cache)
        if step >= since:
            out.append(logits[follow].clone())
    return torch.stack(out)


@torch.inference_mode()
def decoded(model, row):
    known = torch.from_numpy(condition_space().encode(*SONG))[None]
    a = model.condition(known, torch.ones(1))
    inputs = torch.tensor([[BOS, *(WRITABLE[t] for t in row.tokens)]])
    return model.decode(inputs, row.z, a, [NAMES])[0][:, WRITABLE]


def test_step_by_step_the_logits_are_those_of_the_whole_text(steppers):
    made, model = steppers
    stepper = made["fp32"]
    before = stepper.prompt(told(model))
    rows = {slot: (0, Row(slot)) for slot in range(BLOCK)}
    for slot in (0, 6, 15):
        logits = stepped(stepper, before, rows, slot)
        torch.testing.assert_close(logits, decoded(model, rows[slot][1]), atol=2e-4, rtol=1e-4)


@pytest.mark.parametrize("precision", ["bf16", "int8", NATIVE])
def test_less_precision_stays_near(steppers, precision):
    made, model = steppers
    most = {"bf16": 0.06, "int8": 0.12, "w8a16": 0.06}[precision]
    row = Row(3)
    logits = stepped(made[precision], made[precision].prompt(told(model)), {2: (0, row)}, 2)
    exact = decoded(model, row)
    assert 0 < (logits - exact).std() < most * exact.std()


@pytest.mark.parametrize("precision", PRECISIONS)
def test_a_row_is_the_same_bits_in_any_slot_beside_any_others(steppers, precision):
    made, model = steppers
    stepper = made[precision]
    before = stepper.prompt(told(model))
    row = Row(1)
    alone = stepped(stepper, before, {0: (0, row)}, 0)
    crowd = {slot: (slot % 3, Row(100 + slot)) for slot in range(BLOCK)}
    for slot, start in ((0, 0), (7, 4), (15, 25)):
        # Another row had the slot until this one began.
        beside = crowd | {slot: (start, row)}
        assert torch.equal(stepped(stepper, before, beside, slot), alone), slot


@torch.inference_mode()
@pytest.mark.parametrize("precision", ["int8", NATIVE])
@pytest.mark.parametrize("company", [1, 3, 8, 15])
def test_in_eight_bits_a_row_is_the_same_bits_in_company_of_any_size(steppers, precision, company):
    made, model = steppers
    stepper = made[precision]
    assert stepper.least == 1
    before, row = stepper.prompt(told(model)), Row(1)
    full = {0: (0, row)} | {slot: (0, Row(100 + slot)) for slot in range(1, BLOCK)}
    expected = stepped(stepper, before, full, 0)
    cache = Cache(stepper)
    begin(stepper, cache, company, row, before)
    for slot in range(company):
        begin(stepper, cache, slot, Row(200 + slot), before)
    cache.move(company, 0)  # the last one takes the place of one that is over
    last = torch.full((company,), stepper.start_token)
    out = []
    for token in [*row.tokens, 0]:
        out.append(stepper.step(last, cache)[0].clone())
        last[0] = token
    assert torch.equal(torch.stack(out), expected)


@torch.inference_mode()
def test_a_row_that_moves_goes_on_where_it_was(steppers):
    made, model = steppers
    for precision in PRECISIONS:
        stepper = made[precision]
        before, row = stepper.prompt(told(model)), Row(1)
        expected = stepped(stepper, before, {2: (0, row), 5: (0, Row(9))}, 2)
        cache = Cache(stepper)
        begin(stepper, cache, 5, Row(9), before)
        begin(stepper, cache, 2, row, before)
        last, place, out = torch.full((BLOCK,), stepper.start_token), 2, []
        for step, token in enumerate([*row.tokens, 0]):
            out.append(stepper.step(last, cache)[place].clone())
            if step == 7:
                cache.move(2, 5)
                place = 5
            last[place] = token
        assert torch.equal(torch.stack(out), expected), precision


@torch.inference_mode()
def test_a_slot_forgets_the_row_that_it_held(steppers):
    made, model = steppers
    stepper = made["fp32"]
    before, shorter = stepper.prompt(told(model)), stepper.prompt(told(model)[-5:])
    row, old = Row(1, 6), Row(2, 30)
    first = stepped(stepper, shorter, {4: (0, row)}, 4)
    cache = Cache(stepper)
    begin(stepper, cache, 4, old, before)
    last = torch.full((BLOCK,), stepper.start_token)
    for token in old.tokens:
        stepper.step(last, cache)
        last[4] = token
    begin(stepper, cache, 4, row, shorter)
    again = []
    for token in [stepper.start_token, *row.tokens]:
        last[4] = token
        again.append(stepper.step(last, cache)[4].clone())
    assert torch.equal(torch.stack(again), first)


def test_a_prompt_is_as_long_as_its_tokens(steppers):
    made, model = steppers
    tokens = told(model)
    before = made["fp32"].prompt(tokens)
    assert before.length == len(tokens)
    assert before.keys.shape == before.values.shape == (3, 2, len(tokens), 8)


@torch.inference_mode()
def test_prompts_side_by_side_are_what_each_is_alone(steppers):
    made, model = steppers
    many = [told(model), told(model)[-5:], told(model)[::-1]]
    for precision, near in (("fp32", 1e-5), ("int8", 0.05)):
        for together, tokens in zip(made[precision].prompts(many), many, strict=True):
            alone = made[precision].prompt(tokens)
            torch.testing.assert_close(together.keys, alone.keys, rtol=near, atol=near)
            torch.testing.assert_close(together.values, alone.values, rtol=near, atol=near)


@torch.inference_mode()
def test_slots_out_of_use_may_run_on_and_on(steppers):
    made, model = steppers
    stepper = made["fp32"]
    cache = Cache(stepper)
    before = stepper.prompt((told(model) * 3)[-LONGEST_PROMPT:])
    begin(stepper, cache, 3, Row(0), before)
    last = torch.zeros(BLOCK, dtype=torch.long)
    for _ in range(MAX_TOKENS + 10):
        logits = stepper.step(last, cache)
    assert torch.isfinite(logits).all()
    begin(stepper, cache, 3, Row(5), before)  # and the last row to come writes as ever
    last[3] = stepper.start_token
    fresh = stepped(stepper, before, {3: (0, Row(5))}, 3)
    assert torch.equal(stepper.step(last, cache)[3], fresh[0])


def test_the_precision_is_the_fastest_unless_one_is_named(steppers, monkeypatch):
    from models.pretrained import stepping

    asked = []
    monkeypatch.setattr(stepping, "fits", lambda config: False)
    monkeypatch.setattr(stepping, "fastest", lambda *given: asked.append(given[1:]) or "bf16")
    assert Stepper(steppers[1], WRITABLE).precision == "bf16"
    assert asked == [(("fp32", "bf16", "int8"), BLOCK)]
    assert Stepper(steppers[1], WRITABLE, "int8").precision == "int8"


@pytest.mark.skipif(not native.available(), reason="nothing is compiled here")
def test_layers_in_one_are_chosen_where_there_are_some(steppers):
    stepper = Stepper(steppers[1], WRITABLE)
    assert stepper.precision == "w8a16"
    assert stepper._native is not None
