"""Where `curator train topics` and `curator train lcgan` must not write, and say so at once."""

import pytest

TOPICS = ("train", "topics", "--topics", "8", "--iterations", "5")
LCGAN = ("train", "lcgan", "--topic", "5=1", "--steps", "1", "--drafts", "100", "--songs", "0")


@pytest.fixture
def idle(monkeypatch):
    """Nothing may be read or trained before the folder is looked at."""

    def worked(*_, **__):
        raise AssertionError("work was begun")

    monkeypatch.setattr("models.corpus.prepare", worked)
    monkeypatch.setattr("models.lcgan_run.make_lcgan", worked)


@pytest.mark.parametrize("command", [TOPICS, LCGAN])
@pytest.mark.parametrize("held", ["model.json", "topics.json", "lcgan.json", "learned.json"])
def test_what_another_folder_holds_is_not_written_over(run, tmp_path, idle, command, held):
    out = tmp_path / "held"
    out.mkdir()
    (out / held).write_text("{}")
    ran = run(*command, "--out", out, "--home", tmp_path / "home")
    assert ran.code == 2
    assert "choose another folder" in ran.err
    assert [path.name for path in out.iterdir()] == [held]


@pytest.mark.parametrize("command", [TOPICS, LCGAN])
@pytest.mark.parametrize("below", ["", "below"])
def test_a_file_is_no_folder(run, tmp_path, idle, command, below):
    file = tmp_path / "file"
    file.write_text("mine")
    ran = run(*command, "--out", file / below, "--home", tmp_path / "home")
    assert ran.code == 2
    assert f"{file} is no folder" in ran.err
    assert file.read_text() == "mine"
