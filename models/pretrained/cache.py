"""What the rows that are being written have in mind: keys and values, and sums of states.

Shapes: B rows, N of them in use, G key-value heads, d the size of one, S slots, P tokens
of a prompt, L places, D hidden.
"""

from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor

from models.pretrained.layout import PLACE
from models.pretrained.prompt import LONGEST_PROMPT
from models.rows import MAX_TOKENS
from models.writing import BLOCK

if TYPE_CHECKING:
    from models.pretrained.stepping import Stepper


class Prompt(NamedTuple):
    """What was computed of a prompt: keys and values, each (layers, G, P, d)."""

    keys: Tensor
    values: Tensor

    @property
    def length(self) -> int:
        """Tokens."""
        return self.keys.shape[2]


class View(NamedTuple):
    """A layer of N rows: keys (N · G, d, L), values (N · G, L, d), and all of it by places."""

    keys: Tensor
    values: Tensor
    places: Tensor


class Cache:
    """Keys and values of `rows` rows: slots, prompt, and what is written, one after the other.

    Keys and values are one tensor, `kept` (layers, 2, B · G, L, d); `words` (B, D) is what z adds
    to every embedding; `written` (B,) counts tokens, BOS among them; `heard` (B, R) sums the states
    of the others. There is room for prompts of `longest` tokens: less for a short one makes every
    step faster, and is the same for every row of a song.
    """

    def __init__(
        self, stepper: "Stepper", longest: int = LONGEST_PROMPT, rows: int = BLOCK
    ) -> None:
        c, device = stepper.config, stepper.device
        places = stepper.slots + longest + MAX_TOKENS
        shape = (c.layers, 2, rows * c.groups, places, c.head)
        self.kept = torch.zeros(shape, device=device)
        self._rows = self.kept.view(c.layers, 2, rows, c.groups, places, c.head)
        self._views: dict[int, list[View]] = {}
        self.words = torch.zeros(rows, c.hidden, device=device)
        self.heard = torch.zeros(rows, len(stepper.heard) * c.hidden, device=device)
        self.written = torch.zeros(rows, dtype=torch.long, device=device)
        self._filled = torch.full((rows,), stepper.slots, device=device)
        self._slots = stepper.slots
        self._all = torch.arange(places, device=device)
        heads = torch.arange(rows * c.groups, device=device) * places
        self._heads = heads.view(rows, c.groups)

    @property
    def positions(self) -> Tensor:
        """Where the token just given room stands, (B,). Rows out of use stay at the last one."""
        return (self.written - 1).clamp_max(MAX_TOKENS) + PLACE

    def begin(self, row: int, memory: tuple[Tensor, Tensor], words: Tensor, prompt: Prompt) -> None:
        """Put slots (layers, G, S, d) and a prompt into a row, and forget what it held."""
        end = self._slots + prompt.length
        for number, (slots, before) in enumerate(zip(memory, prompt, strict=True)):
            of_row = self._rows[:, number, row]  # (layers, G, L, d)
            of_row[:, :, : self._slots] = slots
            of_row[:, :, self._slots : end] = before
        self.words[row], self._filled[row], self.written[row] = words, end, 0
        self.heard[row] = 0

    def move(self, row: int, to: int) -> None:
        """Put what a row holds in the place of another one."""
        self._rows[:, :, to] = self._rows[:, :, row]
        for each in (self.words, self.heard, self._filled, self.written):
            each[to] = each[row]

    def hear(self, states: Tensor) -> None:
        """Add the states (N, R) of the tokens just given room, BOS left out."""
        count = len(states)
        self.heard[:count] += states * (self.written[:count] > 1)[:, None]

    def readings(self, count: int = BLOCK) -> Tensor:
        """Return the means of the states of what is written, (N, R)."""
        return self.heard[:count] / (self.written[:count, None] - 1).clamp_min(1)

    def next(self, count: int = BLOCK) -> Tensor:
        """Make room for one token in each of the first N rows; return its places (N,)."""
        at = (self._filled[:count] + self.written[:count]).clamp_max(len(self._all) - 1)
        self.written[:count] += 1
        return at

    def looking(self, at: Tensor) -> tuple[Tensor, Tensor]:
        """Of rows whose tokens stand at places `at` (N,) return −∞ where a row does not look, else
        0, as (N · G, 1, L), and where the tokens' keys go, and their values, (2 · N · G,), in a
        layer laid out as (2 · B · G · L, d)."""
        heads = self._heads[: len(at)]
        hidden = torch.zeros(len(at), len(self._all), device=at.device)
        hidden.masked_fill_(self._all > at[:, None], -torch.inf)
        keys = (heads + at[:, None]).flatten()
        place = torch.cat([keys, keys + self._heads.numel() * len(self._all)])
        return hidden.repeat_interleave(heads.shape[1], 0)[:, None], place

    def views(self, count: int) -> list[View]:
        """Return how a step of the first N rows sees each layer."""
        if count not in self._views:
            heads = count * self._heads.shape[1]
            self._views[count] = [
                View(layer[0, :heads].mT, layer[1, :heads], layer.view(-1, layer.shape[-1]))
                for layer in self.kept
            ]
        return self._views[count]
