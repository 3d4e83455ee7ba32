"""From judged drafts to a decoder that writes more like those that were worth posting.

Each judgement is a yes or a no, hardly ever two drafts about one song side by side: so what is
raised and lowered is each draft's log-likelihood over the one it had before, against the mean of
all (binary classifier optimisation, Jung et al. 2024; KTO, Ethayarajh et al. 2024, is its sister).
A yes with few stars is half a one: what is merely right is worn soonest.
A little of the plain likelihood of the worthy ones keeps them from falling together with the rest
(Pang et al. 2024).

Shapes: B drafts, T tokens of them.
"""

import math
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.optim import AdamW

from models import checkpoint
from models.conditions import condition_space
from models.device import best_device
from models.learning.skill import concordance
from models.pretrained.base import find
from models.pretrained.judged import Judged, JudgedError
from models.pretrained.model import Pretrained
from models.pretrained.preferred import Preferred, keep
from models.pretrained.showing import card_of
from models.pretrained.storing import kin, read_model
from models.reading import template_of
from models.tokenizer import BOS, EOS, PAD
from models.writer import Vector

_RAMP = 10
"""Steps over which the learning rate rises at the beginning."""


@dataclass(frozen=True, slots=True)
class Preference:
    """How drafts are learnt from.

    `beta` is how much a nat over what a draft was likely before counts; `plain` weighs the nats a
    token of worthy drafts; rates fall as a cosine. `held` is the share of songs that are left out
    to measure on. What comes out is `blend` of what was learnt and 1 − `blend` of what was before:
    likelihood, which learning to please costs, comes back faster than the pleasing goes (Wortsman
    et al. 2022). `temperature` is what the new model writes at by itself; None leaves that as it
    was.
    """

    epochs: int = 3
    batch: int = 32
    rate: float = 3e-4
    final_rate: float = 3e-5
    beta: float = 0.1
    plain: float = 0.2
    held: float = 0.1
    blend: float = 0.65
    clip: float = 1.0
    temperature: float | None = None
    seed: int = 1

    def rate_at(self, step: int, steps: int) -> float:
        """Return the learning rate of a step."""
        way = 0.5 * (1 + math.cos(math.pi * step / max(1, steps)))
        rate = self.final_rate + (self.rate - self.final_rate) * way
        return rate * min(1.0, (step + 1) / _RAMP)


class Step(NamedTuple):
    """Progress: what is done, how much of it, and what is left of learning."""

    doing: str
    done: int = 0
    total: int = 0
    seconds_left: float | None = None


Tell = Callable[[Step], None]


class _Draft:
    """A judged draft as tensors: tokens with BOS and EOS, z (1, latent), a (1, …), names.

    z is where the draft was written from if a model of one of the hashes `same` wrote it, else
    what is made of its text.
    """

    def __init__(self, model: Pretrained, same: Collection[str], one: Judged) -> None:
        song, device = one.song, model.names.device
        tokens, _ = template_of(model.tokenizer, one.text, song)
        known = torch.from_numpy(condition_space().encode(song.genres, song.features))
        self.tokens = [BOS, *tokens, EOS]
        self.a = model.condition(known.to(device)[None], torch.ones(1, device=device))
        self.names = song.artist, song.title
        self.merit, self.worth, self.about = one.merit, one.worth, one.about
        self.before = 0.0  # its log-likelihood before anything is learnt
        z = one.z_of(same)
        if z is None:
            with torch.no_grad():
                batch = torch.tensor([tokens or [EOS]], device=device)
                self.z = model.encode(batch, self.a)[0]
        else:
            if len(z) != model.config.latent:
                raise JudgedError(
                    f"z of {one.text!r} has {len(z)} numbers, not {model.config.latent}"
                )
            self.z = torch.from_numpy(z).to(device)[None]


def prefer(
    folder: Path,
    judged: Sequence[Judged],
    out: Path,
    how: Preference = Preference(),
    *,
    device: str | None = None,
    tell: Tell = lambda _: None,
) -> Preferred:
    """Write the model of `folder`, taught by judged drafts, to `out`.

    A critic that it had is left out: it knew the states of the decoder that was.
    Raises CheckpointError, NoBase; JudgedError where the drafts are about a single song or no z
    of this model's.
    """
    tell(Step("reading the drafts"))
    kept = checkpoint.load(folder)
    if kept.kind != "pretrained":
        raise checkpoint.CheckpointError(f"{folder} holds a {kept.kind}, not a pretrained decoder")
    card = card_of(folder)
    base = find(str(kept.config["named"]))
    model = read_model(kept, base, best_device(device))
    same = kin(kept, model.config.base, base)
    drafts = [_Draft(model, same, one) for one in judged]
    rest, held = _parted(drafts, how)
    _measure(model, drafts, how.batch, tell)
    _learn(model, rest, how, tell)
    moved = _likelihoods(model, held, how.batch, tell) - np.array([d.before for d in held])
    worth = np.array([draft.worth for draft in held])
    found = Preferred(
        texts=len(drafts),
        songs=len({draft.about for draft in drafts}),
        worth=float(np.mean([draft.worth for draft in drafts])),
        auc=concordance(moved, worth.astype(np.float32), np.zeros(len(held), np.int64)),
        raised=float(moved[worth].mean()),
        lowered=float(moved[~worth].mean()),
    )
    at = how.temperature
    keep(kept, card, model, found, out, at, device=device, tell=lambda doing: tell(Step(doing)))
    return found


