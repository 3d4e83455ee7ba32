"""Rules that the whole repository keeps."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
LONGEST = 400
MADE_OF_CODE = (".py", ".pyc", ".so")
HEAVY = ("torch", "tokenizers", "pyarrow", "transformers", "ftfy", "pysbd", "models.cvae_writer")


def test_no_python_file_is_over_400_lines():
    files = [f for top in ("curator", "models", "tests") for f in (ROOT / top).rglob("*.py")]
    assert len(files) > 50
    long = {
        str(file.relative_to(ROOT)): lines
        for file in files
        if (lines := len(file.read_text("utf-8").splitlines())) > LONGEST
    }
    assert not long


def test_the_first_screen_loads_nothing_heavy():
    code = (
        "import curator.cli.main, curator.cli.desk, curator.tui.app, curator.desk.desk,"
        "curator.store, curator.engine.client, sys\n"
        f"print(*(m for m in {HEAVY!r} if m in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_every_file_that_is_no_module_is_packaged():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    packaged = {
        file
        for package, globs in settings["tool"]["setuptools"]["package-data"].items()
        for glob in globs
        for file in (ROOT / package).glob(glob)
    }
    there = {
        file
        for package in ("curator", "models")
        for file in (ROOT / package).rglob("*")
        if file.is_file() and file.suffix not in MADE_OF_CODE and file.name[0] != "."
    }
    assert len(there) > 10
    assert {str(file.relative_to(ROOT)) for file in there - packaged} == set()


def test_every_dependency_is_pinned():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    named = [*settings["dependencies"], *settings["optional-dependencies"]["dev"]]
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pins = dict(line.split("==") for line in lines if not line.startswith("#"))
    for requirement in named:
        name = re.match(r"[\w-]+", requirement)[0].lower()
        assert name in pins, f"{name} is not in constraints.txt"
    assert pins["torch"] == "2.13.0"
