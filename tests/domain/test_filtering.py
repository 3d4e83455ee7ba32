"""The filter of queue and export."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curator.domain.filtering import Filter, FilterError, View
from curator.domain.records import Request, Song
from curator.domain.session import Judgement

VIEW = View(
    request=Request("r", "now", "typed", "please do So What!", Song(), author="@Ann"),
    song=Song("Miles Away", "So What", ("Modal Jazz", "bebop")),
    state="open",
    judgements=(Judgement("s1", verdict="reject", stars=2, tags=("too long",)), Judgement("s2")),
    models=("cvae-small",),
)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "miles",
        "so what",
        "state:open genre:jazz",
        "STATE:Open",
        "-state:approved",
        "by:ann",
        "verdict:none verdict:reject",
        "stars:2",
        "tag:long",
        "model:cvae",
        "source:typed",
        "-coltrane",
        "bebop",
    ],
)
def test_lets_through(text):
    assert Filter.parse(text).matches(VIEW)


@pytest.mark.parametrize(
    "text",
    ["coltrane", "state:approved", "-miles", "genre:rock", "stars:20", "state:ope", "miles x"],
)
def test_keeps_back(text):
    assert not Filter.parse(text).matches(VIEW)


def test_an_unknown_field_is_named_with_what_there_is():
    with pytest.raises(FilterError, match=r"'mood'.*state:"):
        Filter.parse("mood:sad")


def test_a_link_is_a_word_and_no_field():
    assert Filter.parse("https://x.test/1").terms[0].field == ""


@given(st.text())
def test_any_text_is_a_filter_or_said_to_be_none(text):
    try:
        Filter.parse(text).matches(VIEW)
    except FilterError as error:
        assert "there are" in str(error)  # noqa: PT017 - not raising is fine too
