"""From a decoder that learnt from judged drafts to a model's folder, with what came of it."""

import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from models import checkpoint
from models.checkpoint import Checkpoint
from models.corpus import own_voice, prepare
from models.evaluate import rounded, variety
from models.pretrained.model import Pretrained
from models.pretrained.with_critic import HEADING as CRITIC
from models.pretrained.writer import PretrainedWriter
from models.train.card import FIGURES, LIMITS, measured
from models.train.finishing import write_samples
from models.train.kinds.latent_folder import held_out
from models.train.kinds.pretrained_folder import CANDIDATES

HEADING = "## Its preferences"
_SAMPLES = 200


@dataclass(frozen=True, slots=True)
class Preferred:
    """What came of it: on songs left out, how well the change of likelihood ranks drafts (`auc`),
    and by how many nats a draft it moved worthy ones and others."""

    texts: int
    songs: int
    worth: float
    auc: float
    raised: float
    lowered: float

    @property
    def moves(self) -> str:
        """What it did to drafts about songs left out, in words."""
        return (
            f"worthy drafts moved by {self.raised:+.1f} nats, others by {self.lowered:+.1f}; "
            f"the change ranks them with an AUC of {self.auc:.2f}"
        )


def keep(
    folder: Path,
    before: Checkpoint,
    model: Pretrained,
    found: Preferred,
    out: Path,
    *,
    tell: Callable[[str], None],
) -> None:
    """Write `model`, which was `before` of `folder` until it learnt, to `out`.

    Its figures are measured anew, on the sentences that ship. A critic is left out.
    """
    model.half().float()  # what is measured is what ships
    model.eval()
    own = {f"model/{k}": v.detach().cpu().numpy() for k, v in model.state_dict().items()}
    rest = {k: v for k, v in before.tensors.items() if not k.startswith(("model/", "critic/"))}
    content: dict[str, Any] = {
        "kind": before.kind,
        "config": before.config,
        "decoding": before.decoding | {"candidates": CANDIDATES},
        "tensors": own | rest,
        "tokenizer": before.tokenizer,
        "words": before.words,
    }
    tell("measuring what is held out")
    corpus = prepare(own_voice())
    figures = {name: value for name, value in before.figures.items() if name != "critic"}
    figures["preferred"] = asdict(found)
    figures["held_out"] = held_out(model, corpus, model.tokenizer)
    tell("writing samples")
    with tempfile.TemporaryDirectory() as scratch:
        checkpoint.save(Path(scratch), **content, figures=figures, card="")
        writer = PretrainedWriter(checkpoint.load(Path(scratch)), out.name, "cpu")
    samples = write_samples(writer, corpus.test, _SAMPLES)
    figures["samples"] = rounded(variety([t for _, t in samples], [s.text for s in corpus.train]))
    text = (folder / checkpoint.CARD).read_text("utf-8").partition(f"{CRITIC}\n")[0].rstrip()
    head, _, tail = text.partition(f"{FIGURES}\n")
    limits = tail.partition(f"{LIMITS}\n")[2].partition(f"{HEADING}\n")[0].rstrip()
    card = f"{head}{measured(figures, samples)}\n{LIMITS}\n{limits}\n\n{HEADING}\n{_told(found)}\n"
    checkpoint.save(out, **content, figures=figures, card=card)


def _told(found: Preferred) -> str:
    return f"""Taught by {found.texts:,} drafts about {found.songs:,} songs that were judged worth
posting or not ({found.worth:.0%} were). On songs left out {found.moves}.
The figures above were measured after that, on the sentences that ship with curator, the likeliest
of {CANDIDATES} drafts for each sample."""
