"""From judged drafts to a model with a critic that chooses among its drafts."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from models import checkpoint
from models.conditions import condition_space
from models.learning.skill import too_few
from models.pretrained.critic import Critic, Promise, promise
from models.pretrained.stepped import readings
from models.pretrained.writer import PretrainedWriter
from models.writer import Conditions

CANDIDATES = 8
"""Drafts of a text where a critic chooses: five texts make forty, two blocks and a half."""
_WORTH = {"approve": True, "reject": False}
_HEADING = "## Its critic"


class CriticError(Exception):
    """Judged drafts that no critic can be made of, with the reason in one line."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A draft that was judged: whether it is worth posting about this song."""

    text: str
    song: Conditions
    worth: bool

    @property
    def about(self) -> str:
        """What names its song."""
        return f"{self.song.artist} – {self.song.title}"


def read(files: Sequence[Path]) -> list[Judged]:
    """Read judgements as `curator export` writes them, as JSON Lines: `text`, `verdict`, and the
    song; rows that are not approved or rejected are left out. Raises CriticError."""
    found = []
    for file in files:
        try:
            lines = file.read_text("utf-8").split("\n")
            rows = [json.loads(line) for line in lines if line.strip()]
            found += [_judged(row) for row in rows if row.get("verdict") in _WORTH]
        except OSError as error:
            raise CriticError(f"{file}: {error.strerror}") from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise CriticError(
                f"{file} is no export of judgements as JSON Lines ({error})"
            ) from error
    if short := too_few(np.array([one.worth for one in found], np.float32)):
        raise CriticError(short)
    return found


def _judged(row: dict[str, Any]) -> Judged:
    features = {n: float(row[n]) for n in condition_space().features if row.get(n) is not None}
    song = Conditions(row.get("artist"), row.get("title"), tuple(row["genres"]), features)
    return Judged(row["text"], song, _WORTH[row["verdict"]])


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
    heard = readings(writer, [one.text for one in judged], [one.song for one in judged])
    worth = np.array([one.worth for one in judged])
    tell("measuring on songs left out")
    measured = promise(heard, worth, [one.about for one in judged])
    tell("fitting")
    critic = Critic.fit(heard, worth)
    card = (folder / checkpoint.CARD).read_text("utf-8").partition(f"{_HEADING}\n")[0].rstrip()
    checkpoint.save(
        out,
        kind=kept.kind,
        config=kept.config,
        decoding=kept.decoding | {"candidates": candidates},
        figures=kept.figures | {"critic": asdict(measured)},
        tensors=kept.tensors | critic.tensors(),
        tokenizer=kept.tokenizer,
        words=kept.words,
        card=f"{card}\n\n{_HEADING}\n{_told(measured, candidates)}\n",
    )
    return measured


def _told(measured: Promise, candidates: int) -> str:
    return f"""A linear probe on the decoder's states, fitted to {measured.texts:,} drafts about
{measured.songs:,} songs that were judged worth posting or not ({measured.worth:.0%} were). On songs
that it has not seen it ranks them with an AUC of {measured.auc:.2f}, and would find worth posting
{measured.chosen}. It chooses among {candidates} drafts of a text."""
