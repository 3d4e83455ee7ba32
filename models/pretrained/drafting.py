"""Many quick texts from many ⟨z, a⟩, as `models.drafts` has them for the CVAE.

One try each with few rules, many rows at a time, each about a song of its own: a place that falls
free is taken by the next.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from models.pretrained.cache import Cache, Prompt
from models.pretrained.prompt import told
from models.pretrained.stepping import Stepper
from models.prior import LatentPrior
from models.rows import MAX_TOKENS, MIN_WORDS
from models.sampling import draw
from models.tokenizer import EOS, detokenise
from models.writer import Sampling, Vector
from models.writing import BLOCK

if TYPE_CHECKING:
    from models.pretrained.writer import PretrainedWriter


ROWS = 64
"""Rows at a time where a row is the same in any company: nobody waits for the first of them, and
weights are read from memory less often."""


@dataclass(slots=True)
class _Place:
    """A text in the making: which row it will be, and its tokens so far."""

    row: int
    written: list[int] = field(default_factory=list)
    over: bool = False


class PretrainedDrafter:
    """A `models.drafts.Decoder` on the pretrained decoder, in the register of our own voice."""

    def __init__(
        self,
        writer: "PretrainedWriter",
        stepper: Stepper,
        prior: LatentPrior,
        sampling: Sampling = Sampling(),  # noqa: B008 - frozen
    ) -> None:
        self.weights_hash, self.first_of_kin = writer.weights_hash, writer.kin[0]
        self.prior = prior
        self._tokenizer, self._stepper = writer.tokenizer, stepper
        self._sampling = sampling.at(writer.temperature)
        self._device = stepper.device
        self._pieces = [writer.tokenizer.pieces[token] for token in writer.writable]
        self._end = writer.writable.index(EOS)
        opens = [piece[:1] == b" " and len(piece) > 1 for piece in self._pieces]
        ends = [piece[-1:] in (b".", b"!", b"?") for piece in self._pieces]
        self._opens_word = torch.tensor([*opens, False], device=self._device)
        self._ends_sentence = torch.tensor([*ends, False], device=self._device)

    @torch.inference_mode()
    def __call__(self, z: Vector, known: Vector, seed: int) -> list[str]:
        """Write a text for each z (N, latent) with its condition vector (N, width)."""
        uniforms = [np.random.default_rng([seed, i]).random(MAX_TOKENS) for i in range(len(z))]
        prompts: dict[bytes, Prompt] = {}
        # Where company tells in the last digits, it is the same for all, in use or not.
        alone = self._stepper.least == 1
        most = min(ROWS, max(len(z), 1)) if alone else BLOCK
        cache = Cache(self._stepper, rows=most)
        waiting, texts = iter(range(len(z))), [""] * len(z)
        places: list[_Place] = []
        last = torch.full((most,), self._stepper.start_token, device=self._device)
        words = torch.zeros(most, dtype=torch.long, device=self._device)
        while True:
            while len(places) < most and (row := next(waiting, None)) is not None:
                key = known[row].tobytes()
                if key not in prompts:
                    prompts |= self._prompts(known[row:], prompts.keys())
                keys, values, into = self._stepper.memory(self._tensor(z[row])[None])
                at = len(places)
                cache.begin(at, (keys[0], values[0]), into[0], prompts[key])
                last[at], words[at] = self._stepper.start_token, 0
                places.append(_Place(row))
            if not places:
                return texts
            count = len(places)
            logits = self._stepper.step(last[: count if alone else most], cache)[:count]
            early = (words[:count] < MIN_WORDS) | ~self._ends_sentence[last[:count]]
            logits[early, self._end] = -torch.inf
            dice = np.array([uniforms[p.row][len(p.written)] for p in places], np.float32)
            drawn, _ = draw(logits, self._tensor(dice), self._sampling.heat, self._sampling.top_p)
            last[:count] = drawn
            words[:count] += self._opens_word[drawn]
            for place, token in zip(places, drawn.tolist(), strict=True):
                if token != self._end:
                    place.written.append(token)
                place.over = token == self._end or len(place.written) == MAX_TOKENS
            for at in reversed(range(count)):
                if places[at].over:
                    texts[places[at].row] = self._text(places[at].written)
                    end = places.pop()
                    if at < len(places):  # the last one takes the place that falls free
                        cache.move(len(places), at)
                        last[at], words[at] = last[len(places)], words[len(places)]
                        places[at] = end

    def _prompts(self, known: Vector, computed: Collection[bytes]) -> dict[bytes, Prompt]:
        """Return the prompts of the next songs: together they take half the time."""
        songs: dict[bytes, Vector] = {}
        for song in known:
            if len(songs) == BLOCK:
                break
            if song.tobytes() not in computed:
                songs[song.tobytes()] = song
        words = [told(self._tokenizer, song) for song in songs.values()]
        return dict(zip(songs, self._stepper.prompts(words), strict=True))

    def _tensor(self, values: Vector) -> Tensor:
        return torch.from_numpy(np.ascontiguousarray(values, np.float32)).to(self._device)

    def _text(self, tokens: Sequence[int]) -> str:
        return detokenise(self._pieces[token] for token in tokens)
