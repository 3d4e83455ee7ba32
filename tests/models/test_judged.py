"""What the card of the pretrained decoder says of blind judging follows from the verdicts kept."""

import json
import re

import numpy as np
import pytest
from safetensors.numpy import load_file

from models.learning.skill import concordance
from models.library import SHIPPED
from models.pretrained.judged import read

FOLDER = SHIPPED / "smollm2-voice"
OURS = "smollm2-voice"


def lines_of(name):
    return [json.loads(line) for line in (FOLDER / name).read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def pairs():
    return lines_of("judged.jsonl")


@pytest.fixture(scope="module")
def told():
    return " ".join((FOLDER / "CARD.md").read_text("utf-8").split())


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
    assert len(pairs) == 300
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


def test_the_card_says_how_the_rounds_went(pairs, told):
    rounds = [[pair for pair in pairs if pair["round"] == number] for number in (1, 2, 3)]
    of_three = r"(\d+), (\d+) and (\d+) %"
    [found] = re.findall(
        f"By round, both judges: {of_three} worth posting; {of_three} better", told
    )
    shares = [of(some) for of in (both_worth, both_better) for some in rounds]
    assert [f"{share} %" for share in found] == shares
    assert f"it is preferred to `cvae-small` in {both_better(pairs)} of 520 verdicts" in told


def test_the_version_before_was_judged_beside_about_the_same_songs(pairs, told):
    before = lines_of("control.jsonl")
    songs = [
        {(p["artist"], p["title"]) for p in some if p["round"] == 3} for some in (pairs, before)
    ]
    assert songs[0] == songs[1]
    assert len(before) == 100
    third = [pair for pair in pairs if pair["round"] == 3]
    earlier = [{k: OURS if v == "before" else v for k, v in pair.items()} for pair in before]
    assert (
        f"{both_worth(earlier)} of its samples are worth posting, of these {both_worth(third)}"
        in told
    )
    assert f"preferred in {both_better(earlier)}, these in {both_better(third)}" in told


def percent(of):
    return f"{np.mean(of):.0%}".replace("%", " %")


def test_the_drafts_near_the_top_are_those_that_the_card_tells_of(told):
    rows = lines_of("near.jsonl")
    drafts = read([FOLDER / "near.jsonl"])
    worth = np.array([draft.worth for draft in drafts])
    best = percent([draft.merit == 1 for draft in drafts])
    rank, score = (np.array([row[name] for row in rows]) for name in ("rank", "score"))
    songs = len({draft.about for draft in drafts})
    assert f"holds the {len(rows):,} drafts that were added" in told
    assert f"fitted to {len(rows):,} drafts about {songs} songs" in told
    assert f"({percent(worth)} worth posting, {best} of the best)" in told
    assert f"{sum('z' in row for row in rows):,} of them with their z" in told
    assert f"that it puts first {percent(worth[rank == 1])} are worth posting" in told
    assert f"of the eleventh to the fifteenth {percent(worth[rank > 10])}" in told
    auc = concordance(score, worth.astype(float))
    assert f"(AUC {auc:.2f}, with what is worn taken off)" in told
    assert len({draft.mark for draft in drafts}) == len(drafts)


def test_the_graded_drafts_are_those_that_the_card_tells_of(told):
    drafts = read([FOLDER / "graded.jsonl"])
    songs = {draft.about for draft in drafts}
    worth = sum(draft.worth for draft in drafts) / len(drafts)
    assert {draft.merit for draft in drafts} == {0.0, 0.6, 1.0}
    about = f"a critic that {len(drafts):,} others about {len(songs):,} songs had taught"
    assert f"{about} ({worth:.0%} were)" in told


def test_its_critic_was_taught_by_both():
    taught = load_file(FOLDER / "weights.safetensors")["critic/taught"]
    marks = {draft.mark for draft in read([FOLDER / "graded.jsonl", FOLDER / "near.jsonl"])}
    assert set(taught.tolist()) == marks
