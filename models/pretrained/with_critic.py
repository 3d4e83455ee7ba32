"""From judged drafts to a model with a critic that chooses among its drafts."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from models import checkpoint
from models.pretrained.critic import Critic, Promise, promise
from models.pretrained.judged import Judged
from models.pretrained.stepped import readings
from models.pretrained.writer import PretrainedWriter

CANDIDATES = 8
"""Drafts of a text where a critic chooses: five texts make forty, two blocks and a half."""
HEADING = "## Its critic"


def add_critic(
    folder: Path,
    judged: Sequence[Judged],
    out: Path,
    *,
    candidates: int = CANDIDATES,
    device: str | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> Promise:
    """Write the model of `folder` with a critic to `out`; another one that it had is replaced.

    Raises CheckpointError, NoBase.
    """
    kept = checkpoint.load(folder)
    writer = PretrainedWriter(kept, folder.name, device)
    tell("reading the drafts")
    z = [one.z_of(writer.weights_hash) for one in judged]
    heard = readings(writer, [one.text for one in judged], [one.song for one in judged], z)
    worth = np.array([one.worth for one in judged])
    tell("measuring on songs left out")
    measured = promise(heard, worth, [one.about for one in judged])
    tell("fitting")
    critic = Critic.fit(heard, worth)
    card = (folder / checkpoint.CARD).read_text("utf-8").partition(f"{HEADING}\n")[0].rstrip()
    checkpoint.save(
        out,
        kind=kept.kind,
        config=kept.config,
        decoding=kept.decoding | {"candidates": candidates},
        figures=kept.figures | {"critic": asdict(measured)},
        tensors=kept.tensors | critic.tensors(),
        tokenizer=kept.tokenizer,
        words=kept.words,
        card=f"{card}\n\n{HEADING}\n{_told(measured, candidates)}\n",
    )
    return measured


def _told(measured: Promise, candidates: int) -> str:
    return f"""A linear probe on the decoder's states, fitted to {measured.texts:,} drafts about
{measured.songs:,} songs that were judged worth posting or not ({measured.worth:.0%} were). On songs
that it has not seen it ranks them with an AUC of {measured.auc:.2f}, and would find worth posting
{measured.chosen}. It chooses among {candidates} drafts of a text; the
samples above were written before it was there."""
