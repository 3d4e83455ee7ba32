"""Counts of what went in, what was dropped for which reason, what came out."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from models.corpus.records import SourceError


class Funnel:
    """The books of a corpus: `rows` read = `passages dropped` + used; sentences likewise."""

    def __init__(self) -> None:
        self.read: dict[str, int] = {}
        self.refused: dict[str, str] = {}
        self.passages = 0
        self.sentences = 0
        self.kept = 0
        self.dropped_passages: Counter[str] = Counter()
        self.dropped_sentences: Counter[str] = Counter()
        self.splits: dict[str, int] = {}
        self.bad_lines: list[str] = []

    def source(self, path: Path, rows: int) -> None:
        """Note that `rows` were read from `path`."""
        name = _named(path.name)
        self.read[name] = self.read.get(name, 0) + rows

    def refuse(self, path: Path, reason: str) -> None:
        """Note that a whole file could not be used."""
        self.refused[_named(str(path))] = reason

    def bad_line(self, path: Path, number: int, reason: str, unit: str = "line") -> None:
        """Note a row that could not be read, the `number`th line or item; the rest is used."""
        self.dropped_passages["unreadable"] += 1
        self.passages += 1
        self.bad_lines.append(f"{_named(path.name)}, {unit} {number}: {reason}")

    @contextmanager
    def whole(self) -> Iterator[None]:
        """Take the rows booked in this block back if it raises SourceError: no row of a file that
        is refused counts as read. Its bad rows stay named."""
        before = self.passages, self.sentences, self.dropped_passages.copy()
        try:
            yield
        except SourceError:
            self.passages, self.sentences, self.dropped_passages = before
            raise

    def lines(self) -> list[str]:
        """Return the funnel as lines to print, widest first."""
        out = [f"{rows:>7,}  rows in {name}" for name, rows in self.read.items()]
        out += [f"         not used: {path}: {why}" for path, why in self.refused.items()]
        out += [f"{-n:>7,}  {why} (rows)" for why, n in self.dropped_passages.most_common()]
        out.append(f"{self.sentences:>7,}  sentences in the rest")
        out += [f"{-n:>7,}  {why}" for why, n in self.dropped_sentences.most_common()]
        out.append(f"{self.kept:>7,}  sentences kept")
        out += [f"{n:>7,}    {split}" for split, n in self.splits.items()]
        return out

    def to_dict(self) -> dict[str, object]:
        """Return the counts as plain data."""
        return {
            "rows": dict(self.read),
            "refused": dict(self.refused),
            "bad_lines": list(self.bad_lines),
            "passages": self.passages,
            "passages_dropped": dict(self.dropped_passages),
            "sentences": self.sentences,
            "sentences_dropped": dict(self.dropped_sentences),
            "sentences_kept": self.kept,
            "splits": dict(self.splits),
        }


def _named(path: str) -> str:
    """Return a path as cards and reports can hold it: names of files need not be UTF-8."""
    return path.encode(errors="backslashreplace").decode()
