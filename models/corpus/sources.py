"""Reading: blog posts, captions with aspect tags, our own voice files, other tables, plain text.

What a file is follows from its ending and its columns. Files that cannot be used raise
`SourceError`; single bad rows are noted in the funnel and the rest is read.
"""

import ast
import csv
import io
import json
import math
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from models.corpus.aspects import features_of, genres_of
from models.corpus.funnel import Funnel
from models.corpus.posts import is_post, read_post
from models.corpus.records import Passage, SourceError

TEXT_COLUMNS = ("caption", "text", "commentary", "review", "body", "content", "sentence")
BAD_ROW = (ValueError, KeyError, TypeError, AttributeError, RecursionError)


def own_voice() -> list[Path]:
    """Return the files of our own sentences, which ship with the program."""
    return sorted((Path(__file__).parent / "voice").glob("*.jsonl"))


def read(path: Path, funnel: Funnel) -> list[Passage]:
    """Return the passages of one file and book them in the funnel.

    Raises SourceError for a file that is missing, no UTF-8, or of no known form.
    """
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise SourceError(
            f"unknown kind of file {path.suffix!r}; use .json, .jsonl, .csv, .txt or .md"
        )
    text = text_of(path)
    bad_before = len(funnel.bad_lines)
    with funnel.whole():
        passages = list(reader(path, text, funnel))
        bad = len(funnel.bad_lines) - bad_before
        if not passages:
            said = f" ({funnel.bad_lines[-1]})" if bad else ""
            raise SourceError(f"no text in it{said}")
    funnel.source(path, len(passages) + bad)
    funnel.passages += len(passages)
    return passages


def text_of(path: Path) -> str:
    """Return a file's text. Raises SourceError where there is none, or it is no UTF-8."""
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourceError(f"not UTF-8 (byte {error.start})") from None
    except OSError as error:
        raise SourceError(error.strerror or "cannot be read") from None


def voice_line(row: dict[str, Any]) -> Passage:
    """Return the passage of `{"text", "genres", "features"}`, a song of its own without "song".

    Raises one of BAD_ROW for anything else.
    """
    words = row["text"]
    genres = tuple(row.get("genres") or ())
    features = {str(k): float(v) for k, v in (row.get("features") or {}).items()}
    song, register = row.get("song") or f"voice:{words}", row.get("register", "voice")
    if not all(isinstance(value, str) for value in (words, song, *genres)):
        raise TypeError("text, song and genres must be strings")
    if not all(map(math.isfinite, features.values())):
        raise ValueError("a feature is no finite number")
    if register not in ("voice", "captions"):
        raise ValueError(f"register {register!r} is neither 'voice' nor 'captions'")
    return Passage(words, song, register, genres, features)


def _jsonl(path: Path, text: str, funnel: Funnel) -> Iterator[Passage]:
    """Lines of `{"text", "genres", "features"}`, or of posts."""
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            if is_post(row):
                yield read_post(row, f"{path.name}:{number}")
            else:
                yield voice_line(row)
        except BAD_ROW as error:
            reason = f"not a voice line or a post ({type(error).__name__}: {error})"
            funnel.bad_line(path, number, reason)


def _json(path: Path, text: str, funnel: Funnel) -> Iterator[Passage]:
    """A post, a list of posts (also as the one list in an object), or JSON lines."""
    try:
        body = json.loads(text)
    except RecursionError:
        raise SourceError("nested too deeply") from None
    except ValueError as error:
        if len(text.strip().split("\n")) > 1 and text.lstrip()[:1] == "{":
            yield from _jsonl(path, text, funnel)
            return
        raise SourceError(f"not JSON ({error})") from None
    if isinstance(body, dict) and not is_post(body):
        lists = [value for value in body.values() if isinstance(value, list)]
        body = lists[0] if len(lists) == 1 else [body]
    for number, row in enumerate(body if isinstance(body, list) else [body], 1):
        try:
            if not isinstance(row, dict) or not is_post(row):
                raise ValueError("no post: it needs content, best with title and url")
            yield read_post(row, f"{path.name}:{number}")
        except BAD_ROW as error:
            funnel.bad_line(path, number, str(error), "item")


def _csv(path: Path, text: str, funnel: Funnel) -> Iterator[Passage]:
    """A table with a text column; `aspect_list` and `ytid` are used where they are there.

    One that has a title, an address or an artist beside the text is a table of posts.
    """
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    # Not by `splitlines`: a cell may hold what str takes for a line's end and a table doesn't.
    rows = csv.DictReader(io.StringIO(text.replace("\0", ""), newline=""))
    columns = {name.strip().lower(): name for name in rows.fieldnames or () if name}
    column = next((columns[name] for name in TEXT_COLUMNS if name in columns), None)
    if column is None:
        raise SourceError(f"no text column; one of {', '.join(TEXT_COLUMNS)} is needed")
    posts = is_post(columns) and not {"caption", "aspect_list"} & set(columns)
    try:
        for row in rows:
            words = row.get(column)
            if not words or not words.strip():
                funnel.bad_line(path, rows.line_num, "no text")
                continue
            place = f"{path.name}:{rows.line_num}"
            if posts:
                try:
                    yield read_post({name: row[key] for name, key in columns.items()}, place)
                except ValueError as error:
                    funnel.bad_line(path, rows.line_num, str(error))
                continue
            song = row.get(columns.get("ytid", "")) or place
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


Reader = Callable[[Path, str, Funnel], Iterator[Passage]]
READERS: dict[str, Reader] = {
    ".json": _json,
    ".jsonl": _jsonl,
    ".ndjson": _jsonl,
    ".csv": _csv,
    ".txt": _plain,
    ".md": _plain,
}
"""By the ending of a file's name."""
