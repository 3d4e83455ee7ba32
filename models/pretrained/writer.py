"""The pretrained decoder as a writer."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from models.block import Block
from models.checkpoint import Checkpoint, CheckpointError
from models.claims import claims, strange_names
from models.device import best_device
from models.guards import TrainingText
from models.latent_writer import LatentRows
from models.pretrained.base import NoBase, find
from models.pretrained.cache import Cache, Prompt
from models.pretrained.chosen import chosen
from models.pretrained.critic import Critic
from models.pretrained.drafting import PretrainedDrafter
from models.pretrained.page import of_our_voice
from models.pretrained.products import Precision
from models.pretrained.prompt import told
from models.pretrained.reading import embed
from models.pretrained.stepping import Stepper, quickest
from models.pretrained.storing import identity, kin, read_model
from models.prior import LatentPrior
from models.reading import surprisals, template_of
from models.rows import Attempt, Vocabulary
from models.tokenizer import BOS, EOS
from models.writer import (
    TEMPERATURE,
    Conditions,
    Embedding,
    Sampling,
    TokenSurprisal,
    Vector,
)
from models.writing import BLOCK, Slots, judge

WIDE = 32
"""Slots where only the living are stepped. Twice as many rows take some half more time, and most of
the weights' way out of memory is the first row's; with more still, the first text comes late."""

_CLAIMS, _NAMES = 2.5, 1.5
"""What these faults weigh, beside those of `models.guards`."""


class PretrainedWriter(LatentRows):
    """A `LatentWriter` on a base that was taught to write from ⟨z, a⟩.

    Where the checkpoint has a critic, it chooses among the drafts of a text. `draws` counts what
    became of every text that was finished or given up: all of them under "drawn", those refused
    under their reasons.
    """

    def __init__(
        self,
        checkpoint: Checkpoint,
        name: str,
        device: str | None = None,
        precision: Precision | None = None,
    ) -> None:
        """Raises CheckpointError if the checkpoint is no pretrained decoder's or does not fit the
        base, NoBase if that is not here."""
        if checkpoint.kind != "pretrained":
            raise CheckpointError(f"{checkpoint.folder} holds a {checkpoint.kind}")
        self._device = best_device(device)
        self.name, self.device = name, str(self._device)
        base = find(str(checkpoint.config["named"]))
        self.model = read_model(checkpoint, base, self._device)
        self.weights_hash = identity(checkpoint.weights_hash, self.model.config.base, base)
        self.kin = kin(checkpoint, self.model.config.base, base)
        self.latent = self.model.config.latent
        self.tokenizer = self.model.tokenizer
        self.writable = [int(token) for token in checkpoint.tensors["writable"]]
        try:
            self._vocabulary = Vocabulary(self.tokenizer, self.writable, checkpoint.words)
        except (IndexError, KeyError):
            message = f"the base {base.name} here cuts text otherwise than the one {name} knows"
            raise NoBase(message) from None
        self._masks = self._vocabulary.spelling.masks(self._device)
        self._training = TrainingText.from_tensors(checkpoint.tensors)
        self._prior = LatentPrior.from_tensors(checkpoint.tensors)
        self._capitals = frozenset(checkpoint.decoding.get("capitals", ()))
        self.candidates = int(checkpoint.decoding.get("candidates", 1))
        self.temperature = float(checkpoint.decoding.get("temperature", TEMPERATURE))
        try:
            critic = Critic.read(checkpoint.tensors, checkpoint.decoding)
        except ValueError as error:
            raise CheckpointError(f"{checkpoint.folder}: {error}") from None
        self._critic = None if critic is None else critic.to(self._device)
        if critic is not None:
            self.deviation = 1.0  # log-odds
        if critic is not None and len(critic.pages):
            of_our_voice()  # now, not while somebody waits for a text
        self.draws: Counter[str] = Counter()
        self.precision = precision or chosen(
            base.folder, self._device, lambda: quickest(self.model)
        )
        self._stepper = Stepper(self.model, self.writable, self.precision)

    # -- writing ---------------------------------------------------------------------------------

    def _block(self, conditions: Conditions) -> Slots:
        return DecoderBlock(self._stepper, self._prompt(conditions), self._masks, self._critic)

    def _prompt(self, conditions: Conditions) -> Prompt:
        names = conditions.artist, conditions.title
        return self._stepper.prompt(told(self.tokenizer, self.known(conditions), *names))

    def _judge(self, attempt: Attempt, known: Vector) -> None:
        whole = attempt.template
        if not attempt.over:
            whole = whole.rpartition(" ")[0]  # the last word may still become another
            # What is refused is best refused at once.
            attempt.given_up = not attempt.last and bool(self._refusals(whole))
        judge(attempt, self._training)
        if not attempt.over:
            return
        if self._critic is not None:
            attempt.score += self._critic.added(whole, attempt.logprobs, known)
        reasons = self._refusals(whole)
        attempt.faults += _CLAIMS * any(reason.startswith("claim") for reason in reasons)
        attempt.faults += _NAMES * any(reason.startswith("name") for reason in reasons)
        if attempt.faults and not reasons:
            reasons = ["copied" if attempt.given_up else "cut, looped, copied or left open"]
        self.draws.update(["drawn", *(["refused"] if attempt.faults else []), *reasons])

    def _refusals(self, template: str) -> list[str]:
        names = [f"name: {name}" for name in strange_names(template, self._capitals)]
        return [*(f"claim: {kind}" for kind in claims(template)), *names[:1]]

    def drafter(self) -> PretrainedDrafter:
        """Return what writes many quick texts with these weights."""
        return PretrainedDrafter(self, self._stepper, self._prior)

    # -- reading ---------------------------------------------------------------------------------

    def encode(self, text: str, conditions: Conditions) -> Vector:
        """Return the posterior mean of z, shape (latent,)."""
        tokens, _ = template_of(self.tokenizer, text, conditions)
        with torch.inference_mode():
            batch = torch.tensor([tokens or [EOS]], device=self._device)
            mean, _ = self.model.encode(batch, self._a(conditions))
        return np.asarray(mean[0].cpu().numpy(), np.float32)

    def embed(self, texts: Sequence[str], conditions: Sequence[Conditions]) -> Embedding:
        """Embed texts; see `models.writer.Reader`."""
        tokens, known = self._batchable(texts, conditions)
        return embed(self.model, self._stepper, tokens, known)

    def surprisal(self, text: str, conditions: Conditions) -> list[TokenSurprisal]:
        """Return how unexpected each piece of `text` is, before z is known.

        z is the mean of what z is drawn from for such a song.
        """
        tokens, pieces = template_of(self.tokenizer, text, conditions)
        with torch.inference_mode():
            z = torch.from_numpy(self._prior.given(self.known(conditions)).mean)[None]
            inputs = torch.tensor([[BOS, *tokens]], device=self._device)
            names = [(conditions.artist, conditions.title)]
            logits = self.model.decode(inputs, z.to(self._device), self._a(conditions), names)
            targets = torch.tensor(tokens, device=self._device, dtype=torch.long)
            nats = F.cross_entropy(logits[0, :-1], targets, reduction="none").tolist()
        return surprisals(pieces, nats)

    def _a(self, conditions: Conditions) -> Tensor:
        known = torch.from_numpy(self.known(conditions)).to(self._device)[None]
        return self.model.condition(known, torch.ones(1, device=self._device))


class DecoderBlock(Block):
    """Rows about a song, with the keys and values of what they have written.

    Living ones stand in the first places of the cache: where a row is the same in any company, no
    other is stepped, and there may be more of them than sixteen.
    """

    def __init__(
        self, stepper: Stepper, prompt: Prompt, masks: Tensor, critic: Critic | None = None
    ) -> None:
        size = WIDE if stepper.least == 1 else BLOCK
        super().__init__(masks, stepper.start_token, size=size)
        self._stepper, self._prompt, self._critic = stepper, prompt, critic
        self.ahead = stepper.least == BLOCK
        self._held: list[int] = []
        """By place in the cache: the slot that stands there."""
        with torch.inference_mode():
            self._cache = Cache(stepper, prompt.length, size)

    def _begin(self, fresh: Sequence[tuple[int, Attempt]]) -> None:
        for slot, attempt in fresh:
            # One z at a time: a product of fewer or more rows could round otherwise.
            z = torch.from_numpy(attempt.z)[None].to(self._device)
            keys, values, words = self._stepper.memory(z)
            if slot not in self._held:
                self._held.append(slot)
            place = self._held.index(slot)
            self._cache.begin(place, (keys[0], values[0]), words[0], self._prompt)

    def step(
        self, living: Sequence[tuple[int, Attempt]], vocabulary: Vocabulary, sampling: Sampling
    ) -> tuple[list[int], list[float]]:
        """Write one token in every living slot, and have the critic judge what stands there."""
        written = super().step(living, vocabulary, sampling)
        if self._critic is not None:
            promises = self._critic(self._cache.readings(len(self._held))).tolist()
            for slot, attempt in living:
                attempt.promise = promises[self._held.index(slot)]
        return written

    def _logits(self, tokens: Tensor, living: Sequence[int]) -> Tensor:
        self._close_up(set(living))
        rows = self._held + [slot for slot in range(self.size) if slot not in self._held]
        rows = rows[: max(len(self._held), self._stepper.least)]
        stepped = self._stepper.step(tokens[rows], self._cache)
        logits = stepped.new_zeros(self.size, stepped.shape[1])
        logits[rows] = stepped
        return logits

    def _close_up(self, living: set[int]) -> None:
        """Let the last rows take the places of those that live no more."""
        for place in reversed(range(len(self._held))):
            if self._held[place] not in living:
                last = self._held.pop()
                if place < len(self._held):
                    self._cache.move(len(self._held), place)
                    self._held[place] = last
