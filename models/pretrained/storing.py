"""What of a pretrained model is kept: its own parts, and never the base."""

import hashlib

import torch
from torch import Tensor

from models.checkpoint import Checkpoint
from models.pretrained.base import Base, NoBase
from models.pretrained.model import Pretrained, PretrainedConfig

KIN = "same but for the critic"
"""Under which a checkpoint's decoding lists the hashes of the models that it was made from so."""


def own_weights(checkpoint: Checkpoint) -> dict[str, Tensor]:
    """Return the state of what was added to the base."""
    return {
        name.removeprefix("model/"): torch.from_numpy(value)
        for name, value in checkpoint.tensors.items()
        if name.startswith("model/")
    }


def identity(weights_hash: str, wanted: str, base: Base) -> str:
    """Return the hash of weights that were trained on the base of hash `wanted`, on this one.

    The same adapter on another base is another model, under another hash.
    """
    if base.hash == wanted:
        return weights_hash
    return hashlib.sha256(f"{weights_hash} on {base.hash}".encode()).hexdigest()


def kin(checkpoint: Checkpoint, wanted: str, base: Base) -> tuple[str, ...]:
    """Return the hashes of the models from which nothing but the critic was changed to make this
    one, the first of them first, and its own. To all of them a z means the same."""
    hashes = *checkpoint.decoding.get(KIN, ()), checkpoint.weights_hash
    return tuple(identity(one, wanted, base) for one in hashes)


def precision_of(device: torch.device) -> torch.dtype:
    """Return what the base's matrices are kept in on a device."""
    return torch.float32 if device.type == "mps" else torch.bfloat16


def read_model(checkpoint: Checkpoint, base: Base, device: torch.device) -> Pretrained:
    """Return the model of a checkpoint on its base, in evaluation mode.

    Raises NoBase where the two do not fit.
    """
    try:
        settings = dict(checkpoint.config)
        settings["reads"] = tuple(settings["reads"])
        weights = base.load(precision_of(device), device)
        with torch.random.fork_rng(devices=[]):
            model = Pretrained(PretrainedConfig(**settings), weights, base.tokenizer())
        model.load_state_dict(own_weights(checkpoint))
    except (TypeError, KeyError, IndexError, RuntimeError) as error:
        raise NoBase(f"weights and base do not fit: {error}") from None
    return model.to(device).eval()