def _parted(drafts: Sequence[_Draft], how: Preference) -> tuple[list[_Draft], list[_Draft]]:
    """Return drafts to learn from, and those about songs that are left out: as many songs as it
    takes to have some of either verdict, a share `how.held` at least."""
    songs = sorted({draft.about for draft in drafts})
    least = max(1, round(len(songs) * how.held))
    out: set[str] = set()
    for song in np.random.default_rng(how.seed).permutation(songs).tolist():
        verdicts = {draft.worth for draft in drafts if draft.about in out}
        if len(out) >= least and len(verdicts) == 2:
            break
        out.add(song)
    rest, held = ([d for d in drafts if (d.about in out) is left] for left in (False, True))
    if len({draft.worth for draft in rest}) < 2:
        raise JudgedError("too few songs to know: some must be left out to measure on")
    return rest, held


def _measure(model: Pretrained, drafts: Sequence[_Draft], size: int, tell: Tell) -> None:
    for draft, nats in zip(drafts, _likelihoods(model, drafts, size, tell), strict=True):
        draft.before = float(nats)


def _learn(model: Pretrained, drafts: Sequence[_Draft], how: Preference, tell: Tell) -> None:
    """Move the low-rank matrices; slots, encoder and the placeholders stay as they are."""
    model.requires_grad_(requires_grad=False)
    weights = [weight.requires_grad_() for weight in (*model.downs, *model.ups)]
    begun = [weight.detach().clone() for weight in weights]
    optimiser = AdamW(weights, lr=how.rate, weight_decay=0.0)
    steps = how.epochs * math.ceil(len(drafts) / how.batch)
    dice = np.random.default_rng([how.seed, 1])
    began, number = time.monotonic(), 0
    middle = 0.0  # of how far drafts have moved: what parts the raised from the lowered
    for _ in range(how.epochs):
        for batch in _batches([drafts[i] for i in dice.permutation(len(drafts))], how.batch):
            now, lengths = _nats(model, batch)
            moved = now - torch.tensor([draft.before for draft in batch], device=now.device)
            merit = torch.tensor([draft.merit for draft in batch], device=now.device)
            middle = 0.9 * middle + 0.1 * float(moved.detach().mean())
            nearer = how.beta * (moved - middle)
            told_apart = F.binary_cross_entropy_with_logits(nearer, merit)
            plain = (-now / lengths * merit).mean()
            for group in optimiser.param_groups:
                group["lr"] = how.rate_at(number, steps)
            optimiser.zero_grad(set_to_none=True)
            (told_apart + how.plain * plain).backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(weights, how.clip)
            optimiser.step()
            number += 1
            left = (time.monotonic() - began) / number * (steps - number)
            tell(Step("learning", number, steps, left))
    with torch.no_grad():
        for weight, before in zip(weights, begun, strict=True):
            weight.copy_(torch.lerp(before, weight, how.blend))


def _batches(drafts: Sequence[_Draft], size: int) -> Iterator[list[_Draft]]:
    for first in range(0, len(drafts), size):
        yield list(drafts[first : first + size])


@torch.no_grad()
def _likelihoods(model: Pretrained, drafts: Sequence[_Draft], size: int, tell: Tell) -> Vector:
    """Return the log-likelihoods (N,) of drafts."""
    order = sorted(range(len(drafts)), key=lambda i: len(drafts[i].tokens))
    found = np.zeros(len(drafts), np.float32)
    for first in range(0, len(order), size):
        rows = order[first : first + size]
        found[rows] = _nats(model, [drafts[i] for i in rows])[0].cpu().numpy()
        tell(Step("measuring", first + len(rows), len(drafts)))
    return found


def _nats(model: Pretrained, drafts: Sequence[_Draft]) -> tuple[Tensor, Tensor]:
    """Return the log-likelihood of each draft's tokens, (B,), and how many they are, (B,)."""
    longest = max(len(draft.tokens) for draft in drafts)
    device = model.names.device
    tokens = torch.tensor(
        [d.tokens + [PAD] * (longest - len(d.tokens)) for d in drafts], device=device
    )
    z, a = torch.cat([d.z for d in drafts]), torch.cat([d.a for d in drafts])
    logits = model.decode(tokens[:, :-1], z, a, [d.names for d in drafts])
    real = torch.tensor([len(d.tokens) - 1 for d in drafts], device=device)
    within = torch.arange(longest - 1, device=device) < real[:, None]
    nats = F.cross_entropy(logits.flatten(0, 1), tokens[:, 1:].flatten(), reduction="none")
    return -(nats.view(len(drafts), -1) * within).sum(1), real
