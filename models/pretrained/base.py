"""Where a base comes from and where it lies.

A base is a folder as Hugging Face has them (`config.json`, `model.safetensors`, `tokenizer.json`)
in one of the folders of bases; it is fetched once (`models.pretrained.pull`) and works offline.
It is read as tensors and JSON, never as code.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tokenizers import Tokenizer

from models.checkpoint import CheckpointError
from models.tokenizer import ARTIST, PLACEHOLDERS, TITLE, BpeTokenizer

if TYPE_CHECKING:  # torch comes with them, which takes seconds
    import torch

    from models.pretrained.llama import Llama, LlamaConfig

CONFIG, WEIGHTS, TOKENIZER = "config.json", "model.safetensors", "tokenizer.json"
SHARDS = "model.safetensors.index.json"
DEFAULT = "smollm2"
VARIABLE = "CURATOR_BASES"
"""Names folders of bases, as PATH names folders of programs."""


class NoBase(CheckpointError):
    """The base that a model stands on is not on this machine, or cannot be used."""


def places() -> list[Path]:
    """Return the folders that bases are looked for in."""
    named = os.environ.get(VARIABLE, "")
    return [Path(place) for place in named.split(os.pathsep) if place]


def find(name: str = DEFAULT) -> "Base":
    """Return the base called `name`. Raises NoBase."""
    for folder in (place / name for place in places()):
        if folder.name == name and (folder / CONFIG).is_file():
            return Base(folder, name)
    if (Path(name) / CONFIG).is_file():
        # A model says by name which base it stands on: a folder anywhere could not be found again.
        how = f"`curator models pull NAME --from {name}` makes a base of it"
        raise NoBase(f"{name} is a folder; {how}, to be called by its name")
    raise NoBase(f"the base {name!r} is not here; `curator models pull {DEFAULT}` fetches it")


class BaseTokenizer(BpeTokenizer):
    """A base's tokenizer; it is kept by the base's name alone."""

    def __init__(self, tokenizer: Tokenizer, named: str) -> None:
        super().__init__(tokenizer)
        self._named = named
        added = tokenizer.get_added_tokens_decoder().values()
        self._specials = [str(a.content) for a in added if a.content not in PLACEHOLDERS]

    def encode(self, text: str) -> list[int]:
        """Return the tokens of `text`; a name in a special token's spelling is text like others."""
        for special in self._specials:
            if special in text:
                text = text.replace(special, f"{special[0]} {special[1:]}")
        return super().encode(text)

    def to_json(self) -> str:
        """Return what `models.units.read_tokenizer` reads."""
        return json.dumps({"kind": "base", "base": self._named})


@dataclass(frozen=True)
class Base:
    """A base in its folder. Reading raises NoBase where something is amiss."""

    folder: Path
    name: str = DEFAULT

    @cached_property
    def config(self) -> "LlamaConfig":
        """Sizes."""
        from models.pretrained.llama import LlamaConfig

        try:
            return LlamaConfig.of(json.loads((self.folder / CONFIG).read_text("utf-8")))
        except (OSError, ValueError, AttributeError, TypeError) as error:
            raise NoBase(f"{self.folder} is no base: {error}") from None

    @cached_property
    def hash(self) -> str:
        """A hash of the weights and the tokenizer as they lie on disk, (64 hex digits)."""
        digest = hashlib.sha256()
        for path in (*self._shards(), self.folder / TOKENIZER):
            try:
                with path.open("rb") as file:
                    while part := file.read(1 << 20):
                        digest.update(part)
            except OSError as error:
                raise NoBase(f"{path}: {error.strerror}") from None
        return digest.hexdigest()

    def load(
        self, dtype: "torch.dtype | None" = None, device: "torch.device | None" = None
    ) -> "Llama":
        """Return the weights, matrices in `dtype`, float32 by default."""
        import torch
        from safetensors import SafetensorError
        from safetensors.torch import load_file

        from models.pretrained.llama import Llama

        tensors: dict[str, torch.Tensor] = {}
        try:
            for path in self._shards():
                tensors |= load_file(path)
            return Llama.of(self.config, tensors, dtype or torch.float32, device)
        except (OSError, SafetensorError, ValueError, RuntimeError) as error:
            raise NoBase(f"{self.folder} is damaged: {error}") from None

    def tokenizer(self) -> BaseTokenizer:
        """Return the tokenizer, two of its unused tokens turned into the placeholders.

        Raises NoBase if it is of another make than those whose special tokens come
        first: the others could not stand for PAD, BOS, EOS and UNK.
        """
        try:
            made: dict[str, Any] = json.loads((self.folder / TOKENIZER).read_text("utf-8"))
            vocabulary = made["model"]["vocab"]
            for special in made["added_tokens"]:
                token = int(special["id"])
                if token in (ARTIST, TITLE):
                    vocabulary.pop(special["content"], None)
                    special |= {"content": PLACEHOLDERS[token - ARTIST], "lstrip": True}
                    vocabulary[special["content"]] = token
            taken = {int(special["id"]) for special in made["added_tokens"]}
            if not set(range(TITLE + 1)) <= taken:
                raise ValueError("its first six tokens are not special ones")
            return BaseTokenizer(Tokenizer.from_str(json.dumps(made)), self.name)
        except Exception as error:  # tokenizers raises bare Exception
            message = f"the tokenizer of {self.folder} can't be used: {error}"
            raise NoBase(message) from None

    def _shards(self) -> Iterator[Path]:
        index = self.folder / SHARDS
        if not index.is_file():
            yield self.folder / WEIGHTS
            return
        try:
            names = sorted(set(json.loads(index.read_text("utf-8"))["weight_map"].values()))
        except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
            raise NoBase(f"{index} is damaged: {error}") from None
        yield from (self.folder / Path(name).name for name in names)
