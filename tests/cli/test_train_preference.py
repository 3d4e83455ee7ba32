"""`curator train preference` where it cannot: what it does is tested in tests/models/pretrained."""

import json


def test_too_few_judgements_are_said(run, home, tmp_path):
    judged = tmp_path / "judged.jsonl"
    row = {"text": "The kick waits.", "verdict": "approve", "genres": ["house"]}
    judged.write_text(json.dumps(row) + "\n", "utf-8")
    ran = run("train", "preference", judged, "--home", home, "--out", tmp_path / "out")
    assert ran.code == 2
    assert "too few labels to know: 1 of 20" in ran.err
    assert not (tmp_path / "out").exists()


def test_a_finished_model_is_not_written_over(run, home, tmp_path):
    (tmp_path / "model.json").write_text("{}")
    ran = run("train", "preference", tmp_path / "judged.jsonl", "--home", home, "--out", tmp_path)
    assert ran.code == 2
    assert "holds a finished model" in ran.err
