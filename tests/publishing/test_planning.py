"""What approving will do is known before: kind, reason, price, warnings."""

import pytest

from curator.domain.records import Request, Song
from curator.inbox import x as inbox
from curator.publishing import planning
from curator.publishing.planning import plan


def asked(source="mention", author="fan"):
    return Request("m0", "", source, "words?", Song("A", "B"), author, "70")


@pytest.mark.parametrize(
    ("source", "text", "kind", "price", "reply_to"),
    [
        ("mention", "It glows.", "reply", 0.010, "70"),
        ("timeline", "It glows.", "post", 0.015, None),
        ("mention", "It glows: https://example.com/a", "reply", 0.200, "70"),
        ("timeline", "It glows: https://example.com/a", "post", 0.200, None),
        ("typed", "It glows.", "none", 0.0, None),
        ("mention", "glow " * 57, "blocked", 0.0, "70"),
        ("mention", " ", "blocked", 0.0, "70"),
        ("mention", "It \ufffe glows.", "blocked", 0.0, "70"),
    ],
)
def test_kind_and_price(source, text, kind, price, reply_to):
    planned = plan(asked(source), text)
    assert (planned.kind, planned.price, planned.reply_to) == (kind, price, reply_to)
    assert planned.reason


@pytest.mark.parametrize(
    ("source", "wanted", "kind"),
    [
        ("typed", "all", "post"),
        ("typed", "x", "none"),
        ("mention", "none", "none"),
        ("timeline", "x", "post"),
    ],
)
def test_what_is_wanted(source, wanted, kind):
    assert plan(asked(source), "It glows.", wanted).kind == kind


def test_the_name_of_who_asked_counts_nothing_in_a_reply():
    text = "@fan " + "x" * 278
    assert plan(asked(), text).kind == "reply"
    assert plan(asked("timeline"), text).kind == "blocked"


def test_a_name_that_is_a_link_is_warned_of():
    (warning,) = plan(asked(), "So will.i.am glows.").warnings
    assert warning == "will.i.am becomes a link: $0.200 instead of $0.010"


def test_calling_somebody_who_did_not_ask_is_warned_of():
    assert plan(asked(), "@fan it glows like @other does").warnings == (
        "it calls @other, who did not ask",
    )


def test_the_inbox_calls_them_the_same():
    assert (planning.MENTION, planning.TIMELINE) == (inbox.MENTION, inbox.TIMELINE)
