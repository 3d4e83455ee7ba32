"""A training run from files to a model's folder."""

import random
from collections.abc import Callable, Sequence
from pathlib import Path

import torch

from models.conditions import condition_space
from models.corpus import Corpus, Funnel, prepare
from models.cvae import Cvae, CvaeConfig
from models.device import best_device
from models.encoding import Encoded, encode
from models.files import write_atomically
from models.tokenizer import BpeTokenizer
from models.train.config import Progress, TrainConfig, TrainReport
from models.train.finish import finish
from models.train.state import TrainError
from models.train.trainer import Trainer
from models.train.vectors import start_from

STATE, TOKENIZER = "training/state.safetensors", "training/tokenizer.json"


def _quiet(_: Progress) -> None:
    pass


def _unread(_: Funnel) -> None:
    pass


def _never() -> bool:
    return False


def train(
    config: TrainConfig,
    sources: Sequence[Path],
    out: Path,
    *,
    resume: bool = False,
    on_progress: Callable[[Progress], None] = _quiet,
    on_funnel: Callable[[Funnel], None] = _unread,
    should_stop: Callable[[], bool] = _never,
    device: str | None = None,
) -> TrainReport:
    """Train a CVAE on `sources` and write it to the folder `out`.

    The state is kept in `out/training` every `config.save_every` steps and when `should_stop`
    (asked before every step) says so; `resume` goes on from there, to the same losses as a run
    that was never interrupted. `on_funnel` gets what became of the sources, before the first step.
    Raises SourceError if no source can be used, TrainError if a run
    cannot be resumed or would overwrite an unfinished one.
    """
    state_file = out / STATE
    if resume and not state_file.is_file():
        raise TrainError(f"nothing to resume in {out}")
    if state_file.is_file() and not resume:
        raise TrainError(f"{out} holds a run already: resume it, or choose another folder")
    if config.threads:
        torch.set_num_threads(config.threads)

    def stage(message: str) -> None:
        on_progress(Progress("preparing", message))

    corpus = prepare(sources, on_stage=stage)
    on_funnel(corpus.funnel)
    if not corpus.train:
        raise TrainError("no sentence is left to train on: " + "; ".join(corpus.funnel.lines()))
    tokenizer = _tokenizer(out / TOKENIZER, corpus, config, resume)
    trainer = _trainer(config, corpus, tokenizer, state_file, best_device(device))
    if resume:
        trainer.resume()
    elif config.word_vectors:
        stage("reading word vectors")
        with torch.no_grad():
            weights = trainer.model.embed.weight.detach().cpu().numpy().copy()
            start_from(Path(config.word_vectors), tokenizer, weights)
            trainer.model.embed.weight.copy_(torch.from_numpy(weights))
    finished = trainer.run(on_progress, should_stop)
    position = trainer.state.position
    figures: dict[str, object] = {}
    if finished:
        on_progress(Progress("saving", "measuring and writing the model", seconds=position.seconds))
        figures = finish(trainer.state, config, corpus, tokenizer, out)
    return TrainReport(
        finished=finished,
        folder=out,
        steps=position.step,
        seconds=position.seconds,
        held_out=position.best,
        funnel=corpus.funnel.to_dict(),
        figures=figures,
        refused=dict(corpus.funnel.refused),
        losses=tuple(trainer.losses),
    )


def _tokenizer(path: Path, corpus: Corpus, config: TrainConfig, resume: bool) -> BpeTokenizer:
    """Learn the vocabulary from the training split, our own sentences counted three times."""
    if resume:
        try:
            return BpeTokenizer.from_json(path.read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise TrainError(f"{path} cannot be read: {error}") from None
    texts = [s.text for s in corpus.train for _ in range(3 if s.register == "voice" else 1)]
    tokenizer = BpeTokenizer.train(texts, config.vocabulary)
    write_atomically(path, tokenizer.to_json().encode())
    return tokenizer


def _trainer(
    config: TrainConfig,
    corpus: Corpus,
    tokenizer: BpeTokenizer,
    state_file: Path,
    device: torch.device,
) -> Trainer:
    random.seed(config.seed)
    torch.manual_seed(config.seed)
    sizes = CvaeConfig(len(tokenizer), condition_space().labels, **config.sizes)
    model = Cvae(sizes).to(device)
    run = {"configuration": config.fingerprint(), "corpus": corpus.fingerprint()}
    train, valid = encode(corpus.train, tokenizer), encode(corpus.valid, tokenizer)
    return Trainer(model, config, train, _held_out(valid), state_file, run)


def _held_out(valid: Encoded) -> Encoded:
    """Return the held-out sentences of our own voice, or all where there are too few."""
    voice = valid.where(True)
    return voice if len(voice) >= 20 else valid
