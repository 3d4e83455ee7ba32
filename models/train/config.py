"""What a training run is told, and what it tells."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Stage:
    """A stretch of training on one mix of data.

    A repeat of 0 leaves a register out; `patience` is the number of epochs without a better
    held-out result after which the stage ends.
    """

    name: str
    epochs: int
    rate: float
    final_rate: float
    voice_repeat: int = 1
    caption_repeat: int = 1
    batch: int = 64
    patience: int | None = None


STAGES = (
    Stage("everything", 16, 1.2e-3, 5e-4, voice_repeat=2),
    Stage("voice alone", 16, 5e-4, 1e-4, caption_repeat=0, batch=48, patience=3),
)


@dataclass(frozen=True, slots=True)
class TrainConfig:
    """All that decides the outcome of a run; a run resumes only under the same one.

    `beta` weighs the KL of a whole text against the summed log-likelihood of its tokens; it rises
    linearly from 0 over the first `warmup` share of the first stage.
    """

    seed: int = 1
    vocabulary: int = 4096
    stages: tuple[Stage, ...] = STAGES
    beta: float = 1.0
    warmup: float = 0.3
    free_bits: float = 0.3
    smoothing: float = 0.0
    clip: float = 5.0
    weight_decay: float = 0.01
    average: float = 0.995
    save_every: int = 100
    threads: int | None = None
    sizes: dict[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self)

    def fingerprint(self) -> str:
        """Return a hash of what decides the outcome: everything but where to save how often."""
        data = self.to_dict()
        for name in ("save_every", "threads"):
            del data[name]
        return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()[:16]


Phase = Literal["preparing", "training", "measuring", "saving"]


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run stands. Losses are means over the last steps, in nats; None before training.

    `total` counts the steps of all stages; early stopping may end sooner. `seconds` is the time
    trained so far, earlier sittings of a resumed run included.
    """

    phase: Phase
    message: str
    step: int = 0
    total: int = 0
    stage: str = ""
    epoch: int = 0
    nll_per_token: float | None = None
    kl: float | None = None
    beta: float | None = None
    held_out: float | None = None
    seconds: float = 0.0
    eta_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class TrainReport:
    """How a run ended. `folder` holds the model if `finished`, else only what resumes it."""

    finished: bool
    folder: Path
    steps: int
    seconds: float
    held_out: float | None
    funnel: dict[str, object]
    figures: dict[str, Any]
    refused: dict[str, str]
    losses: tuple[float, ...] = ()
