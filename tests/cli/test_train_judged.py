"""What learns from judged drafts, where it cannot: what it does is tested in tests/models."""

import json

import pytest

from models.pretrained.critic import Promise
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


@pytest.mark.parametrize(
    ("options", "asked"),
    [((), "None, False"), (("-n", "24"), "24, False"), (("--anew",), "None, True")],
)
def test_as_many_drafts_as_the_model_has_or_is_asked_for_and_anew_if_it_is(
    run, home, tmp_path, monkeypatch, options, asked
):
    def add_critic(*_, candidates, anew, **__):
        raise JudgedError(f"among {candidates}, {anew}")

    monkeypatch.setattr("models.pretrained.judged.read", lambda _: [])
    monkeypatch.setattr("models.pretrained.with_critic.add_critic", add_critic)
    out = tmp_path / "out"
    ran = run("train", "critic", "none.jsonl", *options, "--home", home, "--out", out)
    assert f"among {asked}\n" in ran.err


@pytest.mark.parametrize(
    ("before", "passed_over", "told", "warned"),
    [
        (None, 0, "300 drafts, 40% worth posting; AUC 0.64, taught from nothing", False),
        (0.6, 120, "300 drafts (120 had been taught before), 40% worth", False),
        (0.65, 0, "AUC 0.64, 0.65 before", True),
    ],
)
def test_how_a_critic_does_beside_the_one_before_is_said(
    run, home, tmp_path, monkeypatch, before, passed_over, told, warned
):
    made = Promise(300, 40, 0.4, 0.64, {3: 0.5}, before, passed_over)
    monkeypatch.setattr("models.pretrained.judged.read", lambda _: [])
    monkeypatch.setattr("models.pretrained.with_critic.add_critic", lambda *_, **__: made)
    ran = run("train", "critic", "none.jsonl", "--home", home, "--out", tmp_path / "out")
    assert told in ran.err
    assert ("no better than the one before" in ran.err) == warned
