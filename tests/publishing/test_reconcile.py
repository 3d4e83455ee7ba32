"""A post is known again in whatever shape X gives it back, and taken for no other."""

import html
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curator.domain.outbox import Outbox
from curator.domain.steps import PostStep
from curator.net.x_tweets import Tweet
from curator.publishing.reconcile import match, normal

AT = "2026-11-22T10:00:00.000Z"


def posts(text="It glows.", reply_to="70"):
    data = {"request": "m0", "text": text, "reply_to": reply_to, "due": AT, "price": 0.01}
    outbox = Outbox([PostStep("p1", AT, "s0", "queued", data)])
    return outbox, outbox.post("s0")


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("It glows.", "@fan It glows."),
        ("It glows.", "@fan @other It glows."),
        ("Rock & roll <3", "Rock &amp; roll &lt;3"),
        ("So will.i.am glows", "So https://t.co/abc123 glows"),
        ("So will.i.am glows", "So http://will.i.am glows"),
        ("See https://example.com/a?b=1", "See https://t.co/abc123"),
        ("Cafe\u0301 nights", "Caf\u00e9 nights"),
        ("  It\nglows. ", "It glows."),
    ],
)
def test_the_same_in_another_shape(ours, theirs):
    outbox, post = posts(ours)
    assert match(post, [Tweet("901", theirs, reply_to="70")], outbox)


@pytest.mark.parametrize(
    "tweet",
    [
        Tweet("901", "It glowed.", reply_to="70"),
        Tweet("901", "It glows.", reply_to="71"),
        Tweet("901", "It glows."),
        Tweet("901", "It glows.", reply_to="70", repost=True),
        Tweet("901", "It glows https://t.co/abc", reply_to="70"),
    ],
)
def test_another_post(tweet):
    outbox, post = posts()
    assert match(post, [tweet], outbox) is None


def test_what_is_another_post_of_ours_is_not_taken_and_the_oldest_is():
    outbox, post = posts()
    outbox.apply(PostStep("p2", AT, "s1", "queued", {"request": "m1", "text": "x", "due": AT}))
    outbox.apply(PostStep("p3", AT, "s1", "posted", {"tweet": "99"}))
    tweets = [Tweet(id, "It glows.", reply_to="70") for id in ("1001", "99", "100")]
    assert match(post, tweets, outbox).id == "100"


@given(st.text(max_size=60), st.booleans())
def test_what_x_does_to_a_text_changes_nothing(text, reply):
    for theirs in (
        html.escape(text, quote=False),
        unicodedata.normalize("NFC", text),
        f" {text}\n",
    ):
        once = html.unescape(text)
        assert normal(html.unescape(theirs), reply=reply) in (
            normal(text, reply=reply),
            normal(once, reply=reply),
        )
