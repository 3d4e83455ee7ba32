"""What a training run is told, and what it tells."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from models.units import Units


@dataclass(frozen=True, slots=True)
class Stage:
    """A stretch of training on one mix of data.

    A repeat of 0 leaves a register out if there is another; `patience` is the number of epochs
    without a better held-out result after which the stage ends and its best weights are kept
    (without it, or where nothing is held out, its last). `dropout` and `word_dropout` (the share
    of the decoder's inputs that are hidden) are the noise of this stage. What the stage hands on
    is `blend` of its own weights and 1 − `blend` of those that it began with (Wortsman et al.
    2022, "Robust fine-tuning of zero-shot models": between the two the gains of both are kept).
    """

    name: str
    epochs: int
    rate: float
    final_rate: float
    voice_repeat: int = 1
    caption_repeat: int = 1
    batch: int = 32
    dropout: float = 0.3
    word_dropout: float = 0.1
    patience: int | None = None
    blend: float = 1.0


STAGES = (
    Stage("everything", 2, 2e-3, 1.5e-3),
    Stage("voice alone", 6, 1.5e-3, 1e-3, caption_repeat=0),
    Stage("polish", 7, 9e-4, 1e-4, caption_repeat=0, dropout=0.12, word_dropout=0.05, blend=0.4),
)
"""The latent models': English and the subject from everything, the manner from our own voice, then,
with little noise and falling rates, its phrases. The last stage gains nothing on held-out
likelihood and alone would lose a fifth; it makes sentences hold together. Copies are caught when
writing."""


@dataclass(frozen=True, slots=True)
class TrainConfig:
    """All that decides the outcome of a run; a run resumes only under the same one.

    `kind` is the kind of model, `sizes` and `objective` are what that kind's own configurations
    take (see `models/train/kinds`). `tokens` are "chars", "words" or "bpe". `word_vectors` is a
    file from which the embeddings start. `average` is the decay of the weights' moving average.
    Every `noise_every` steps the gradient noise scale is measured, 0 for never. `samples` texts
    are written to measure the finished model. `processes` is how many train together.
    """

    kind: str = "cvae"
    seed: int = 1
    tokens: Units = "bpe"
    vocabulary: int = 4096
    stages: tuple[Stage, ...] = STAGES
    objective: dict[str, Any] = field(default_factory=dict)
    clip: float = 5.0
    weight_decay: float = 0.01
    average: float = 0.995
    noise_every: int = 25
    save_every: int = 100
    samples: int = 200
    threads: int | None = None
    processes: int = 1
    word_vectors: str | None = None
    sizes: dict[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self)

    def fingerprint(self) -> str:
        """Return a hash of what decides the outcome from here on."""
        data = self.to_dict()
        for name in ("save_every", "samples", "threads", "word_vectors", "noise_every"):
            del data[name]
        return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()[:16]


Phase = Literal["preparing", "training", "measuring", "saving"]


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run stands. Losses are means over the last steps, in nats; None before training.

    `total` counts the steps of all stages; early stopping may end sooner. `seconds` is the time
    trained so far, earlier sittings of a resumed run included. `noise_scale` is in texts a batch.
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
    noise_scale: float | None = None
    seconds: float = 0.0
    eta_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class TrainReport:
    """How a run ended. `folder` holds the model if `finished`, else only what resumes it.

    Of several processes one is the `first`; the others know neither figures nor anything to say.
    """

    finished: bool
    folder: Path
    steps: int
    seconds: float
    held_out: float | None
    funnel: dict[str, object]
    figures: dict[str, Any]
    refused: dict[str, str]
    losses: tuple[float, ...] = ()
    first: bool = True
