"""Reading: captions with aspect tags, our own voice files, any CSV with text, plain text.

What a file is follows from its ending and its columns. Files that cannot be used raise
`SourceError`; single bad rows are noted in the funnel and the rest is read.
"""

import ast
import csv
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from models.corpus.aspects import features_of, genres_of
from models.corpus.funnel import Funnel
from models.corpus.records import Passage, SourceError

TEXT_COLUMNS = ("caption", "text", "commentary", "review", "body", "content", "sentence")


def read(path: Path, funnel: Funnel) -> list[Passage]:
    """Return the passages of one file and book them in the funnel.

    Raises SourceError for a file that is missing, no UTF-8, or of no known form.
    """
    readers = {".jsonl": _jsonl, ".ndjson": _jsonl, ".csv": _csv, ".txt": _plain, ".md": _plain}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise SourceError(f"unknown kind of file {path.suffix!r}; use .csv, .jsonl or .txt")
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourceError(f"not UTF-8 (byte {error.start})") from None
    except OSError as error:
        raise SourceError(error.strerror or "cannot be read") from None
    bad_before = len(funnel.bad_lines)
    passages = list(reader(path, text, funnel))
    bad = len(funnel.bad_lines) - bad_before
    if not passages:
        raise SourceError("no text in it")
    funnel.source(path, len(passages) + bad)
    funnel.passages += len(passages)
    return passages


def _jsonl(path: Path, text: str, funnel: Funnel) -> Iterator[Passage]:
    """Lines of `{"text", "genres", "features"}`; each is a song of its own."""
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            words = row["text"]
            genres = tuple(row.get("genres") or ())
            features = {str(k): float(v) for k, v in (row.get("features") or {}).items()}
            if not isinstance(words, str) or not all(isinstance(g, str) for g in genres):
                raise TypeError("text and genres must be strings")
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            funnel.bad_line(path, number, f"not a voice line ({type(error).__name__}: {error})")
            continue
        yield Passage(words, f"voice:{words}", "voice", genres, features)


def _csv(path: Path, text: str, funnel: Funnel) -> Iterator[Passage]:
    """A table with a text column; `aspect_list` and `ytid` are used where they are there."""
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    rows = csv.DictReader(text.replace("\0", "").splitlines(keepends=True))
    columns = {name.strip().lower(): name for name in rows.fieldnames or () if name}
    column = next((columns[name] for name in TEXT_COLUMNS if name in columns), None)
    if column is None:
        raise SourceError(f"no text column; one of {', '.join(TEXT_COLUMNS)} is needed")
    try:
        for row in rows:
            words = row.get(column)
            if not words or not words.strip():
                funnel.bad_line(path, rows.line_num, "no text")
                continue
            song = row.get(columns.get("ytid", "")) or f"{path.name}:{rows.line_num}"
            aspects = _aspects(row.get(columns.get("aspect_list", "")) or "")
            yield Passage(words, song, "captions", genres_of(aspects), features_of(aspects))
    except csv.Error as error:
        raise SourceError(f"line {rows.line_num}: {error}") from None


def _aspects(cell: str) -> list[str]:
    try:
        value = ast.literal_eval(cell) if cell else []
    except (ValueError, SyntaxError):
        return [part.strip() for part in cell.split(",")]
    return [a for a in value if isinstance(a, str)] if isinstance(value, list) else []


def _plain(path: Path, text: str, funnel: Funnel) -> Iterator[Passage]:
    """Paragraphs, separated by empty lines, or one text a line."""
    del funnel
    paragraphs = text.split("\n\n") if "\n\n" in text.strip() else text.split("\n")
    for number, paragraph in enumerate(paragraphs, 1):
        if paragraph.strip():
            yield Passage(" ".join(paragraph.split()), f"{path.name}:{number}", "captions")
