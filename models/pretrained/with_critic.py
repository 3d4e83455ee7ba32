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
from models.learning.skill import too_few
from models.pretrained.critic import (
    BEST,
    Critic,
    Promise,
    Shown,
    knows_best,
    promise,
    refuse_few_songs,
)
from models.pretrained.judged import Judged, JudgedError
from models.pretrained.page import of_our_voice, page
from models.pretrained.showing import card_of, recarded, shown
from models.pretrained.stepped import hear
from models.pretrained.storing import KIN
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
    anew: bool = False,
    candidates: int | None = None,
    temperature: float | None = None,
    device: str | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> Promise:
    """Write the model of `folder` with a critic to `out`.

    It is added to the one that the model had, and learns from judgements that are new to that one;
    `anew`, or where that one is of an earlier version, it is taught from nothing. Of a text that
    was judged twice about a song the last judgement counts. By itself it chooses among
    `candidates`, and writes at `temperature`; None leaves either as it was.
    Raises JudgedError for too few new drafts or songs, CheckpointError, NoBase.
    """
    had, card = checkpoint.load(folder), card_of(folder)
    kept = _without_critic(had)
    candidates = candidates or _candidates(had)
    before = None if anew else _critic_of(had)
    writer = PretrainedWriter(kept, folder.name, device)
    last = {(one.about, one.text): one for one in judged}
    judged = _new_to(before, list(last.values()))
    tell("reading the drafts")
    z = [one.z_of(writer.kin) for one in judged]
    texts = [template(one.text, one.song) for one in judged]
    worn = Worn.of(texts) if before is None or before.worn is None else before.worn
    voice = of_our_voice()
    known = [writer.known(one.song) for one in judged]
    heard = hear(writer, [one.text for one in judged], [one.song for one in judged], z)
    seen = zip(texts, heard.logprobs, known, strict=True)
    given = Shown(heard.readings, np.stack([page(*one, worn, voice) for one in seen]))
    merit = np.array([one.merit for one in judged], np.float32)
    tell("measuring on songs left out")
    measured = replace(
        promise(given, merit, [one.about for one in judged], before),
        passed_over=len(last) - len(judged),
    )
    tell("fitting")
    marks = np.array([one.mark for one in judged], np.uint32)
    critic = replace(
        Critic.fit(given, merit, before),
        worn=worn,
        freshness=FRESHNESS,
        taught=np.union1d(marks, [] if before is None else before.taught).astype(np.uint32),
    )
    by_itself = {"candidates": candidates} | ({"temperature": temperature} if temperature else {})
    line = {KIN: [*kept.decoding.get(KIN, ()), had.weights_hash]}
    content: dict[str, Any] = {
        "kind": kept.kind,
        "config": kept.config,
        "decoding": kept.decoding | critic.decoding() | by_itself | line,
        "tensors": kept.tensors | critic.tensors(),
        "tokenizer": kept.tokenizer,
        "words": kept.words,
    }
    tell("writing samples")
    samples, written = shown(content, device)
    figures = kept.figures | {"critic": asdict(measured), "samples": written}
    told = _told(measured, candidates, before, graded=_graded(merit))
    card = recarded(card.partition(f"{HEADING}\n")[0], figures, samples)
    card = f"{card}\n{HEADING}\n{told}\n"
    checkpoint.save(out, **content, figures=figures, card=card)
    return measured


def _without_critic(kept: Checkpoint) -> Checkpoint:
    """Return a model without the critic that it had, which may be one of an earlier version."""
    tensors = {name: t for name, t in kept.tensors.items() if not name.startswith("critic/")}
    decoding = {name: value for name, value in kept.decoding.items() if name != "worn"}
    return replace(kept, tensors=tensors, decoding=decoding)


def _critic_of(had: Checkpoint) -> Critic | None:
    """Return the critic that can be added to."""
    try:
        found = Critic.read(had.tensors, had.decoding)
    except ValueError:
        return None  # it is of an earlier version, and shown less
    return None if found is None or found.worn is None or not len(found.pages) else found


def _new_to(before: Critic | None, judged: Sequence[Judged]) -> list[Judged]:
    """Return the drafts that a critic was not taught. Raises JudgedError for too few of them."""
    known = set() if before is None else set(before.taught.tolist())
    new = [one for one in judged if one.mark not in known]
    taught = len(judged) - len(new)
    hint = "--anew teaches it from all of them, and forgets all else"
    if taught and not new:
        raise JudgedError(f"the model's critic was taught all of these drafts before ({hint})")
    worth = [one.worth for one in new]
    try:
        if taught and (short := too_few(np.array(worth, np.float32))):
            raise JudgedError(short)
        refuse_few_songs([one.about for one in new], worth)
    except JudgedError as error:
        if not taught:
            raise
        those = f"the model's critic was taught {taught:,} of these drafts before"
        raise JudgedError(f"{those}; of the others: {error} ({hint})") from None
    return new


def _candidates(had: Checkpoint) -> int:
    """Return how many drafts a model's critic chose among, `CANDIDATES` if it had none."""
    critical = any(name.startswith("critic/") for name in had.tensors)
    return int(had.decoding.get("candidates", CANDIDATES)) if critical else CANDIDATES


def _graded(merit: Vector) -> bool:
    """Whether the best were told from what is merely worth posting."""
    return knows_best(merit) and bool(((merit > 0) & (merit < BEST)).any())


def _told(measured: Promise, candidates: int, before: Critic | None, *, graded: bool) -> str:
    best = "looks for the best, those of four stars or more, and " if graded else ""
    those, unseen = "those drafts", "songs that it has not seen"
    added = rivals = ""
    if before is not None:
        many = f"{len(before.taught):,}" if len(before.taught) else "many"
        added = f",\nand added to a critic that {many} others had taught"
        those, unseen = "the first drafts", "songs left out of what was added"
        rivals = f" (that one\nalone: {measured.before:.2f})"
    return f"""A linear probe on the decoder's states and on what stands on the page (how likely it
is, how worn, in what style, how usual the company of its words, how well they suit the song),
fitted to {measured.texts:,} drafts about {measured.songs:,} songs that were judged worth posting or
not ({measured.worth:.0%} were){added}.
On {unseen} it ranks them with an AUC of {measured.auc:.2f}{rivals},
and would find worth posting {measured.chosen}.
Beside, it {best}takes something off for phrases that
many of {those} have. It chooses among {candidates} drafts of a text; the samples above are
what it chose. Of every judgement that taught it, 32 bits are kept, by which it is known again."""
