"""What learns from judged drafts, where it cannot: what it does is tested in tests/models."""

import json

import pytest

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
    assert "holds a finished model" in ran.err
