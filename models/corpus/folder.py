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
_OWN = frozenset({MARK, *(f"{name}.jsonl" for name in SPLITS)})


def is_built(path: Path) -> bool:
    """Whether a folder is a built corpus."""
    return (path / MARK).is_file() and all((path / f"{name}.jsonl").is_file() for name in SPLITS)


def load(path: Path, funnel: Funnel) -> dict[str, list[Sentence]]:
    """Return the sentences of a built corpus by split, booked in the funnel; bad lines are named.

    Raises SourceError where a file cannot be read or nothing is in any.
    """
    bad_before = len(funnel.bad_lines)
    with funnel.whole():
        parts = {name: list(_lines_of(path / f"{name}.jsonl", funnel)) for name in SPLITS}
        count = sum(map(len, parts.values()))
        if not count:
            raise SourceError("a built corpus without a sentence")
    funnel.source(path, count + len(funnel.bad_lines) - bad_before)
    funnel.passages += count
    funnel.sentences += count
    return parts


def _lines_of(file: Path, funnel: Funnel) -> Iterator[Sentence]:
    for number, line in enumerate(text_of(file).split("\n"), 1):
        if not line.strip():
            continue
        try:
            said = voice_line(json.loads(line))
            said.text.encode()  # raises for half a surrogate pair, which no vocabulary could hold
        except BAD_ROW as error:
            funnel.bad_line(file, number, f"not a sentence ({type(error).__name__}: {error})")
            continue
        yield Sentence(said.text, said.song, said.register, said.genres, said.features)


def check_out(out: Path, report: Path | None = None) -> None:
    """Raise SourceError if `out` is there and neither empty nor a built corpus alone.

    `report` may lie in it: a file that will be written anew.
    """
    if not out.exists():
        return
    allowed = _OWN if is_built(out) else frozenset()
    if allowed and report is not None and report.absolute().parent.resolve() == out.resolve():
        allowed |= {report.name}
    if not out.is_dir() or any(entry.name not in allowed for entry in out.iterdir()):
        raise SourceError(f"{out} holds other files; choose another folder")


def save(
    parts: dict[str, list[Sentence]],
    content: dict[str, Any],
    out: Path,
    report: Path | None = None,
) -> None:
    """Write a built corpus, `content` as its funnel; a reader finds the old one, the new one, or
    none, never a mixture.

    Raises SourceError if `check_out` does, OSError if it cannot be written.
    """
    out = out.absolute()
    check_out(out, report)
    replaces = is_built(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(dir=out.parent, prefix=f".{out.name}."))
    try:
        new = scratch / "new"
        for name, part in parts.items():
            lines = (json.dumps(_line(sentence), allow_nan=False) + "\n" for sentence in part)
            write_atomically(new / f"{name}.jsonl", "".join(lines).encode())
        write_atomically(new / MARK, (json.dumps(content, indent=1) + "\n").encode())
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
    funnel with one line for the folder, and so is a built corpus met on the way, and whatever
    else lies in the folder of one.
    """
    paths = list(paths)
    named = {path.resolve() for path in paths}
    met: set[Path] = set()
    for path in paths:
        if is_built(path):
            found = [path]
            for other in sorted(path.iterdir()):
                if other.name not in _OWN and other.name[0] != "." and other.resolve() not in named:
                    funnel.refuse(other, "beside a built corpus; to use it, name it as well")
        elif not path.is_dir():
            found = [path]
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
