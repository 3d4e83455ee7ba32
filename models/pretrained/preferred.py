"""From a decoder that learnt from judged drafts to a model's folder, with what came of it."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from models import checkpoint
from models.checkpoint import Checkpoint
from models.corpus import own_voice, prepare
from models.pretrained.model import Pretrained
from models.pretrained.showing import recarded, shown
from models.pretrained.storing import KIN
from models.pretrained.with_critic import HEADING as CRITIC
from models.train.kinds.latent_folder import held_out
from models.train.kinds.pretrained_folder import CANDIDATES

HEADING = "## Its preferences"


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
    before: Checkpoint,
    card: str,
    model: Pretrained,
    found: Preferred,
    out: Path,
    temperature: float | None,
    *,
    device: str | None,
    tell: Callable[[str], None],
) -> None:
    """Write `model`, which was `before` with this card until it learnt, to `out`.

    Its figures are measured anew, on the sentences that ship. A critic is left out. By itself it
    writes at `temperature`; None leaves that as it was.
    """
    model.half().float()  # what is measured is what ships
    model.eval()
    own = {f"model/{k}": v.detach().cpu().numpy() for k, v in model.state_dict().items()}
    rest = {k: v for k, v in before.tensors.items() if not k.startswith(("model/", "critic/"))}
    decoding = {k: v for k, v in before.decoding.items() if k not in ("worn", KIN)}
    decoding |= {"candidates": CANDIDATES} | ({"temperature": temperature} if temperature else {})
    content: dict[str, Any] = {
        "kind": before.kind,
        "config": before.config,
        "decoding": decoding,
        "tensors": own | rest,
        "tokenizer": before.tokenizer,
        "words": before.words,
    }
    tell("measuring what is held out")
    figures = {name: value for name, value in before.figures.items() if name != "critic"}
    figures["preferred"] = asdict(found)
    figures["held_out"] = held_out(model, prepare(own_voice()), model.tokenizer)
    tell("writing samples")
    samples, figures["samples"] = shown(content, device)
    for section in (CRITIC, HEADING):
        card = card.partition(f"{section}\n")[0]
    card = f"{recarded(card, figures, samples)}\n{HEADING}\n{_told(found)}\n"
    checkpoint.save(out, **content, figures=figures, card=card)


def _told(found: Preferred) -> str:
    return f"""Taught by {found.texts:,} drafts about {found.songs:,} songs that were judged worth
posting or not ({found.worth:.0%} were). On songs left out {found.moves}.
The figures above were measured after that, on the sentences that ship with curator."""
