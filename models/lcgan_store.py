"""An LC-GAN's folder: `lcgan.safetensors`, `lcgan.json`, `CARD.md`.

The description is written last and holds the hash of the weights, and that of the writer that the
generator was trained for: z of another writer mean something else.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from models.files import write_atomically
from models.lcgan import Generator, Mover
from models.writer import Writer

FORMAT = 1
TENSORS, DESCRIPTION, CARD = "lcgan.safetensors", "lcgan.json", "CARD.md"


class LcGanError(Exception):
    """A generator's folder that cannot be used, with the reason in one line."""


def save(
    generator: Generator,
    folder: Path,
    *,
    writer: str,
    settings: Mapping[str, Any],
    figures: Mapping[str, Any],
    card: str,
) -> None:
    """Write a generator's folder. `writer` names the model that it steers."""
    from safetensors.numpy import save as to_bytes

    mover = generator.mover
    tensors = {name: value.cpu().numpy() for name, value in mover.state_dict().items()}
    weights = to_bytes(tensors)
    description = {
        "format": FORMAT,
        "kind": "lcgan",
        "latent": mover.latent,
        "width": mover.width,
        "hidden": mover.hidden,
        "writer": writer,
        "writer_hash": generator.weights_hash,
        "weights_hash": hashlib.sha256(weights).hexdigest(),
        "settings": dict(settings),
        "figures": dict(figures),
    }
    write_atomically(folder / TENSORS, weights)
    write_atomically(folder / CARD, card.encode())
    write_atomically(folder / DESCRIPTION, (json.dumps(description, indent=1) + "\n").encode())


def load(folder: Path) -> Generator:
    """Read what `save` wrote. Raises LcGanError if it is missing or damaged."""
    from safetensors import SafetensorError
    from safetensors.numpy import load as from_bytes

    try:
        description = json.loads((folder / DESCRIPTION).read_text("utf-8"))
        weights = (folder / TENSORS).read_bytes()
        if description["format"] > FORMAT:
            raise LcGanError(f"{folder} was written by a newer version")
        if hashlib.sha256(weights).hexdigest() != description["weights_hash"]:
            raise ValueError(f"the hash of {TENSORS} is another")
        with torch.random.fork_rng(devices=[]):
            mover = Mover(*(int(description[name]) for name in ("latent", "width", "hidden")))
        tensors = {name: torch.from_numpy(v) for name, v in from_bytes(weights).items()}
        mover.load_state_dict(tensors)
        return Generator(mover, str(description["writer_hash"]), folder.name)
    except FileNotFoundError:
        raise LcGanError(f"{folder} holds no generator: {DESCRIPTION} is missing") from None
    except OSError as error:
        raise LcGanError(f"{folder}: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, RuntimeError, SafetensorError) as error:
        raise LcGanError(f"{folder} is damaged ({error})") from None


def check_fits(generator: Generator, writer: Writer) -> None:
    """Raise LcGanError if the generator was trained for a writer with other weights."""
    if generator.weights_hash != writer.kin[0]:
        raise LcGanError(
            f"{generator.name or 'this generator'} was trained for other weights; "
            "train it again with `curator train lcgan`"
        )
