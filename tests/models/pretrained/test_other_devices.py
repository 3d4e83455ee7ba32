"""Nothing is left on the processor by mistake: PyTorch's device without memory refuses to put
tensors of two devices together (but for matrix products), and writing and reading go through."""

import numpy as np
import pytest
import torch

from models.conditions import condition_space
from models.pretrained.cache import Cache
from models.pretrained.critic import Critic
from models.pretrained.model import Pretrained, PretrainedConfig
from models.pretrained.reading import _Texts
from models.pretrained.stepping import Stepper
from models.pretrained.storing import precision_of
from models.sampling import draw
from models.writing import BLOCK
from tests.models.pretrained.conftest import SIZES

AWAY = torch.device("meta")


@pytest.fixture(scope="module")
def model(base):
    weights = base.load(precision_of(AWAY), AWAY)
    return Pretrained(PretrainedConfig(base=base.hash, **SIZES), weights, base.tokenizer()).to(AWAY)


def test_the_device_refuses_what_is_elsewhere():
    with pytest.raises(RuntimeError, match="device"):
        torch.empty(3, device=AWAY) + torch.empty(3)


@pytest.mark.parametrize("precision", ["fp32", "bf16", "fp16"])
@torch.inference_mode()
def test_a_step_stays_on_its_device(model, precision):
    stepper = Stepper(model, range(7, 60), precision)
    keys, values, words = stepper.memory(torch.zeros(5, 3, device=AWAY))
    prompts = stepper.prompts([[9, 10, 11], [12]])
    cache = Cache(stepper, max(prompt.length for prompt in prompts))
    for row in range(5):
        cache.begin(row, (keys[row], values[row]), words[row], prompts[row % 2])
    cache.move(4, 2)
    logits = stepper.step(torch.full((BLOCK,), stepper.start_token, device=AWAY), cache)
    critic = Critic(torch.zeros(cache.heard.shape[1] + 1), np.zeros(0, np.float32)).to(AWAY)
    drawn, logprobs = draw(logits, torch.rand(BLOCK, device=AWAY), 0.8, 0.9)
    made = [*prompts[1], logits, critic(cache.readings(BLOCK)), drawn, logprobs]
    assert {tensor.device.type for tensor in made} == {"meta"}
    assert logits.shape == (BLOCK, 53)


@torch.inference_mode()
def test_reading_stays_on_its_device(model):
    stepper = Stepper(model, range(7, 60), "fp16")
    known = np.zeros((3, condition_space().width), np.float32)
    texts = _Texts(model, stepper, [[9, 10, 11], [9], [12, 13]], known)
    assert texts.encoded().device.type == "meta"
