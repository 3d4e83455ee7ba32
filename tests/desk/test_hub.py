"""The folder for Hugging Face's `datasets`: what it reads there is what was exported.

`datasets` itself is no dependency. What is checked here is what its documentation asks for, and
was opened with it (5.2) and trained on with TRL (1.16) when it was written.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import yaml

from curator.desk.hub import TABLES, NotOurs, write_dataset
from curator.domain.columns import KTO_COLUMNS, ExportRow
from curator.domain.exporting import dpo_rows, judgement_rows, kto_rows
from curator.domain.records import Event, Request, Sample, Song
from curator.domain.session import Session

ARROW = {
    "string": "string",
    "int64": "int64",
    "double": "float64",
    "bool": "bool",
    "list<element: string>": "sequence",
}


def tables(approved: str = "a") -> dict[str, list[ExportRow]]:
    song = Song("Ann", "Rain", ("dub",), {"energy": 0.5})
    request = Request("r", "t", "typed", "Ann – Rain", song)
    samples = [Sample(s, "r", "t", f"words {s}", "m", song=song) for s in "ab"]
    session = Session(
        Event(s, "t", "ann", "judged", s, {
            "request": "r", "verdict": "approve" if s in approved else "reject"})
        for s in "ab"
    )  # fmt: skip
    makers: dict[str, Callable[..., Any]] = {
        "labels": judgement_rows, "kto": kto_rows, "dpo": dpo_rows
    }  # fmt: skip
    return {name: list(make([request], lambda _: samples, session)) for name, make in
            makers.items()}  # fmt: skip


def head(folder: Path) -> dict[str, Any]:
    _, yaml_head, _ = (folder / "README.md").read_text("utf-8").split("---\n", 2)
    found: dict[str, Any] = yaml.safe_load(yaml_head)
    return found


def test_each_table_is_a_parquet_file_that_the_card_describes(tmp_path: Path) -> None:
    counts = write_dataset(tmp_path, tables())
    assert {name: n.rows for name, n in counts.items()} == {"labels": 2, "kto": 2, "dpo": 1}
    card = head(tmp_path)
    assert [c["config_name"] for c in card["configs"]] == list(TABLES)
    assert [c["config_name"] for c in card["configs"] if c.get("default")] == ["labels"]
    for config, info in zip(card["configs"], card["dataset_info"], strict=True):
        (pattern,) = config["data_files"]
        (file,) = tmp_path.glob(pattern["path"])
        table = pq.read_table(file)
        (split,) = info["splits"]
        assert split["num_examples"] == table.num_rows == counts[config["config_name"]].rows
        described = [
            (f["name"], f.get("dtype") or next(k for k in f if k != "name"))
            for f in info["features"]
        ]
        assert described == [(field.name, ARROW[str(field.type)]) for field in table.schema]


def test_kto_is_trl_s_unpaired_preference(tmp_path: Path) -> None:
    write_dataset(tmp_path, tables())
    rows = pq.read_table(next(tmp_path.glob("data/kto/*"))).to_pylist()
    assert [(row["completion"], row["label"]) for row in rows] == [
        (" words a", True), (" words b", False)
    ]  # fmt: skip
    assert list(rows[0]) == list(KTO_COLUMNS)


def test_a_table_without_rows_is_left_out_also_when_it_had_some(tmp_path: Path) -> None:
    write_dataset(tmp_path, tables())
    write_dataset(tmp_path, tables(approved="ab"))
    assert [c["config_name"] for c in head(tmp_path)["configs"]] == ["labels", "kto"]
    assert sorted(path.name for path in (tmp_path / "data").iterdir()) == ["kto", "labels"]


def test_what_somebody_else_keeps_there_stays(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("my thesis")
    with pytest.raises(NotOurs):
        write_dataset(tmp_path, tables())
    assert (tmp_path / "README.md").read_text() == "my thesis"
    assert len(list(tmp_path.iterdir())) == 1
