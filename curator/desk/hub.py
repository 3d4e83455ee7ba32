"""Labels as a folder that Hugging Face's `datasets` opens: a Parquet file a table, and a card.

`load_dataset(folder)` gives what stands, a row a sample; `load_dataset(folder, "kto")` and
`"dpo"` what TRL trains on. A table without rows is left out, because `datasets` refuses one.
The card's head is what `datasets` reads; the rest is for people.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from curator.desk.exports import Counts, opened, write_parquet
from curator.domain.columns import DPO_COLUMNS, JUDGEMENT_COLUMNS, KTO_COLUMNS, ExportRow, Kind

CARD = "README.md"
_MARK = "<!-- written by curator export -->"
_TYPES: Mapping[Kind, str] = {
    "text": "dtype: string",
    "whole": "dtype: int64",
    "number": "dtype: float64",
    "flag": "dtype: bool",
    "list": "sequence: string",
}
TABLES: Mapping[str, Mapping[str, Kind]] = {
    "labels": JUDGEMENT_COLUMNS,
    "kto": KTO_COLUMNS,
    "dpo": DPO_COLUMNS,
}
_ABOUT = {
    "labels": "each sample that the curator said something of, as it stands",
    "kto": "a prompt, a text and yes or no: TRL's unpaired preference",
    "dpo": "pairs of texts of which one was preferred: TRL's preference",
}


class NotOurs(Exception):
    """The folder holds something that no export wrote."""


@dataclass(frozen=True, slots=True)
class _Written:
    name: str
    rows: int
    size: int


def write_dataset(folder: Path, tables: Mapping[str, Iterable[ExportRow]]) -> dict[str, Counts]:
    """Write `TABLES` into a folder; an earlier export of ours there is replaced, file by file.

    Returns what each table holds. Raises `NotOurs`, OSError.
    """
    card = folder / CARD
    if folder.exists() and (not folder.is_dir() or not _is_ours(folder)):
        raise NotOurs(f"{folder} holds something else; name a folder that is new or empty")
    counts: dict[str, Counts] = {}
    written: list[_Written] = []
    for name, rows in tables.items():
        file = folder / "data" / name / "train-00000-of-00001.parquet"
        file.parent.mkdir(parents=True, exist_ok=True)
        counts[name] = Counts()
        with opened(file) as out:
            write_parquet(counts[name].counting(rows), TABLES[name], out)
        if counts[name].rows:
            written.append(_Written(name, counts[name].rows, file.stat().st_size))
        else:
            file.unlink()
            file.parent.rmdir()
    with opened(card) as out:
        out.write(_card(written).encode())
    return counts


def _is_ours(folder: Path) -> bool:
    """Whether a folder is empty or an export: nothing else is ever overwritten."""
    if not any(folder.iterdir()):
        return True
    card = folder / CARD
    return card.is_file() and _MARK in card.read_text("utf-8", errors="replace")


def _card(written: list[_Written]) -> str:
    lines = ["---", "pretty_name: A curator's labels of music commentary", "language: en"]
    if written:
        lines.append("configs:")
        for table in written:
            lines += [f"- config_name: {table.name}", *_files(table.name)]
            if table is written[0]:
                lines.append("  default: true")
        lines.append("dataset_info:")
        for table in written:
            lines += [f"- config_name: {table.name}", "  features:"]
            for name, kind in TABLES[table.name].items():
                lines += [f"  - name: {name}", f"    {_TYPES[kind]}"]
            lines += ["  splits:", "  - name: train", f"    num_bytes: {table.size}"]
            lines += [f"    num_examples: {table.rows}", f"  download_size: {table.size}"]
            lines.append(f"  dataset_size: {table.size}")
    lines += ["---", _MARK, "", "# Labels of machine-written music commentary", ""]
    lines += [f"- `{table.name}`: {table.rows:,} rows, {_ABOUT[table.name]}." for table in written]
    lines += [
        "",
        "Written by `curator export --format hf`. `arm`, `learned` and `expected` say what a",
        "learnt reward or generator had to do with a text, `after` which was the newest that it",
        "was not to repeat; `song_source`, `genre_sources` and `feature_sources` where what is",
        "known of its song comes from: what came from Spotify or from X may not be used for",
        "training models.",
        "",
    ]
    return "\n".join(lines)


def _files(name: str) -> list[str]:
    return ["  data_files:", "  - split: train", f"    path: data/{name}/train-*"]
