"""Only words that exist: which tokens may come next so that every word is one of the known ones.

A byte-pair vocabulary can spell anything, and a small model now and then does ("pianoest"). The
units into which the tokenizer cuts text (words with the space before them, punctuation) form a
trie of tokens; while writing, each draft walks it.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

FREE, BETWEEN, INSIDE = 0, 1, 2
"""What the last token leaves open: any unit may follow (at the beginning of a compound's second
part, or of what is quoted), a unit that does not run on from a letter, or only more of the same
word."""


def opens(text: bytes) -> bool:
    """Whether a text ends in an opening quotation mark or bracket: no space follows on it."""
    _, space, mark = text.rpartition(b" ")
    return bool(space and mark) and not mark.strip(b'"(')


class Node:
    """A place in the trie: what may follow within the unit, and whether the unit may end here."""

    __slots__ = ("children", "joint", "whole")

    def __init__(self) -> None:
        self.children: dict[int, Node] = {}
        self.whole = False
        self.joint = False


class Rule(NamedTuple):
    """What may come next: `mask` by number, and the tokens allowed in spite of it."""

    mask: int
    allowed: Sequence[int]


class Spelling:
    """The trie of the known units, over `pieces`, the bytes of each writable token."""

    def __init__(
        self, paths: Iterable[Sequence[int]], pieces: Sequence[bytes], always: Iterable[int]
    ) -> None:
        """`paths` are the tokens of each unit, `always` tokens that stand outside of units."""
        self._root = Node()
        for path in paths:
            node = self._root
            for token in path:
                node = node.children.setdefault(token, Node())
            unit = b"".join(pieces[token] for token in path)
            node.whole = True
            node.joint = unit[-1:] in (b"-", b"'") or opens(unit)
        self.start = Node()
        self.start.whole = True
        begins = {*self._root.children, *always}
        runs_on = {i for i, piece in enumerate(pieces) if piece[:1].isalpha()}
        self._masks = torch.full((3, len(pieces)), -torch.inf)
        self._masks[FREE, sorted(begins)] = 0.0
        self._masks[BETWEEN, sorted(begins - runs_on)] = 0.0

    def masks(self, device: torch.device) -> Tensor:
        """Return what is added to logits under each rule, (3, A): 0 or −∞."""
        return self._masks.to(device)

    def rule(self, node: Node) -> Rule:
        """Return what may follow."""
        if not node.whole:
            return Rule(INSIDE, tuple(node.children))
        return Rule(FREE if node.joint else BETWEEN, tuple(node.children))

    def after(self, node: Node, token: int) -> Node:
        """Return where a token leads; one that stands outside of units leads to the start."""
        return node.children.get(token) or self._root.children.get(token) or self.start


def free_spelling(size: int) -> Spelling:
    """Return the spelling of `size` tokens by which each may follow any other."""
    return Spelling((), [b""] * size, range(size))
