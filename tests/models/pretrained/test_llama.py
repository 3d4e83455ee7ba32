import json

import pytest
import torch
from torch.backends import cpu

from models.pretrained.llama import (
    Added,
    LlamaConfig,
    keys_values,
    multiply,
    rms_norm,
    rotate,
    rotations,
    run,
)
from tests.models.pretrained.tiny import CONFIG

TOKENS = torch.tensor([[1, 40, 300, 7, 91, 260, 12, 2], [1, 9, 9, 9, 50, 51, 52, 2]])
FULL = CONFIG | {"vocab_size": 400}


@pytest.fixture(scope="module")
def llama(base):
    return base.load()


def causal(length):
    return torch.ones(1, 1, length, length, dtype=torch.bool).tril()


def logits(llama, tokens, first=0, added=()):
    length = tokens.shape[1]
    places = torch.arange(length) + first
    *_, last = run(llama, llama.embed[tokens], places, causal(length), added)
    return rms_norm(last, llama.norm, llama.config.epsilon) @ llama.head.T


def test_a_base_answers_as_it_does_in_transformers(base, llama):
    transformers = pytest.importorskip("transformers")
    theirs = transformers.LlamaForCausalLM.from_pretrained(base.folder, dtype=torch.float32)
    with torch.no_grad():
        expected = theirs(TOKENS).logits
    assert expected.std() > 0.3
    torch.testing.assert_close(logits(llama, TOKENS), expected, atol=1e-5, rtol=1e-5)


def test_what_was_tuned_answers_alike_when_it_is_merged_for_transformers(base, model):
    pytest.importorskip("transformers")
    from models.pretrained.merging import as_transformers

    theirs = as_transformers(model, base)
    plain = TOKENS.clamp_min(6)
    with torch.no_grad():
        expected = theirs(plain).logits[..., 6:]
        ours = logits(model.base, plain, added=model.added(None))[..., 6:]
        untuned = logits(model.base, plain)[..., 6:]
    torch.testing.assert_close(ours, expected, atol=1e-4, rtol=1e-4)
    assert (ours - untuned).abs().max() > 0.1


def test_only_distances_count_not_places(llama):
    torch.testing.assert_close(
        logits(llama, TOKENS), logits(llama, TOKENS, first=77), atol=1e-4, rtol=1e-4
    )
    turned = logits(llama, TOKENS.flip(1)).flip(1)
    assert (logits(llama, TOKENS) - turned).abs().max() > 0.1


def test_a_token_does_not_see_what_comes_after_it(llama):
    other = TOKENS.clone()
    other[:, 5:] = 33
    ours, theirs = logits(llama, TOKENS), logits(llama, other)
    torch.testing.assert_close(ours[:, :5], theirs[:, :5], atol=1e-6, rtol=0)
    assert (ours[:, 5:] - theirs[:, 5:]).abs().max() > 0.1


def test_slots_with_a_tokens_keys_and_values_stand_in_for_the_token(llama):
    """Keys and values that no token wrote are met as those of a token before would be."""
    c, length = llama.config, TOKENS.shape[1]
    places = torch.arange(length)
    states = list(run(llama, llama.embed[TOKENS], places, causal(length)))
    added = []
    for layer, before in zip(llama.layers, states, strict=False):
        keys, values = keys_values(layer, before[:, :3], places[:3], c)
        added.append(Added(slots=(keys, values)))
    mask = torch.cat([torch.ones(1, 1, length - 3, 3, dtype=torch.bool), causal(length - 3)], 3)
    *_, last = run(llama, llama.embed[TOKENS[:, 3:]], places[3:], mask, added)
    torch.testing.assert_close(last, states[-1][:, 3:], atol=1e-5, rtol=1e-4)


def test_reading_stops_at_the_layer_that_is_asked_for(llama):
    length = TOKENS.shape[1]
    inputs = llama.embed[TOKENS], torch.arange(length), causal(length)
    all_of_them = list(run(llama, *inputs))
    assert len(all_of_them) == 4
    some = list(run(llama, *inputs, layers=1))
    assert len(some) == 2
    assert torch.equal(some[1], all_of_them[1])


