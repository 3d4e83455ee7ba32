"""Sentences as tensors."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from models.conditions import condition_space
from models.corpus.records import Sentence
from models.tokenizer import BOS, EOS
from models.units import Tokenizer


@dataclass(frozen=True, slots=True)
class Encoded:
    """Sentences as numbers: `tokens` each with BOS and EOS, `known` (N, width), `voice` (N,)."""

    tokens: list[list[int]]
    known: Tensor
    voice: Tensor

    def __len__(self) -> int:
        return len(self.tokens)

    def batch(self, rows: Sequence[int], device: torch.device) -> tuple[Tensor, Tensor, Tensor]:
        """Return tokens (B, T), conditions and registers of rows that have the same length."""
        tokens = torch.tensor([self.tokens[row] for row in rows], device=device)
        index = torch.tensor(rows)
        return tokens, self.known[index].to(device), self.voice[index].to(device)

    def where(self, voice: bool) -> "Encoded":
        """Return the sentences of one register."""
        rows = [i for i, flag in enumerate(self.voice.tolist()) if bool(flag) is voice]
        return Encoded([self.tokens[i] for i in rows], self.known[rows], self.voice[rows])


def encode(sentences: Sequence[Sentence], tokenizer: Tokenizer) -> Encoded:
    """Tokenise sentences and encode their conditions."""
    space = condition_space()
    known = np.zeros((len(sentences), space.width), np.float32)
    for i, sentence in enumerate(sentences):
        known[i] = space.encode(sentence.genres, sentence.features)
    voice = torch.tensor([float(s.register == "voice") for s in sentences])
    tokens = [[BOS, *tokenizer.encode(s.text), EOS] for s in sentences]
    return Encoded(tokens, torch.from_numpy(known), voice)


def same_length_batches(lengths: Sequence[int], rows: Sequence[int], size: int) -> list[list[int]]:
    """Group rows by length and cut the groups into batches of at most `size`."""
    groups: defaultdict[int, list[int]] = defaultdict(list)
    for row in rows:
        groups[lengths[row]].append(row)
    return [group[i : i + size] for group in groups.values() for i in range(0, len(group), size)]
