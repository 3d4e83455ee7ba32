"""A training run frozen between two steps: one safetensors file, its counters in the header."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn
from torch.optim import AdamW

from models.files import write_atomically
from models.train.noise_scale import NoiseScale
from models.train.randomness import set_random_state

FORMAT = 2


class TrainError(Exception):
    """A run that cannot start or go on, with the reason in one line."""


@dataclass(slots=True)
class Position:
    """Where a run is: `batch` is the next one of `epoch` (counted through all stages)."""

    stage: int = 0
    epoch: int = 0
    stage_epoch: int = 0
    batch: int = 0
    step: int = 0
    stage_step: int = 0
    seconds: float = 0.0
    best: float | None = None
    since_best: int = 0
    finished: bool = False


@dataclass(slots=True)
class State:
    """All that changes while training. `average` is the moving average of the weights, `best` its
    value at the epoch that would ship, `carried` what the task takes from one step to the next."""

    model: nn.Module
    optimiser: AdamW
    average: dict[str, Tensor]
    best: dict[str, Tensor]
    position: Position = field(default_factory=Position)
    carried: list[dict[str, Tensor]] = field(default_factory=list)
    noise_scale: NoiseScale = field(default_factory=NoiseScale)

    def save(self, path: Path, run: dict[str, str], random: list[Tensor]) -> None:
        """Write the state atomically; `run` says which configuration and corpus it belongs to.

        `random` and `carried` hold the state of each process, in order.
        """
        tensors = {f"model/{k}": v for k, v in self.model.state_dict().items()}
        tensors |= {f"average/{k}": v for k, v in self.average.items()}
        tensors |= {f"best/{k}": v for k, v in self.best.items()}
        for i, entry in self.optimiser.state_dict()["state"].items():
            tensors |= {f"optimiser/{i}/{k}": torch.as_tensor(v) for k, v in entry.items()}
        tensors |= {f"random/{i}": value for i, value in enumerate(random)}
        for i, carried in enumerate(self.carried):
            tensors |= {f"carried/{i}/{k}": v for k, v in carried.items()}
        header = run | {"format": str(FORMAT), "position": json.dumps(asdict(self.position))}
        header["noise_scale"] = json.dumps(asdict(self.noise_scale))
        plain = {name: value.detach().cpu().contiguous() for name, value in tensors.items()}
        write_atomically(path, save(plain, metadata=header))

    def load(self, path: Path, run: dict[str, str], process: int = 0) -> None:
        """Take the run up where `save` left it, this process's random numbers included.

        Raises TrainError if the file is damaged or belongs to another configuration or corpus.
        """
        try:
            with safe_open(path, framework="pt") as file:
                header = file.metadata() or {}
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            position = Position(**json.loads(header["position"]))
            # Runs of before it was kept begin to measure it anew.
            noise_scale = NoiseScale(**json.loads(header.get("noise_scale", "{}")))
        except (OSError, SafetensorError, KeyError, ValueError, TypeError) as error:
            raise TrainError(f"{path} cannot be read: {error}") from None
        for name, expected in (run | {"format": str(FORMAT)}).items():
            if header.get(name) != expected:
                raise TrainError(f"cannot resume: the {name} is not the one the run began with")
        parts: dict[str, dict[str, Tensor]] = {}
        for name, value in tensors.items():
            part, _, rest = name.partition("/")
            parts.setdefault(part, {})[rest] = value
        device = next(self.model.parameters()).device
        self.model.load_state_dict(parts["model"])
        self.average = {k: v.to(device) for k, v in parts["average"].items()}
        self.best = {k: v.to(device) for k, v in parts["best"].items()}
        moments: dict[int, dict[str, Tensor]] = {}
        for name, value in parts.get("optimiser", {}).items():
            index, _, key = name.partition("/")
            moments.setdefault(int(index), {})[key] = value
        groups = self.optimiser.state_dict()["param_groups"]
        self.optimiser.load_state_dict({"state": moments, "param_groups": groups})
        set_random_state(parts["random"][str(process)], device)
        own = f"{process}/"
        carried = {k: v for k, v in parts.get("carried", {}).items() if k.startswith(own)}
        self.carried = [{k.removeprefix(own): v.to(device) for k, v in carried.items()}]
        self.position, self.noise_scale = position, noise_scale
