"""From judged drafts to a model with a critic that chooses among its drafts."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from models import checkpoint
from models.checkpoint import Checkpoint
from models.learning.features import template
from models.learning.freshness import Worn
from models.pretrained.critic import (
    BEST,
    Critic,
    Promise,
    Shown,
    knows_best,
    promise,
    refuse_few_songs,
)
from models.pretrained.judged import Judged
from models.pretrained.page import of_our_voice, page
from models.pretrained.showing import card_of, recarded, shown
from models.pretrained.stepped import hear
from models.pretrained.writer import PretrainedWriter
from models.writer import Vector

CANDIDATES = 8
"""Drafts of a text where a first critic chooses: five texts make forty, a block and a quarter."""
FRESHNESS = 0.3
"""What a deviation of worn phrases takes off a draft's log-odds."""
HEADING = "## Its critic"


def add_critic(
    folder: Path,
    judged: Sequence[Judged],
    out: Path,
    *,
    candidates: int | None = None,
    temperature: float | None = None,
    device: str | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> Promise:
    """Write the model of `folder` with a critic to `out`; another one that it had is replaced.

    By itself it chooses among `candidates`, and writes at `temperature`; None leaves either as it
    was.
    Raises JudgedError for drafts about too few songs, CheckpointError, NoBase.
    """
    before, card = checkpoint.load(folder), card_of(folder)
    kept = _without_critic(before)
    candidates = candidates or _candidates(before)
    writer = PretrainedWriter(kept, folder.name, device)
    refuse_few_songs([one.about for one in judged], [one.worth for one in judged])
    tell("reading the drafts")
    z = [one.z_of(writer.weights_hash) for one in judged]
    texts = [template(one.text, one.song) for one in judged]
    worn, voice = Worn.of(texts), of_our_voice()
    known = [writer.known(one.song) for one in judged]
    heard = hear(writer, [one.text for one in judged], [one.song for one in judged], z)
    seen = zip(texts, heard.logprobs, known, strict=True)
    given = Shown(heard.readings, np.stack([page(*one, worn, voice) for one in seen]))
    merit = np.array([one.merit for one in judged], np.float32)
    tell("measuring on songs left out")
    measured = promise(given, merit, [one.about for one in judged])
    tell("fitting")
    critic = replace(Critic.fit(given, merit), worn=worn, freshness=FRESHNESS)
    by_itself = {"candidates": candidates} | ({"temperature": temperature} if temperature else {})
    content: dict[str, Any] = {
        "kind": kept.kind,
        "config": kept.config,
        "decoding": kept.decoding | critic.decoding() | by_itself,
        "tensors": kept.tensors | critic.tensors(),
        "tokenizer": kept.tokenizer,
        "words": kept.words,
    }
    tell("writing samples")
    samples, written = shown(content, device)
    figures = kept.figures | {"critic": asdict(measured), "samples": written}
    told = _told(measured, candidates, graded=_graded(merit))
    card = recarded(card.partition(f"{HEADING}\n")[0], figures, samples)
    card = f"{card}\n{HEADING}\n{told}\n"
    checkpoint.save(out, **content, figures=figures, card=card)
    return measured


def _without_critic(kept: Checkpoint) -> Checkpoint:
    """Return a model without the critic that it had, which may be one of an earlier version."""
    tensors = {name: t for name, t in kept.tensors.items() if not name.startswith("critic/")}
    decoding = {name: value for name, value in kept.decoding.items() if name != "worn"}
    return replace(kept, tensors=tensors, decoding=decoding)


def _candidates(before: Checkpoint) -> int:
    """Return how many drafts a model's critic chose among, `CANDIDATES` if it had none."""
    critical = any(name.startswith("critic/") for name in before.tensors)
    return int(before.decoding.get("candidates", CANDIDATES)) if critical else CANDIDATES


def _graded(merit: Vector) -> bool:
    """Whether the best were told from what is merely worth posting."""
    return knows_best(merit) and bool(((merit > 0) & (merit < BEST)).any())


def _told(measured: Promise, candidates: int, *, graded: bool) -> str:
    best = "looks for the best, those of four stars or more, and " if graded else ""
    return f"""A linear probe on the decoder's states and on what stands on the page (how likely it
is, how worn, in what style, how usual the company of its words, how well they suit the song),
fitted to {measured.texts:,} drafts about {measured.songs:,} songs that were judged worth posting or
not ({measured.worth:.0%} were). On songs that it has not seen it ranks them with an AUC of
{measured.auc:.2f}, and would find worth posting {measured.chosen}.
Beside, it {best}takes something off for phrases that
many of those drafts have. It chooses among {candidates} drafts of a text; the samples above are
what it chose."""
