"""A built corpus: a folder of train.jsonl, valid.jsonl and test.jsonl, and funnel.json.

The lines are those of a voice file with "song" and "register" besides. `funnel.json` is the mark
of such a folder: where it is, the sentences are used as they are and stay in their split.
"""

import json
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from models.corpus.funnel import Funnel
from models.corpus.records import Sentence, SourceError
from models.corpus.sources import BAD_ROW, READERS, text_of, voice_line
from models.files import write_atomically

SPLITS = ("train", "valid", "test")
MARK = "funnel.json"


def is_built(path: Path) -> bool:
    """Whether a folder is a built corpus."""
    return (path / MARK).is_file() and all((path / f"{name}.jsonl").is_file() for name in SPLITS)


def load(path: Path, funnel: Funnel) -> dict[str, list[Sentence]]:
    """Return the sentences of a built corpus by split, booked in the funnel; bad lines are named.

    Raises SourceError where a file cannot be read or nothing is in any.
    """
    parts: dict[str, list[Sentence]] = {name: [] for name in SPLITS}
    bad_before = len(funnel.bad_lines)
    for name, part in parts.items():
        file = path / f"{name}.jsonl"
        for number, line in enumerate(text_of(file).split("\n"), 1):
            if not line.strip():
                continue
            try:
                said = voice_line(json.loads(line))
            except BAD_ROW as error:
                funnel.bad_line(file, number, f"not a sentence ({type(error).__name__}: {error})")
                continue
            part.append(Sentence(said.text, said.song, said.register, said.genres, said.features))
    count = sum(map(len, parts.values()))
    if not count:
        raise SourceError("a built corpus without a sentence")
    funnel.source(path, count + len(funnel.bad_lines) - bad_before)
    funnel.passages += count
    funnel.sentences += count
    return parts


def check_out(out: Path) -> None:
    """Raise SourceError if `out` is there and neither empty nor a built corpus."""
    if out.exists() and not is_built(out) and (not out.is_dir() or any(out.iterdir())):
        raise SourceError(f"{out} holds other files; choose another folder")


def save(parts: dict[str, list[Sentence]], report: dict[str, Any], out: Path) -> None:
    """Write a built corpus; a reader finds the old one, the new one, or none, never a mixture.

    Raises SourceError if `out` holds anything else than a built corpus, OSError if it cannot be
    written.
    """
    out = out.absolute()
    check_out(out)
    replaces = is_built(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(dir=out.parent, prefix=f".{out.name}."))
    try:
        new = scratch / "new"
        for name, part in parts.items():
            lines = (json.dumps(_line(sentence), allow_nan=False) + "\n" for sentence in part)
            write_atomically(new / f"{name}.jsonl", "".join(lines).encode())
        write_atomically(new / MARK, (json.dumps(report, indent=1) + "\n").encode())
        if replaces:
            out.rename(scratch / "old")
        new.replace(out)
    except BaseException:
        if not out.exists() and (scratch / "old").exists():
            (scratch / "old").rename(out)
        raise
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _line(sentence: Sentence) -> dict[str, Any]:
    return {
        "text": sentence.text,
        "genres": list(sentence.genres),
        "features": dict(sentence.features),
        "song": sentence.song,
        "register": sentence.register,
    }


def walk(paths: Iterable[Path], funnel: Funnel) -> Iterator[Path]:
    """Yield the files and built corpora among `paths`, each once; other folders are walked.

    Hidden files are passed over. What is in a folder but of no readable kind is named in the
    funnel with one line for the folder, and so is a built corpus met on the way.
    """
    met: set[Path] = set()
    for path in paths:
        if is_built(path) or not path.is_dir():
            found: list[Path] = [path]
        else:
            found = _in_folder(path, funnel)
        for file in found:
            if file.resolve() not in met:
                met.add(file.resolve())
                yield file


def _in_folder(folder: Path, funnel: Funnel) -> list[Path]:
    found: list[Path] = []
    others: Counter[str] = Counter()
    for place, folders, files in os.walk(folder):
        here = Path(place)
        for name in sorted(folders):
            if is_built(here / name):
                funnel.refuse(here / name, "a built corpus; to use it, name the folder itself")
        folders[:] = sorted(n for n in folders if n[0] != "." and not is_built(here / n))
        for name in sorted(files):
            ending = Path(name).suffix.lower()
            if name[0] != "." and ending in READERS:
                found.append(here / name)
            elif name[0] != ".":
                others[ending or "no ending"] += 1
    if others:
        kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(others.items()))
        funnel.refuse(folder, f"files of other kinds left out: {kinds}")
    elif not found:
        funnel.refuse(folder, "no file to read in it")
    return found
