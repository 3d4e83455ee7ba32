"""How a line is laid out: chunks between its marks, chains that marks hold together, headings."""

from bisect import bisect_left
from dataclasses import dataclass

from curator.domain.parsing import vocabulary as vocab
from curator.domain.parsing.lexing import JOINTS
from curator.domain.parsing.parts import Line
from curator.domain.parsing.spans import after_lead

_LOOKED_AT = 8
"""Chunks that are looked at when a chunk's surroundings are asked for."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Atoms between two marks. `joint` is the mark before it, None where a chain begins."""

    first: int
    last: int
    joint: int | None
    chain: int


class Layout:
    """A line's chunks, and what stands around each."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.chunks = _chunks(line)
        self.loud = [c for c in self.chunks if not is_label(line, c.first, c.last)]
        self._leads: dict[int, tuple[int, bool]] = {}
        self._chains: dict[int, int] = {}
        for chunk in self.chunks:
            self._chains[chunk.chain] = self._chains.get(chunk.chain, 0) + 1

    def chained(self, chunk: Chunk) -> int | None:
        """The chunk's chain when it holds more than the chunk."""
        return chunk.chain if self._chains[chunk.chain] > 1 else None

    def lead(self, chunk: Chunk) -> tuple[int, bool]:
        """Where a chunk begins after "now playing", "songs like", and whether there was such."""
        if chunk.first not in self._leads:
            self._leads[chunk.first] = after_lead(self.line, chunk.first, chunk.last)
        return self._leads[chunk.first]

    def heading(self, chunk: Chunk) -> list[str]:
        """Say whether a heading before the chunk speaks of music."""
        for before in self.chunks[:_LOOKED_AT]:
            if before.first >= chunk.first:
                break
            if speaks_of_music(self.line, before.first, before.last) and is_label(
                self.line, before.first, before.last
            ):
                return ["heading"]
        return []

    def placed(self, chunk: Chunk) -> list[str]:
        """Say whether the chunk is where somebody is: it stands behind a lone @."""
        at = chunk.first - 1
        return ["place"] if at >= 0 and self.line.atoms[at].text == "@" else []

    def only(self, chunk: Chunk) -> bool:
        """Whether nothing but headings stands beside the chunk."""
        return len(self.loud) == 1 and self.loud[0] is chunk

    def around(self, left: Chunk, right: Chunk) -> list[str]:
        """Say how a pair of joined chunks stands in its line."""
        line = self.line
        others = [c for c in self.loud[: _LOOKED_AT + 1] if c is not left and c is not right]
        after = [c for c in others if c.chain == left.chain and c.first > right.first]
        before = [c for c in others if c.chain == left.chain and c.first < left.first]
        coloned = left.joint is not None and line.kind(left.joint) == "colon"
        seen = self.heading(left)
        seen.append("middle of a chain" if before else "opens a chain")
        if len(others) == len(before) + len(after) < _LOOKED_AT and (not before or coloned):
            seen.append("alone")
        if after:
            seen.append("ends a chain")
        return seen + self.placed(left)


def _chunks(line: Line) -> list[Chunk]:
    """Split a line at its dashes, pipes and colons, and part its chains at breaks."""
    joints = [i for i, atom in enumerate(line.atoms) if atom.kind in JOINTS]
    chunks: list[Chunk] = []
    first, joint, chain, joined = 0, None, 0, False
    for at, atom in enumerate([*line.atoms, None]):
        joins = atom is not None and atom.kind in JOINTS
        if not joins and atom is not None and not _parts(line, at, joined, joints):
            continue
        if at > first:
            chunks.append(Chunk(first, at, joint, chain))
        first = at + 1
        if joins and atom is not None:
            joint = at if chunks and chunks[-1].chain == chain else None
            joined = joined or atom.kind != "colon"
        else:
            joint, joined, chain = None, False, chain + 1
    return chunks


def _parts(line: Line, at: int, joined: bool, joints: list[int]) -> bool:
    """Whether a break, a sentence's end or a comma between two chains stands there."""
    atom = line.atoms[at]
    if atom.kind == "break":
        return True
    if atom.kind == "stop":
        # before "by" it is a title's own mark: Where Is My Mind? by Pixies
        return line.kind(at + 1) in ("word", "mention", "quote") and line.word(at + 1) != "by"
    if atom.kind != "comma":
        return False
    later = bisect_left(joints, at)
    return atom.text[0] == ";" or (joined and later < len(joints) and joints[later] - at < 12)


def is_label(line: Line, first: int, last: int) -> bool:
    """Whether atoms are a heading over a song, such as "New Music" or "Song of the Day"."""
    if last - first > 2 * _LOOKED_AT or any(a.kind == "quote" for a in line.atoms[first:last]):
        return False
    words = [w for w in line.lower[first:last] if w]
    return all(word in vocab.LABEL or word.isdigit() for word in words)


def speaks_of_music(line: Line, first: int, last: int) -> bool:
    """Whether a heading speaks of music."""
    words = {w for w in line.lower[first : min(last, first + 2 * _LOOKED_AT)] if w}
    for atom in line.atoms[first : min(last, first + 2 * _LOOKED_AT)]:
        if atom.kind == "bracket":
            words.update(atom.text.casefold().split())
    return not vocab.LABEL_HEADS.isdisjoint(words)


def is_site(line: Line, first: int, last: int) -> bool:
    """Whether atoms name a place where music is written about: "Blog", "New Music Blog"."""
    return is_label(line, first, last) and not vocab.SITES.isdisjoint(line.lower[first:last])
