"""Many quick texts from many ⟨z, a⟩, as `models.drafts` has them for the CVAE.

One try each with few rules, sixteen rows at a time, each about a song of its own: a slot that
falls free is taken by the next.
"""

from collections.abc import Collection, Sequence
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


class PretrainedDrafter:
    """A `models.drafts.Decoder` on the pretrained decoder, in the register of our own voice."""

    def __init__(
        self,
        writer: "PretrainedWriter",
        stepper: Stepper,
        prior: LatentPrior,
        sampling: Sampling = Sampling(),  # noqa: B008 - frozen
    ) -> None:
        self.weights_hash, self.prior = writer.weights_hash, prior
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
        cache = Cache(self._stepper)
        waiting, texts = iter(range(len(z))), [""] * len(z)
        rows: list[int | None] = [None] * BLOCK
        written: list[list[int]] = [[] for _ in range(BLOCK)]
        last = torch.full((BLOCK,), self._stepper.start_token, device=self._device)
        words = torch.zeros(BLOCK, dtype=torch.long, device=self._device)
        while True:
            for slot in (slot for slot, row in enumerate(rows) if row is None):
                row = rows[slot] = next(waiting, None)
                if row is None:
                    break
                key = known[row].tobytes()
                if key not in prompts:
                    prompts |= self._prompts(known[row:], prompts.keys())
                keys, values, into = self._stepper.memory(self._tensor(z[row])[None])
                cache.begin(slot, (keys[0], values[0]), into[0], prompts[key])
                last[slot], words[slot], written[slot] = self._stepper.start_token, 0, []
            living = [(slot, row) for slot, row in enumerate(rows) if row is not None]
            if not living:
                return texts
            logits = self._stepper.step(last, cache)
            logits[(words < MIN_WORDS) | ~self._ends_sentence[last], self._end] = -torch.inf
            dice = np.zeros(BLOCK, np.float32)
            for slot, row in living:
                dice[slot] = uniforms[row][len(written[slot])]
            how = self._sampling
            last, _ = draw(logits, self._tensor(dice), how.heat, how.top_p)
            words += self._opens_word[last]
            tokens = last.tolist()
            for slot, row in living:
                if tokens[slot] != self._end:
                    written[slot].append(tokens[slot])
                if tokens[slot] == self._end or len(written[slot]) == MAX_TOKENS:
                    texts[row] = self._text(written[slot])
                    rows[slot] = None

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
