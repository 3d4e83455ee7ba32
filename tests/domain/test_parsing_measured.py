"""How often the parser is right, measured: on our own headlines and posts, and on real ones.

A headline counts as right when the found title equals the expected one, letter case, punctuation
and a bracket at the end (the version) aside. A post that names no song counts against the parser
when anything is found in it.
"""

import csv
import json
import os
import re
import unicodedata
from pathlib import Path

import pytest

from curator.domain.parsing import parse, parse_songs

HERE = Path(__file__).parent
SHARED = Path(os.environ.get("CURATOR_SHARED") or HERE.parents[2] / "shared") / "data" / "parsing"
TITLES = 0.92
FALSE_FINDS = 0.03

needs_shared = pytest.mark.skipif(
    not SHARED.is_dir(), reason="real headlines and requests are not here (set CURATOR_SHARED)"
)


def normal(text: str | None) -> str:
    """Letters and digits alone, casefolded, words apart by one space."""
    spelled = unicodedata.normalize("NFKD", (text or "").casefold().replace("&", " and "))
    kept = (
        c if c.isalnum() else "" if c in "'’‘" or unicodedata.combining(c) else " " for c in spelled
    )
    return " ".join("".join(kept).split())


def is_right(found: str | None, expected: str) -> bool:
    without = re.sub(r"\s*[(\[][^()\[\]]*[)\]]\s*$", "", found or "")
    return normal(expected) in (normal(found), normal(without))


def is_field(headline: str, title: str) -> bool:
    """Whether the title stands in the headline as a whole, from mark to mark.

    The real headlines were labelled by machine; some labels are a word out of the title or out of
    the artist's name ("Lone" for ‘Lone Wolf’). Those can't be told right from wrong, whatever the
    parser says, and are left out.
    """
    straight = str.maketrans("’‘", "''")
    text, words = headline.casefold().translate(straight), re.findall(r"\w+", title.casefold())
    for found in re.finditer(r"(?<!\w)" + r"\W{1,3}".join(map(re.escape, words)) + r"(?!\w)", text):
        before, after = text[: found.start()], text[found.end() :]
        opened = re.search(r"(?:^\W*|[\"“”«([|:/—–,]\s*|(?:^|\s)'|\s[-~]\s+|\bby\s+)$", before)
        closed = re.match(
            r"[?!.…)\s]*$|[?!.,]*[\"”“»)\]]|\s*[-–—|/:(\[#]|[?!.,]*'(?:\s|$)|,|\s+(?:by|feat|ft)\b",
            after,
        )
        if opened and closed:
            return True
    return False


def ordinary() -> list[str]:
    return (HERE / "ordinary_tweets.txt").read_text("utf-8").splitlines()


def test_own_headlines() -> None:
    rows = [json.loads(line) for line in (HERE / "headlines.jsonl").read_text("utf-8").splitlines()]
    assert len(rows) >= 150
    wrong = [r["headline"] for r in rows if not is_right(parse(r["headline"]).title, r["title"])]
    assert 1 - len(wrong) / len(rows) >= TITLES, wrong
    others = [
        r["headline"]
        for r in rows
        if is_right(parse(r["headline"]).title, r["title"])
        and normal(parse(r["headline"]).artist) != normal(r["artist"])
    ]
    assert 1 - len(others) / len(rows) >= TITLES, others


def test_ordinary_posts() -> None:
    posts = ordinary()
    assert len(posts) >= 300
    finds = [post for post in posts if parse_songs(post)]
    assert len(finds) / len(posts) <= FALSE_FINDS, finds


def test_bars_are_not_met_by_finding_nothing_or_everything() -> None:
    """The two bars hold each other: what finds all titles finds songs in everyday posts too."""
    quoted = re.compile(r"[\"“‘](.+?)[\"”’]|[-–—|:] (.+)")
    assert sum(bool(quoted.search(post)) for post in ordinary()) / len(ordinary()) > FALSE_FINDS


@needs_shared
@pytest.mark.parametrize("half", [0, 1])
def test_real_headlines(half: int) -> None:
    rows = json.loads((SHARED / "blog-headlines-dev.json").read_text("utf-8"))
    rows = [row for row in rows if is_field(row["headline"], row["song"])][half::2]
    right = sum(is_right(parse(row["headline"]).title, row["song"]) for row in rows)
    assert len(rows) > 120
    assert right / len(rows) >= TITLES


@needs_shared
def test_real_requests() -> None:
    folder = SHARED / "music-ner-dataset4"
    blocks = (folder / "ground-truth.bio").read_text("utf-8").split("\n\n")
    tagged = [[row.split("\t") for row in block.splitlines() if "\t" in row] for block in blocks]
    named = {
        normal(" ".join(word for word, _ in row)).replace(" ", ""): {tag[2:] for _, tag in row}
        - {""}
        for row in tagged
    }
    with (folder / "queries.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    kinds = [(r["original"], named.get(normal(r["preprocessed"]).replace(" ", ""))) for r in rows]
    none = [text for text, kind in kinds if kind == set()]
    works = [text for text, kind in kinds if kind and "WoA" in kind]
    assert len(none) > 350
    assert sum(bool(parse_songs(text)) for text in none) / len(none) <= FALSE_FINDS
    assert len(works) > 150
    assert sum(bool(parse_songs(text)) for text in works) / len(works) >= 0.5
