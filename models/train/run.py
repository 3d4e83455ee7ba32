"""A training run from files to a model's folder."""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import nn

from models.corpus import Corpus, Funnel, prepare
from models.device import best_device
from models.files import write_atomically
from models.train.config import Progress, TrainConfig, TrainReport
from models.train.kinds import recipe
from models.train.parallel import Processes, joined
from models.train.state import TrainError
from models.train.task import Task
from models.train.trainer import Trainer
from models.train.vectors import start_from
from models.units import Tokenizer, read_tokenizer, train_tokenizer

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
    """Train a model of `config.kind` on `sources` and write it to the folder `out`.

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
    made = recipe(config.kind)
    with joined(best_device(device)) as processes:
        config = replace(config, processes=processes.count)
        if not processes.is_first:
            on_progress, on_funnel = _quiet, _unread

        def stage(message: str) -> None:
            on_progress(Progress("preparing", message))

        corpus = prepare(sources, on_stage=stage)
        on_funnel(corpus.funnel)
        if not corpus.train:
            lines = "; ".join(corpus.funnel.lines())
            raise TrainError("no sentence is left to train on: " + lines)
        corpus = _with_a_voice(corpus)
        run = {"configuration": config.fingerprint(), "corpus": corpus.fingerprint()}
        if made.tokenizer:
            tokenizer = made.tokenizer(config)
        else:
            tokenizer = _tokenizer(out / TOKENIZER, corpus, config, resume, processes)
        random.seed(config.seed)
        torch.manual_seed(config.seed)
        task = made.task(config, corpus, tokenizer, processes.device)
        if not resume and config.word_vectors:
            stage("reading word vectors")
            _start_from(Path(config.word_vectors), tokenizer, task)
        # From here on the processes draw different noise; their weights stay the same.
        torch.manual_seed(config.seed + processes.index)
        trainer = Trainer(task, config, state_file, run, processes)
        if resume:
            trainer.resume()
        finished = trainer.run(on_progress, should_stop)
        position = trainer.state.position
        figures: dict[str, Any] = {}
        if finished and processes.is_first:
            now = position.seconds
            on_progress(Progress("saving", "measuring and writing the model", seconds=now))
            figures = made.finish(trainer.state, config, corpus, tokenizer, out)
        processes.wait()
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
        first=processes.is_first,
    )


def _with_a_voice(corpus: Corpus) -> Corpus:
    """Return the corpus; where none of its training sentences is in our own voice, all are.

    Captions alone are somebody's voice as well: what is learnt from them is asked for when
    writing, and stages that leave captions out would learn nothing.
    """
    if any(sentence.register == "voice" for sentence in corpus.train):
        return corpus
    train, valid, test = (
        [replace(sentence, register="voice") for sentence in part]
        for part in (corpus.train, corpus.valid, corpus.test)
    )
    return Corpus(train, valid, test, corpus.funnel)


def _tokenizer(
    path: Path, corpus: Corpus, config: TrainConfig, resume: bool, processes: Processes
) -> Tokenizer:
    """Learn the vocabulary from the training split, our own sentences counted three times."""
    if not resume and processes.is_first:
        texts = [s.text for s in corpus.train for _ in range(3 if s.register == "voice" else 1)]
        learnt = train_tokenizer(config.tokens, texts, config.vocabulary)
        write_atomically(path, learnt.to_json().encode())
    processes.wait()
    try:
        return read_tokenizer(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise TrainError(f"{path} cannot be read: {error}") from None


def _start_from(vectors: Path, tokenizer: Tokenizer, task: Task) -> None:
    embed = getattr(task.model, "embed", None)
    if not isinstance(embed, nn.Embedding):
        raise TrainError("this kind of model has no embeddings that could start from vectors")
    with torch.no_grad():
        weights = embed.weight.detach().cpu().numpy().copy()
        start_from(vectors, tokenizer, weights)
        embed.weight.copy_(torch.from_numpy(weights))
