"""A learnt folder: `learned.safetensors`, `learned.json`, `CARD.md`; written last the description.

It holds the hash of the weights beside it and that of the writer it was learnt for. The prior that
choices of z are drawn from is in it, so that the generator needs nothing else.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from models.files import write_atomically
from models.lcgan import Generator, Mover
from models.learning.features import Features
from models.learning.freshness import Worn
from models.learning.head import Head
from models.learning.ratings import LearnError
from models.learning.reward import Taste, TopicPart
from models.learning.steering import TasteSteering
from models.learning.values import TasteValues
from models.prior import LatentPrior
from models.topics import Topics

FORMAT = 2
TENSORS, DESCRIPTION, CARD = "learned.safetensors", "learned.json", "CARD.md"
Tensors = dict[str, NDArray[Any]]
_MIX = ("spread", "freshness", "human", "topic")


@dataclass(frozen=True, slots=True)
class Learned:
    """What a folder holds."""

    taste: Taste
    steering: TasteSteering | None
    description: Mapping[str, Any]


def save(
    folder: Path,
    taste: Taste,
    steering: TasteSteering | None,
    described: Mapping[str, Any],
    card: str,
) -> None:
    """Write a folder. `described` is any plain data: figures, seeds, settings, ids."""
    from safetensors.numpy import save as to_bytes

    head, part = taste.head, taste.topics
    tensors: Tensors = {f"features/{n}": v for n, v in taste.features.tensors().items()}
    tensors |= {"head/weights": head.weights, "head/members": head.members}
    description: dict[str, Any] = {
        "format": FORMAT,
        "kind": "learned",
        **described,
        "head": {"curve": head.curve, "importance": dict(head.importance)},
        "mix": {name: getattr(taste, name) for name in _MIX},
        **_of_worn(taste.worn),
        "features": taste.features.described(),
        "steering": None,
        "topics": None,
    }
    if part is not None:
        tensors |= {"topics/matrix": part.topics.matrix, "topics/alpha": part.topics.alpha}
        tensors["topics/weights"] = part.weights
        description["topics"] = {
            "words": part.topics.words,
            "mean": part.mean,
            "deviation": part.deviation,
        }
    if steering is not None:
        mover, values = steering.generator.mover, steering.values
        for name, module in (("mover", mover), ("values", values)):
            tensors |= {f"{name}/{n}": v.cpu().numpy() for n, v in module.state_dict().items()}
        tensors |= steering.prior.tensors()
        description["steering"] = {
            "choices": steering.choices,
            "mover": [mover.latent, mover.width, mover.hidden],
            "values": [values.inputs, values.count, values.hidden],
        }
        if steering.worn is not None:
            description["steering"] |= _of_worn(steering.worn)
    weights = to_bytes({name: np.ascontiguousarray(value) for name, value in tensors.items()})
    description["weights_hash"] = hashlib.sha256(weights).hexdigest()
    write_atomically(folder / TENSORS, weights)
    write_atomically(folder / CARD, card.encode())
    write_atomically(folder / DESCRIPTION, (json.dumps(description, indent=1) + "\n").encode())


def load(folder: Path) -> Learned:
    """Read what `save` wrote. Raises LearnError if it is missing or damaged."""
    from safetensors import SafetensorError
    from safetensors.numpy import load as from_bytes

    try:
        description = json.loads((folder / DESCRIPTION).read_text("utf-8"))
        weights = (folder / TENSORS).read_bytes()
        if description["format"] > FORMAT:
            raise LearnError(f"{folder} was written by a newer version")
        if description["format"] < FORMAT:
            raise LearnError(f"{folder} was written by an older version: learn anew")
        if hashlib.sha256(weights).hexdigest() != description["weights_hash"]:
            raise ValueError(f"the hash of {TENSORS} is another")
        tensors = from_bytes(weights)
        taste = _taste(tensors, description)
        return Learned(taste, _steering(tensors, description, folder.name), description)
    except LearnError:
        raise
    except FileNotFoundError:
        raise LearnError(f"{folder} holds nothing learnt: {DESCRIPTION} is missing") from None
    except OSError as error:
        raise LearnError(f"{folder}: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, RuntimeError, SafetensorError) as error:
        raise LearnError(f"{folder} is damaged ({error})") from None


def _taste(tensors: Tensors, description: Mapping[str, Any]) -> Taste:
    found = description["head"]
    slope, height = found["curve"]
    head = Head(
        tensors["head/weights"],
        tensors["head/members"],
        (float(slope), float(height)),
        found["importance"],
    )
    features = Features.restore(_under(tensors, "features/"), description["features"])
    part, of = None, description["topics"]
    if of is not None:
        topics = Topics(of["words"], tensors["topics/matrix"], tensors["topics/alpha"])
        part = TopicPart(topics, tensors["topics/weights"], of["mean"], of["deviation"])
    mix = {name: float(description["mix"][name]) for name in _MIX}
    return Taste(head, features, _worn(description), topics=part, **mix)


def _steering(tensors: Tensors, description: Mapping[str, Any], name: str) -> TasteSteering | None:
    of = description["steering"]
    if of is None:
        return None
    with torch.random.fork_rng(devices=[]):
        mover, values = Mover(*of["mover"]), TasteValues(*of["values"])
    for module, prefix in ((mover, "mover/"), (values, "values/")):
        state = {n: torch.from_numpy(v) for n, v in _under(tensors, prefix).items()}
        module.load_state_dict(state)
    values.eval().requires_grad_(False)
    generator = Generator(mover, str(description["writer_hash"]), name)
    worn = _worn(of) if "worn" in of else None
    prior = LatentPrior.from_tensors(tensors)
    return TasteSteering(prior, generator, values, int(of["choices"]), worn)


def _of_worn(worn: Worn) -> dict[str, Any]:
    """Return worn phrases as `_worn` reads them."""
    figures = {"mean": worn.mean, "deviation": worn.deviation}
    return {"worn": figures, "worn_counts": dict(worn.counts)}


def _worn(description: Mapping[str, Any]) -> Worn:
    return Worn(description["worn_counts"], **description["worn"])


def _under(tensors: Tensors, prefix: str) -> Tensors:
    return {n.removeprefix(prefix): v for n, v in tensors.items() if n.startswith(prefix)}