def test_a_low_rank_pair_is_a_matrix_added(base, model):
    """The product of the pairs, added into the base's own matrices, gives the same."""
    merged = base.load()
    for number, layer in enumerate(merged.layers):
        for matrix, low, up in zip(layer.linears, model.downs, model.ups, strict=True):
            matrix += model.config.scale * (up[number] @ low[number]).detach()
    with torch.no_grad():
        beside = logits(model.base, TOKENS, added=model.added(None))
    torch.testing.assert_close(beside, logits(merged, TOKENS), atol=1e-4, rtol=1e-4)


def test_half_precision_is_near(base, llama):
    half = base.load(torch.bfloat16)
    assert half.embed.dtype == half.layers[0].linears.qkv.dtype == torch.bfloat16
    assert half.norm.dtype == torch.float32
    *_, last = run(half, half.embed[TOKENS].float(), torch.arange(8), causal(8))
    normed = rms_norm(last, half.norm, half.config.epsilon)
    gap = (normed @ half.head.T.float() - logits(llama, TOKENS)).abs()
    assert 0 < gap.mean() < 0.05


def test_a_turn_keeps_lengths_and_the_first_place_is_not_turned():
    config = LlamaConfig.of(FULL)
    states = torch.randn(5, 8, generator=torch.Generator().manual_seed(0))
    turned = rotate(states, *rotations(config, torch.arange(5)))
    torch.testing.assert_close(turned.norm(dim=1), states.norm(dim=1))
    assert torch.equal(turned[0], states[0])


def test_a_head_of_its_own_is_used(base, llama):
    from safetensors.torch import load_file

    tensors = load_file(base.folder / "model.safetensors")
    tensors["lm_head.weight"] = -tensors["model.embed_tokens.weight"]
    other = type(llama).of(base.config, tensors)
    torch.testing.assert_close(logits(other, TOKENS), -logits(llama, TOKENS))


def test_sizes_are_read_as_hugging_face_writes_them():
    config = LlamaConfig.of(FULL)
    assert (config.hidden, config.heads, config.groups, config.head) == (32, 4, 2, 8)
    assert (config.theta, config.epsilon, config.vocabulary) == (100_000.0, 1e-5, 400)
    newer = {k: v for k, v in FULL.items() if k != "rope_theta"}
    newer["rope_parameters"] = {"rope_type": "default", "rope_theta": 5000.0}
    assert LlamaConfig.of(newer).theta == 5000.0
    alone = {k: v for k, v in FULL.items() if k != "num_key_value_heads"}
    assert LlamaConfig.of(alone).groups == 4


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"model_type": "gpt2"}, "plain Llama"),
        ({"hidden_act": "gelu"}, "plain Llama"),
        ({"attention_bias": True}, "plain Llama"),
        ({"rope_scaling": {"rope_type": "llama3", "factor": 8}}, "plain Llama"),
        ({"rope_scaling": {"type": "linear", "factor": 2}}, "plain Llama"),
        ({"hidden_size": None}, "not complete"),
        ({"vocab_size": "many"}, "not complete"),
        ({"num_attention_heads": 5}, "even share"),
        ({"head_dim": 64}, "even share"),
        ({"num_key_value_heads": 3}, "not of one size"),
    ],
)
def test_a_model_of_another_make_is_refused(change, said):
    with pytest.raises(ValueError, match=said):
        LlamaConfig.of(json.loads(json.dumps(FULL | change)))


@pytest.mark.parametrize(("processor", "kind"), [("AVX2", "float32"), ("AVX512", "bfloat16")])
def test_where_half_precision_is_slow_all_of_it_is_used(monkeypatch, processor, kind):
    monkeypatch.setattr(cpu, "get_cpu_capability", lambda: processor)
    dice = torch.Generator().manual_seed(3)
    inputs, weight = torch.randn(5, 32, generator=dice), torch.randn(9, 32, generator=dice)
    made = multiply(inputs, weight.bfloat16())
    assert made.dtype == getattr(torch, kind)
    near = 1e-5 if kind == "float32" else 0.05
    torch.testing.assert_close(
        made.float(), inputs @ weight.bfloat16().float().T, rtol=near, atol=near * 8
    )
    assert multiply(inputs, weight).dtype == torch.float32
