"""The kinds of model that can be trained, each with its task and the way it is finished."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, cast

import torch

from models.corpus import Corpus
from models.train.config import Stage, TrainConfig
from models.train.state import State, TrainError
from models.train.task import Task
from models.units import Tokenizer

_WHERE = {
    "cvae": "models.train.kinds.latent",
    "vae": "models.train.kinds.latent",
    "recurrent": "models.train.kinds.recurrent",
    "pretrained": "models.train.kinds.pretrained",
}


MakeTask = Callable[[TrainConfig, Corpus, Tokenizer, torch.device], Task]
"""Makes a kind's task: a model of the configured sizes on its data. Raises TrainError if the
configuration does not fit the kind."""
Finish = Callable[[State, TrainConfig, Corpus, Tokenizer, Path], dict[str, Any]]
"""Writes the model's folder and returns its figures."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a kind of model is made: `stages` are its defaults; `tokenizer` gives the one that it
    brings along, where it does not learn one from the corpus."""

    stages: tuple[Stage, ...]
    task: MakeTask
    finish: Finish
    tokenizer: Callable[[TrainConfig], Tokenizer] | None = None


def recipe(kind: str) -> Recipe:
    """Return the recipe of a kind. Raises TrainError if there is none such."""
    if kind not in _WHERE:
        raise TrainError(f"no kind of model {kind!r}; there are: {', '.join(_WHERE)}")
    return cast(Recipe, import_module(_WHERE[kind]).recipe_of(kind))


def kinds() -> Sequence[str]:
    """Return the kinds that can be trained by gradient."""
    return tuple(_WHERE)
