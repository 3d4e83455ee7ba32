"""What learns from judged drafts, where it cannot: what it does is tested in tests/models."""

import json

import pytest

from models.pretrained.judged import JudgedError

COMMANDS = ("critic", "preference")


@pytest.mark.parametrize("command", COMMANDS)
def test_too_few_judgements_are_said(run, home, tmp_path, command):
    judged = tmp_path / "judged.jsonl"
    row = {"text": "The kick waits.", "verdict": "approve", "genres": ["house"]}
    judged.write_text(json.dumps(row) + "\n", "utf-8")
    ran = run("train", command, judged, "--home", home, "--out", tmp_path / "out")
    assert ran.code == 2
    assert "too few labels to know: 1 of 20" in ran.err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("command", COMMANDS)
def test_another_kind_of_model_is_refused(run, home, tmp_path, command):
    judged = tmp_path / "judged.jsonl"
    rows = [
        {"text": f"The kick waits {n} bars.", "verdict": verdict, "genres": ["house"]}
        for n in range(20)
        for verdict in ("approve", "reject")
    ]
    judged.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    out = tmp_path / "out"
    ran = run("train", command, judged, "--model", "cvae-small", "--home", home, "--out", out)
    assert ran.code == 2
    assert "holds a cvae" in ran.err
    assert not out.exists()


@pytest.mark.parametrize("command", COMMANDS)
def test_a_finished_model_is_not_written_over(run, home, tmp_path, command):
    (tmp_path / "model.json").write_text("{}")
    ran = run("train", command, tmp_path / "judged.jsonl", "--home", home, "--out", tmp_path)
    assert ran.code == 2
    assert "holds a model" in ran.err


@pytest.mark.parametrize("command", COMMANDS)
def test_a_file_is_no_folder(run, home, tmp_path, monkeypatch, command):
    def worked(_):
        raise AssertionError("work was begun")

    monkeypatch.setattr("models.pretrained.judged.read", worked)
    file = tmp_path / "judged.jsonl"
    file.write_text("", "utf-8")
    ran = run("train", command, file, "--home", home, "--out", file)
    assert ran.code == 2
    assert f"{file} is no folder" in ran.err


@pytest.mark.parametrize(("options", "asked"), [((), None), (("-n", "24"), 24)])
def test_as_many_drafts_as_the_model_has_or_is_asked_for(
    run, home, tmp_path, monkeypatch, options, asked
):
    def add_critic(*_, candidates, **__):
        raise JudgedError(f"among {candidates}")

    monkeypatch.setattr("models.pretrained.judged.read", lambda _: [])
    monkeypatch.setattr("models.pretrained.with_critic.add_critic", add_critic)
    out = tmp_path / "out"
    ran = run("train", "critic", "none.jsonl", *options, "--home", home, "--out", out)
    assert f"among {asked}\n" in ran.err
