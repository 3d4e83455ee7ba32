"""Judges: functions `(text, song) → bool or 1 to 5`, read from a Python file that somebody names.

The file is run as any script that its owner starts would be. What goes wrong in it is said with
its own words; what it answers is checked before anything is learnt from it.
"""

import contextlib
import importlib.util
import inspect
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from curator.domain.records import Song

APPROVED_FROM = 4
"""So many stars count as approval."""


class JudgeError(Exception):
    """A judge that can't be used, with the reason in a line or two."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a judge says of a text: whether it would post it, and its stars where it gives any."""

    approved: bool
    stars: int | None = None


@dataclass(frozen=True, slots=True)
class Judge:
    """A function with its name; asked about a text and its song."""

    name: str
    function: Callable[[str, dict[str, Any]], Any] = field(repr=False)

    def __call__(self, text: str, song: Song) -> Answer:
        """Ask. Raises JudgeError where the function raises or answers anything unexpected."""
        try:
            answer = self.function(text, song_dict(song))
        except Exception as error:
            where = traceback.extract_tb(error.__traceback__)[-1]
            raise JudgeError(
                f"{self.name} raised {type(error).__name__}: {error} "
                f"({Path(where.filename).name}, line {where.lineno}) for {text!r}"
            ) from error
        return self._read(answer, text)

    def _read(self, answer: Any, text: str) -> Answer:
        plain = answer
        if hasattr(answer, "item"):  # a number of numpy's or torch's
            with contextlib.suppress(Exception):
                plain = answer.item()
        if isinstance(plain, bool):
            return Answer(plain)
        if isinstance(plain, int | float) and plain in (1, 2, 3, 4, 5):
            return Answer(plain >= APPROVED_FROM, int(plain))
        raise JudgeError(
            f"{self.name} answered {answer!r}, which is neither True or False nor 1 to 5, "
            f"for {text!r}"
        )


def song_dict(song: Song) -> dict[str, Any]:
    """Return what a judge is told of a song: artist, title, genres, features."""
    return {
        "artist": song.artist,
        "title": song.title,
        "genres": list(song.genres),
        "features": dict(song.features),
    }


def load_judge(spec: str) -> Judge:
    """Read a judge from `FILE.py:FUNCTION`. Raises JudgeError."""
    file, colon, name = spec.rpartition(":")
    if not colon or not file or not name.isidentifier():
        raise JudgeError(f"{spec!r} is not FILE.py:FUNCTION, such as judges.py:concrete_sounds")
    path = Path(file)
    if not path.is_file():
        raise JudgeError(f"there is no file {file}")
    module = _run(path)
    function = getattr(module, name, None)
    if not callable(function):
        there = [n for n, v in vars(module).items() if _is_judge(n, v, module)]
        what = "no function" if function is None else f"a {type(function).__name__}, no function,"
        listed = f"; it has {', '.join(there)}" if there else ""
        raise JudgeError(f"{file} has {what} {name!r}{listed}")
    try:
        inspect.signature(function).bind("a text", {})
    except TypeError as error:
        raise JudgeError(f"{name} can't be called with a text and a song: {error}") from None
    except ValueError:  # a builtin without a signature: calling it will show
        pass
    return Judge(name, function)


def _is_judge(name: str, value: object, module: ModuleType) -> bool:
    own = inspect.isfunction(value) and value.__module__ == module.__name__
    return own and not name.startswith("_")


def _run(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"curator_judge_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise JudgeError(f"{path} is no Python file: its name has to end in .py")
    module = importlib.util.module_from_spec(spec)
    beside = str(path.resolve().parent)
    sys.modules[spec.name] = module  # dataclasses and the like look their module up
    sys.path.insert(0, beside)
    try:
        spec.loader.exec_module(module)
    except SyntaxError as error:
        raise JudgeError(f"{path}, line {error.lineno}: {error.msg}") from error
    except (Exception, SystemExit) as error:
        frames = traceback.extract_tb(error.__traceback__)
        own = spec.origin  # a whole path, however the file was named
        line = next((f.lineno for f in reversed(frames) if f.filename == own), None)
        place = f", line {line}" if line else ""
        raise JudgeError(f"{path}{place}: {type(error).__name__}: {error}") from error
    finally:
        sys.path.remove(beside)
    return module
