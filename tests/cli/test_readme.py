"""The README promises nothing that is not there, and leaves out no command."""

import re
from pathlib import Path

import pytest
import typer.main

from curator.cli.commands import app
from curator.tui.keys import key_table

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")


def commands(group=None, name="curator"):
    group = group or typer.main.get_command(app)
    for child, command in group.commands.items():
        if hasattr(command, "commands"):
            if command.invoke_without_command:
                yield f"{name} {child}", command
            yield from commands(command, f"{name} {child}")
        else:
            yield f"{name} {child}", command


def options(command):
    return {option for parameter in command.params for option in parameter.opts}


COMMANDS = dict(commands())


def test_the_table_of_keys_is_that_of_the_desk():
    table = re.search(r"<!-- keys: .*? -->\n(.*?)<!-- /keys -->", README, re.DOTALL)
    assert table
    assert table[1] == key_table()


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_in_the_table(name):
    [row] = [line for line in README.split("\n") if line.startswith("|") and f"`{name}" in line]
    theirs = {
        option
        for other, command in COMMANDS.items()
        if f"`{other}" in row
        for option in options(command)
    }
    named = set(re.findall(r"(?<![-\w])--?[a-z][a-z-]*", row))
    assert named <= theirs


def test_every_option_named_anywhere_is_one_of_some_command():
    known = {option for command in COMMANDS.values() for option in options(command)}
    known |= {"--help", "--version", "--home"}
    assert set(re.findall(r"(?<![-\w])--[a-z][a-z-]*", README)) <= known


@pytest.mark.parametrize("name", COMMANDS)
def test_every_help_has_an_example_that_names_real_options(name, run):
    ran = run(*name.split()[1:], "--help")
    assert ran.code == 0
    example = re.search(r"Examples?:\n((?: {4,}.*\n)+)", ran.out)
    assert example, ran.out
    assert f"{name}" in example[1]
    every = set.union(*map(options, COMMANDS.values())) | {"--home"}
    assert set(re.findall(r"(?<![-\w])--[a-z][a-z-]*", example[1])) <= every


def test_the_tree_names_every_folder_and_only_those():
    tree = re.search(r"## Where things are\n\n```\n(.*?)```", README, re.DOTALL)
    assert tree
    named, at = set(), {0: ""}
    for line in tree[1].splitlines():
        indent = len(line) - len(line.lstrip())
        path = at[indent] + line.split()[0]
        at[indent + 2] = path
        named.add(path.rstrip("/"))
    assert all((ROOT / path).exists() for path in named)
    packages = {
        str(folder.relative_to(ROOT))
        for top in ("curator", "models")
        for folder in (ROOT / top).iterdir()
        if folder.is_dir() and not folder.name.startswith(("_", "."))
    }
    assert packages <= named


def test_every_make_target_named_exists():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = set(re.findall(r"(?:^|`)make ([a-z-]+)", README, re.MULTILINE))
    assert {"run", "test"} <= named <= targets
