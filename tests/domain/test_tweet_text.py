import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curator.domain.tweet_text import V2, V3, Config, accidental_urls, preview, weigh

SHARED = Path(os.environ.get("CURATOR_SHARED", Path(__file__).parents[3] / "shared"))
SPECS = SHARED / "specs" / "twitter-text"
ANYTHING = st.text(st.characters(codec=None, exclude_categories=()), max_size=60)
FAMILY = "👨‍👩‍👧‍👦"


def conformance(suite: str) -> list[dict[str, Any]]:
    if not SPECS.is_dir():
        pytest.skip(f"no conformance cases in {SPECS}")
    import yaml

    cases: list[dict[str, Any]] = yaml.safe_load((SPECS / "validate.yml").read_text("utf-8"))[
        "tests"
    ][suite]
    return cases


@pytest.mark.parametrize(
    ("suite", "config", "count"),
    [
        ("WeightedTweetsCounterTest", V2, 20),
        ("WeightedTweetsWithDiscountedEmojiCounterTest", V3, 22),
        ("UnicodeDirectionalMarkerCounterTest", V3, 2),
    ],
)
def test_conformance(suite: str, config: Config, count: int) -> None:
    cases = conformance(suite)
    got = [weigh(case["text"], config=config) for case in cases]
    assert [(w.length, w.valid) for w in got] == [
        (case["expected"]["weightedLength"], case["expected"]["valid"]) for case in cases
    ]
    assert len(cases) == count


@pytest.mark.parametrize(("name", "config"), [("v2", V2), ("v3", V3)])
def test_the_configurations_are_the_published_ones(name: str, config: Config) -> None:
    if not SPECS.is_dir():
        pytest.skip(f"no configurations in {SPECS}")
    published = json.loads((SPECS / f"{name}.json").read_text("utf-8"))
    assert published["maxWeightedTweetLength"] == config.limit
    assert published["scale"] == config.scale
    assert published["defaultWeight"] == config.default_weight
    assert published["transformedURLLength"] == config.url_length
    assert published.get("emojiParsingEnabled", False) == config.emoji_parsing
    ranges = tuple((r["start"], r["end"], r["weight"]) for r in published["ranges"])
    assert ranges == config.ranges


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("slow brass", 10),
        ("e\u0301", 1),
        ("日本", 4),
        ("“quoted” – dashed", 17),
        ("🔥", 2),
        (FAMILY, 2),
        ("👍🏽", 2),
        ("❤️", 2),
        ("1️⃣", 2),
        ("🇩🇪", 2),
        ("©", 1),
        ("©️", 2),
        ("🔥🏽", 4),
        ("1234", 4),
        ("see example.com/a?b=c.", 28),
        ("https://example.com/" + "x" * 200, 23),
        ("will.i.am", 23),
        ("a.b c.d", 7),
    ],
)
def test_weighted_length(text: str, length: int) -> None:
    assert weigh(text).length == length


def test_without_emoji_parsing_each_part_of_an_emoji_counts() -> None:
    assert weigh(FAMILY, config=V2).length == 11
    assert weigh("👍🏽", config=V2).length == 4


def test_the_limit() -> None:
    assert weigh("x" * 280).valid
    assert not weigh("x" * 281).valid
    assert weigh("x" * 281).left == -1
    assert weigh("日" * 140).valid
    assert not weigh("日" * 141).valid


@pytest.mark.parametrize("text", ["", "  \n", "a\ufeffb", "a\uffff", "half \ud83d"])
def test_what_x_would_not_take(text: str) -> None:
    assert not weigh(text).valid


def test_refused_characters_are_named() -> None:
    assert weigh("a\ufffeb\ufffe\ufeff").invalid == ("\ufffe", "\ufeff")


def test_the_names_a_reply_begins_with_count_nothing() -> None:
    assert weigh("@ann @Bob hello", reply_to=["Ann", "@bob"]).length == 5
    assert weigh("@ann @eve hello", reply_to=["ann"]).length == 10
    assert weigh("hello @ann", reply_to=["ann"]).length == 10
    assert weigh("@annie hello", reply_to=["ann"]).length == 12
    assert not weigh("@ann", reply_to=["ann"]).valid
    assert weigh("@ann hello").length == 10


def test_links_are_reported_where_they_stand() -> None:
    (url,) = weigh("so https://example.com/x!").urls
    assert (url.start, url.end, url.text) == (3, 24, "https://example.com/x")


def test_names_that_become_links_by_accident() -> None:
    text = "will.i.am and song.dj, not https://example.com, www.example.com or example.com/a"
    assert [u.text for u in accidental_urls(text)] == ["will.i.am", "song.dj"]
    assert accidental_urls("It ends.Then it starts. S.O.S. at 3.30 p.m.") == ()


def test_the_preview_marks_what_x_marks() -> None:
    text = "  @ann hear #doom_jazz at https://www.example.com/a/very/long/path/to/it, 100% #1! "
    assert [(s.kind, s.text) for s in preview(text)] == [
        ("mention", "@ann"),
        ("text", " hear "),
        ("hashtag", "#doom_jazz"),
        ("text", " at "),
        ("url", "example.com/a/very/long/pat…"),
        ("text", ", 100% #1!"),
    ]
    assert [s.text for s in preview("@ann so it is", reply_to=["ann"])] == ["so it is"]


@pytest.mark.parametrize(("suite", "kind"), [("mentions", "mention"), ("hashtags", "hashtag")])
def test_mentions_and_hashtags_conform(suite: str, kind: str) -> None:
    if not SPECS.is_dir():
        pytest.skip(f"no conformance cases in {SPECS}")
    import yaml

    cases = yaml.safe_load((SPECS / "extract.yml").read_text("utf-8"))["tests"][suite]
    got = [[s.text[1:] for s in preview(c["text"]) if s.kind == kind] for c in cases]
    assert got == [c["expected"] for c in cases]


@given(ANYTHING, st.lists(st.text(max_size=5), max_size=2))
def test_nothing_raises(text: str, reply_to: list[str]) -> None:
    assert weigh(text, reply_to=reply_to).length >= 0
    weigh(text, config=V2)
    accidental_urls(text)
    preview(text, reply_to=reply_to)


@given(st.text("ab @#.!", max_size=30))
def test_the_preview_keeps_every_character(text: str) -> None:
    assert "".join(s.text for s in preview(text)) == text.strip()
