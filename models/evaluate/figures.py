"""The figures of one model, and how they are obtained."""

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from torch import nn

from models.checkpoint import WEIGHTS
from models.control import Found, Judge, conditions_of, written_for
from models.copying import copied
from models.corpus.records import Sentence
from models.evaluate.prediction import DRAWS, Told, predict
from models.evaluate.variety import variety
from models.homotopy import reconstruction_bleu, reconstructions
from models.library import find, load
from models.writer import Writer, has_latent


@dataclass(frozen=True, slots=True)
class Stage:
    """Where an evaluation stands: what is being done, and how much of it is done."""

    model: str
    doing: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Figures:
    """How good a model is; None where a figure makes no sense for its kind or was not asked for.

    `size` is the bytes of its weights on disk; `seconds_per_sample` the wall time of one text
    asked for alone, at the model's own number of drafts. Likelihood figures are those of
    `models.evaluate.prediction.Prediction`, in nats; `reconstruction_bleu` is that of
    `models.homotopy`; `variety` of `models.evaluate.variety`, and its `copied` of
    `models.copying`. `samples` are genres and text of every text written, in order.
    """

    name: str
    kind: str
    parameters: int | None
    size: int | None
    texts: int
    words: int
    prediction: Mapping[str, Any]
    reconstruction_bleu: float | None
    control: tuple[Found, ...]
    variety: Mapping[str, float]
    seconds_per_sample: float | None
    samples: tuple[tuple[tuple[str, ...], str], ...] = field(repr=False)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON: what is infinite becomes null beside its `unseen` share."""
        plain = asdict(self) | {"control": [found.to_dict() for found in self.control]}
        plain["prediction"] = {
            name: None if isinstance(value, float) and math.isinf(value) else value
            for name, value in self.prediction.items()
        }
        return plain


def _unheard(_: Stage) -> None:
    pass


def evaluate(
    model: Writer | Path | str,
    sentences: Sequence[Sentence],
    *,
    train: Sequence[Sentence] = (),
    judge: Judge | None = None,
    samples: int = 200,
    draws: int = DRAWS,
    seed: int = 1,
    on_progress: Callable[[Stage], None] = _unheard,
    device: str | None = None,
    extra_dirs: Sequence[Path] = (),
) -> Figures:
    """Return the figures of a writer, given itself or by its name or folder.

    `sentences` are held out: likelihood and reconstruction are measured on all of them, and
    `samples` texts are written about their songs in turn. `train` are human sentences about other
    songs: against them overlap is counted, and the judge of control learns from them unless one
    is given. The same seed gives the same figures, times apart. Raises CheckpointError if a model
    cannot be loaded and ValueError if there are no sentences.
    """
    if not sentences:
        raise ValueError("nothing held out to measure on")
    size = None
    if isinstance(model, str | Path):
        folder = find(model, extra_dirs)
        writer = load(folder, device)
        size = (folder / WEIGHTS).stat().st_size
    else:
        writer = model
    known = [s.text for s in train]

    def told(doing: str, total: int) -> Told:
        return lambda done: on_progress(Stage(writer.name, doing, done, total))

    prediction = predict(writer, sentences, draws, seed, told("likelihood", len(sentences)))
    songs = list(islice(cycle(sentences), samples))
    started = time.perf_counter()
    texts: list[str] = []
    tell = told("samples", samples)
    for _, text in written_for(writer, songs, seed):
        texts.append(text)
        tell(len(texts))
    seconds = (time.perf_counter() - started) / max(1, len(texts))
    if judge is None and train and texts:
        judge = _judge(train, seed)
    network = getattr(writer, "model", None)
    return Figures(
        name=writer.name,
        kind=_kind(network),
        parameters=sum(p.numel() for p in network.parameters())
        if isinstance(network, nn.Module)
        else None,
        size=size,
        texts=len(sentences),
        words=sum(s.words for s in sentences),
        prediction=prediction.to_dict(),
        reconstruction_bleu=_reconstruction(writer, sentences, seed, told),
        control=tuple(judge.found(songs, texts, seed)) if judge and texts else (),
        variety=variety(texts, known) | {"copied": copied(texts, known)} if texts else {},
        seconds_per_sample=seconds if texts else None,
        samples=tuple((song.genres, text) for song, text in zip(songs, texts, strict=True)),
    )


def _judge(train: Sequence[Sentence], seed: int) -> Judge | None:
    """Return a judge of control, or None where the sentences teach it nothing."""
    try:
        return Judge(train, seed)
    except ValueError:
        return None


def _kind(network: object) -> str:
    """Return what the table calls a model: its cell for a recurrent one, else its class."""
    config = getattr(network, "config", None)
    cell = getattr(config, "cell", None)
    order = getattr(config, "order", None)
    name = type(network).__name__.lower()
    if cell:
        features = ", ".join(getattr(config, "features", ()))
        return f"{cell} on {config.tokens}" + (f" and {features}" if features else "")  # type: ignore[union-attr]
    return f"{order}-gram" if order else name


def _reconstruction(
    writer: Writer,
    sentences: Sequence[Sentence],
    seed: int,
    told: Callable[[str, int], Told],
) -> float | None:
    if not has_latent(writer):
        return None
    tell, done = told("reconstruction", len(sentences)), 0

    def one_more() -> None:
        nonlocal done
        done += 1
        tell(done)

    texts = [s.text for s in sentences]
    songs = [conditions_of(s) for s in sentences]
    made = reconstructions(writer, texts, songs, seed=seed, on_text=one_more)
    return reconstruction_bleu(texts, made)
