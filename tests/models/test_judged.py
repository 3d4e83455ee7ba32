"""What the card of the pretrained decoder says of blind judging follows from the verdicts kept."""

import json
import re

import numpy as np
import pytest

from models.learning.skill import concordance
from models.library import SHIPPED
from models.pretrained.judged import read

FOLDER = SHIPPED / "smollm2-voice"
OURS = "smollm2-voice"


@pytest.fixture(scope="module")
def pairs():
    lines = (FOLDER / "judged.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def share(answers):
    return f"{100 * sum(answers) / len(answers):.0f} %"


def worth(pairs, judges, source):
    found = []
    for pair in pairs:
        for verdict in (v for v in pair["verdicts"] if v["judge"] in judges):
            found += [verdict[f"{side}_worth"] for side in "ab" if pair[f"{side}_from"] == source]
    return share(found)


def better(pairs, judges, rival):
    found = []
    for pair in pairs:
        sources = {pair[f"{side}_from"]: side for side in "ab"}
        if rival in sources:
            verdicts = (v for v in pair["verdicts"] if v["judge"] in judges)
            found += [verdict["better"] == sources[OURS] for verdict in verdicts]
    return share(found)


def both_worth(pairs):
    return worth(pairs, "ab", OURS)


def both_better(pairs):
    return better(pairs, "ab", "cvae-small")


def test_every_pair_has_one_sample_of_ours_and_both_verdicts(pairs):
    assert len(pairs) == 200
    for pair in pairs:
        assert [pair["a_from"], pair["b_from"]].count(OURS) == 1
        assert [v["judge"] for v in pair["verdicts"]] == ["a", "b"]
    assert sum("human" in (p["a_from"], p["b_from"]) for p in pairs) == 40


def test_the_card_says_what_the_verdicts_say(pairs):
    card = (FOLDER / "CARD.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| ([^|]+) \| ([\d]+ % \| [\d]+ %) \|$", card, re.MULTILINE))
    expected = {
        "worth posting, of `smollm2-voice`": lambda j: worth(pairs, j, OURS),
        "worth posting, of `cvae-small`": lambda j: worth(pairs, j, "cvae-small"),
        "worth posting, of the human sentences": lambda j: worth(pairs, j, "human"),
        "better than `cvae-small`": lambda j: better(pairs, j, "cvae-small"),
        "better than the human sentence": lambda j: better(pairs, j, "human"),
    }
    assert rows == {name: f"{of('a')} | {of('b')}" for name, of in expected.items()}


def test_the_card_says_how_the_rounds_went(pairs):
    card = " ".join((FOLDER / "CARD.md").read_text("utf-8").split())
    rounds = [[pair for pair in pairs if pair["round"] == number] for number in (1, 2)]
    said = r"By round, both judges: (\d+) and (\d+) % worth posting; (\d+) and (\d+) % better"
    told = re.findall(said, card)
    shares = [of(some) for of in (both_worth, both_better) for some in rounds]
    assert [f"{share} %" for share in told[0]] == shares


def percent(of):
    return f"{np.mean(of):.0%}".replace("%", " %")


def test_the_drafts_near_the_top_are_those_that_the_card_tells_of():
    told = " ".join((FOLDER / "CARD.md").read_text("utf-8").split())
    rows = [json.loads(line) for line in (FOLDER / "near.jsonl").read_text("utf-8").splitlines()]
    drafts = read([FOLDER / "near.jsonl"])
    worth = np.array([draft.worth for draft in drafts])
    best = percent([draft.merit == 1 for draft in drafts])
    rank, score = (np.array([row[name] for row in rows]) for name in ("rank", "score"))
    assert f"holds {len(rows):,} drafts that nothing here has learnt from" in told
    assert f"about {len({draft.about for draft in drafts})} songs" in told
    assert f"({percent(worth)} worth posting, {best} of the best)" in told
    assert f"{sum('z' in row for row in rows):,} of them with their z" in told
    assert f"that it puts first {percent(worth[rank == 1])} are worth posting" in told
    assert f"of the eleventh to the fifteenth {percent(worth[rank > 10])}" in told
    assert f"(AUC {concordance(score, worth.astype(float)):.2f})" in told
    assert len({draft.mark for draft in drafts}) == len(drafts)


def test_the_graded_drafts_are_those_that_the_card_tells_of():
    card = (FOLDER / "CARD.md").read_text("utf-8")
    drafts = read([FOLDER / "graded.jsonl"])
    songs = {draft.about for draft in drafts}
    worth = sum(draft.worth for draft in drafts) / len(drafts)
    assert {draft.merit for draft in drafts} == {0.0, 0.6, 1.0}
    told = " ".join(card.split())
    assert f"fitted to {len(drafts):,} drafts about {len(songs):,} songs" in told
    assert f"({worth:.0%} were)" in told
