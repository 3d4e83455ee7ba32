import json
import shutil

import pytest

from models import checkpoint, library
from models.checkpoint import CheckpointError
from models.files import write_atomically


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(library.SHIPPED / library.DEFAULT, tmp_path / "copy")


def test_what_ships_loads_and_is_small():
    info = next(i for i in library.available() if i.name == library.DEFAULT)
    assert info.problem is None
    assert info.shipped
    assert info.size < 25_000_000
    loaded = checkpoint.load(info.folder)
    assert loaded.weights_hash == info.weights_hash
    assert info.card.read_text().startswith(f"# {library.DEFAULT}")


@pytest.mark.parametrize("name", ["weights.safetensors", "tokenizer.json", "words.txt"])
def test_a_flipped_byte_is_found(folder, name):
    path = folder / name
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(CheckpointError, match="damaged"):
        library.load(folder)


def test_missing_parts_are_named(folder):
    (folder / "weights.safetensors").unlink()
    with pytest.raises(CheckpointError, match="weights"):
        library.load(folder)
    (folder / "model.json").write_text("{")
    with pytest.raises(CheckpointError, match="damaged"):
        checkpoint.describe(folder)
    (folder / "model.json").unlink()
    with pytest.raises(CheckpointError, match="missing"):
        checkpoint.describe(folder)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": 99}, "format 99"),
        ({"kind": "ngram"}, "count in characters"),
        ({"conditions_hash": "0"}, "other genres"),
        ({"config": {"vocabulary": 10, "labels": 2}}, "do not fit"),
    ],
)
def test_models_of_another_kind_are_refused(folder, change, message):
    path = folder / "model.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(CheckpointError, match=message):
        library.load(folder)


def test_models_are_found_by_name_in_extra_folders(tmp_path, folder):
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "model.json").write_text("[]")
    models = {info.name: info for info in library.available([tmp_path, tmp_path / "nowhere"])}
    assert {library.DEFAULT, "copy", "broken"} <= set(models)
    assert {name for name, info in models.items() if not info.shipped} == {"copy", "broken"}
    assert models["broken"].problem
    assert not models["copy"].shipped
    assert library.load("copy", "cpu", [tmp_path]).name == "copy"
    with pytest.raises(CheckpointError, match="there are: cvae-small"):
        library.load("nothing")


def test_a_failed_write_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "file"
    write_atomically(path, b"old")

    def fail(_):
        raise OSError("disk full")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(OSError, match="disk full"):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["file"]
