"""The outbox: every post with its state, and what the curator can do about it."""

import pytest

from curator.domain.records import Sample
from curator.net.x_errors import Refused, Unpaid
from curator.net.x_tweets import Tweet
from curator.tui.widgets.banner import Notice
from curator.tui.widgets.outbox_head import OutboxHead
from curator.tui.widgets.plate import PlateView
from curator.tui.widgets.post_list import PostList
from curator.tui.widgets.post_panel import PostPanel


def lines(screen, kind):
    """Return what a widget of lines shows, as text."""
    return [strip.text.rstrip() for strip in screen.query_one(kind)._drawn]


def text_of(screen, kind):
    return " ".join(" ".join(lines(screen, kind)).split())


def header(app):
    return app.screen.query_one("#header")._drawn[0].text


def said(app):
    return app.screen.query_one("#status").facts.text


def listed(screen):
    """Return the lines of the list, without the air between words."""
    posts = screen.query_one(PostList)
    return [" ".join(posts.render_line(y).text.split()) for y in range(2 * len(screen.ids))]


async def test_an_empty_outbox_says_what_to_do(stage):
    async with stage.open() as pilot:
        await pilot.press("o")
        screen = pilot.app.screen
        await pilot.pause()
        plate = text_of(screen, PlateView)
        assert "Approve a sample for a request that came from X" in plate
        assert "curator auth x" in plate
        assert "c here reads the credentials anew" in plate
        assert "dry run until there are credentials" in text_of(screen, Notice)
        await pilot.press("s", "j", "end", "pagedown", "y", "enter", "i", "o")
        assert pilot.app.screen is pilot.app.review


async def test_every_state_has_its_word_and_what_needs_a_hand_comes_first(stage, script, outbox):
    async with stage.open(account=script.X(), asked=[]) as pilot:
        screen = await outbox(pilot, "queued")
        states = [line.lstrip("▌ ") for line in listed(screen)[::2]]
        assert [s.split()[0] for s in states] == ["?", "→", "◔", "!", "✗", "◌", "✓", "✓", "–", "↶"]
        assert states[0].startswith("? uncertain Kelpie Choir – Saltwater Hymn")
        assert states[2].startswith("◔ in 14 s Night Ferry – Lanterns")
        assert states[2].endswith("$0.010 1m")
        assert any("refused" in s for s in states)
        assert any("12 likes" in s for s in states)
        head = text_of(screen, OutboxHead)
        assert "3 to see to 2 to go out 2 posted 1 rehearsed" in head
        assert "$0.04 of $10.00 in March" in head


@pytest.mark.parametrize(
    ("state", "words", "keys"),
    [
        ("queued", "goes out in 14 s", "s w"),
        ("sending", "X has not answered yet", ""),
        ("posted", "posted 30m ago https://x.com/i/status/1900000000000001001", ""),
        ("counted", "posted 1h ago, 12 likes", ""),
        ("rejected", "X: You are not permitted to perform this action.", "a p i g"),
        ("uncertain", "may be on X, or not. It is looked for. X did not answer", "l i g"),
        ("blocked", "not to be posted: it is 14 characters too long", "a g"),
        ("withdrawn", "before it left", ""),
        ("given_up", "given up 2h ago", "a i"),
        ("dry", "rehearsed 3h ago: nothing was sent", "a g"),
    ],
)
async def test_the_chosen_post_says_where_it_stands_and_what_can_be_done(
    stage, script, outbox, state, words, keys, monkeypatch
):
    async with stage.open(account=script.X(), asked=[]) as pilot:
        monkeypatch.setattr(pilot.app.desk.posting._sending, "work", script.nothing)
        screen = await outbox(pilot, state)
        panel = lines(screen, PostPanel)
        assert words in " ".join(" ".join(panel).split())
        assert "a reply: its author mentioned the account · $0.010" in " ".join(panel)
        assert "@harbourlights" in " ".join(panel)
        shown = [line.removeprefix("keys").split()[0] for line in panel[-4:] if line.strip()]
        assert shown == keys.split()
        hints = [hint.keys for hint in screen.query_one("#keys").facts]
        assert hints[: len(shown)] == shown


async def test_withdraw_and_again(stage, script, outbox):
    x = script.X()
    async with stage.open(account=x, asked=[]) as pilot:
        screen = await outbox(pilot, "queued")
        posting, post_id = pilot.app.desk.posting, screen.post_id
        pilot.app.desk.judging.approve(post_id)
        await pilot.press("w")
        assert posting.row(post_id).post.state == "withdrawn"
        assert said(pilot.app) == "withdrawn: a sends it after all"
        assert screen.post_id == post_id
        await pilot.press("w")
        assert said(pilot.app) == "that is not for a post that is withdrawn"
        await pilot.press("a")
        assert posting.row(post_id).post.state == "queued"
        assert said(pilot.app) == "goes out in 20 s · w takes it back"
        assert x.asked == []


async def test_send_now(stage, script, outbox):
    x = script.X()
    async with stage.open(account=x, asked=[]) as pilot:
        screen = await outbox(pilot, "queued")
        post = screen.row.post
        await pilot.press("s")
        await script.until(lambda: screen.row.post.state == "posted")
        assert x.asked == [(post.text, post.reply_to)]
        await pilot.press("w")
        assert said(pilot.app) == "it is posted already: only on X can it be deleted"


async def test_uncertain_is_looked_for_before_it_is_sent_again(
    stage, script, time, outbox, pilot_pause
):
    x = script.X()
    async with stage.open(account=x, asked=[], clock=time) as pilot:
        screen = await outbox(pilot, "uncertain")
        await pilot.press("a")
        assert said(pilot.app) == "it has to be looked for first: l does so now"
        await pilot.press("l")
        await script.until(lambda: screen.row.post.looked)
        await pilot_pause(pilot)
        assert "Looked for in vain 1 time, last just now." in text_of(screen, PostPanel)
        await pilot.press("a")
        assert screen.row.post.state == "queued"
        assert x.asked == []


async def test_uncertain_that_is_there_is_found(stage, script, outbox):
    x = script.X()
    async with stage.open(account=x, asked=[]) as pilot:
        screen = await outbox(pilot, "uncertain")
        post = screen.row.post
        x.own = [Tweet("1900000000000002222", post.text, reply_to=post.reply_to)]
        await pilot.press("l")
        await script.until(lambda: screen.row.post.state == "posted")
        assert screen.row.post.tweet == "1900000000000002222"
        assert x.asked == []


async def test_it_is_posted_as(stage, script, outbox):
    async with stage.open(account=script.X(), asked=[]) as pilot:
        screen = await outbox(pilot, "uncertain")
        await pilot.press("i")
        dialog = pilot.app.screen
        dialog.query_one("#address").value = "no idea"
        await pilot.press("enter")
        assert "Not kept: the id of a post is a number" in text_of(dialog, "#address-hint")
        address = "https://x.com/me/status/1900000000000003333?s=20"
        dialog.query_one("#address").value = address
        await pilot.press("ctrl+s")
        assert pilot.app.screen is screen
        assert (screen.row.post.state, screen.row.post.by_hand) == ("posted", True)
        assert screen.row.post.tweet == "1900000000000003333"


async def test_a_refused_reply_can_go_out_as_a_plain_post(stage, script, time, outbox):
    x = script.X()
    async with stage.open(account=x, asked=[], clock=time) as pilot:
        screen = await outbox(pilot, "rejected")
        post = screen.row.post
        await pilot.press("p")
        assert screen.row.post.state == "queued"
        await pilot.press("p")
        assert "not for a post that is queued" in said(pilot.app)
        assert "a plain post: the curator chose so · $0.015" in text_of(screen, PostPanel)
        await pilot.press("s")
        await script.until(lambda: screen.row.post.state == "posted")
        assert x.asked == [(post.text, None)]


async def test_give_up(stage, script, outbox):
    async with stage.open(account=script.X(), asked=[]) as pilot:
        screen = await outbox(pilot, "blocked")
        await pilot.press("g")
        assert screen.row.post.state == "given up"


async def test_what_stops_posting_is_seen_until_it_is_settled(
    stage, script, time, later, pilot_pause
):
    x = script.X(Unpaid("there are no credits left at X (402): its developer console sells some."))
    async with stage.open(account=x, clock=time) as pilot:
        app = pilot.app
        await pilot.press("right")
        await script.settled(pilot)
        await pilot.press("a")
        await later(pilot, 21)
        assert "posting stopped" in header(app)
        assert "no credits left" in said(app)
        await pilot.press("o")
        screen = app.screen
        await pilot_pause(pilot)
        notice = text_of(screen, Notice)
        assert "Posting has stopped: there are no credits left at X (402)" in notice
        assert "developer console sells some. c goes on once that is settled." in notice
        assert "1 post kept for then." in notice
        assert "waits: posting has stopped" in text_of(screen, PostPanel)
        await pilot.press("c")
        await script.until(lambda: screen.row.post.state == "posted")
        await pilot_pause(pilot)
        assert screen.query_one(Notice).size.height == 0
        assert len(x.asked) == 2


async def test_credentials_that_come_later_are_used(stage, script, time, outbox, pilot_pause):
    x = script.X()
    there = []
    async with stage.open(account=None, asked=[], clock=time) as pilot:
        app = pilot.app
        app.desk.posting._sending._make_account = lambda: there[0] if there else None
        screen = await outbox(pilot, "queued")
        assert "dry run until there are credentials" in text_of(screen, Notice)
        assert "is rehearsed in 14 s, nothing is sent" in text_of(screen, PostPanel)
        there.append(x)
        await pilot.press("c")
        await script.until(lambda: app.desk.posting.dry is None)
        await pilot_pause(pilot)
        assert "dry run" not in header(app)
        assert screen.query_one(Notice).size.height == 0
        await pilot.press("s")
        await script.until(lambda: x.asked)


async def test_a_rehearsal_by_choice_stays_one(stage, script, time, outbox):
    x = script.X()
    async with stage.open(account=x, asked=[], clock=time, dry_run=True) as pilot:
        screen = await outbox(pilot, "queued")
        assert "dry run, as the settings say" in text_of(screen, Notice)
        await pilot.press("c")
        assert "config.toml" in said(pilot.app)
        await pilot.press("l")
        await pilot.press("s")
        await script.until(lambda: screen.row.post.state == "dry")
        assert x.asked == []


async def test_refused_in_x_s_own_words(stage, script, time, later, pilot_pause):
    words = "X: Your account is \x1b[31mlocked\u202e [bold]for now[/] \n see settings"
    async with stage.open(account=script.X(Refused(words)), clock=time) as pilot:
        app = pilot.app
        await pilot.press("right")
        await script.settled(pilot)
        await pilot.press("a")
        await later(pilot, 21)
        await pilot.press("o")
        await pilot_pause(pilot)
        assert "[bold]for now[/]" in text_of(app.screen, PostPanel)
        svg = app.export_screenshot(simplify=True)
        assert "\x1b" not in svg
        assert "\u202e" not in svg


async def test_moving_and_going_to_the_request(stage, script, outbox):
    async with stage.open(account=script.X(), size=(80, 24)) as pilot:
        app = pilot.app
        screen = await outbox(pilot, "uncertain")
        order = list(screen.ids)
        await pilot.press("j", "down", "k")
        assert screen.post_id == order[1]
        await pilot.press("end", "j")
        assert screen.post_id == order[-1]
        assert screen.query_one(PostList).scroll_offset.y > 0
        await pilot.press("pageup")
        assert screen.post_id not in (order[0], order[-1])
        await pilot.press("home", "k")
        assert screen.post_id == order[0]
        assert f"post 1 of {len(order)}" in screen.query_one("#status").facts.where
        await pilot.press("enter")
        assert app.screen is app.review
        assert app.review.request_id == f"R{order[0]}"
        assert app.review.card.sample.id == order[0]


async def test_the_chosen_post_stays_chosen_whatever_comes(stage, script, outbox, pilot_pause):
    async with stage.open(account=script.X(), asked=[]) as pilot:
        desk = pilot.app.desk
        screen = await outbox(pilot, "posted")
        chosen = screen.post_id
        request = script.requests()[1]
        desk.asking.take([request])
        desk.ledger.add(Sample("NEW", request.id, request.at, "It hums.", "imported"))
        desk.judging.approve("NEW")
        await pilot_pause(pilot)
        assert "NEW" in screen.ids
        assert screen.post_id == chosen
        assert screen.at == screen.ids.index(chosen)


async def test_clicks(stage, script, outbox, pilot_pause):
    async with stage.open(account=script.X(), asked=[]) as pilot:
        screen = await outbox(pilot, "uncertain")
        await pilot.click(PostList, offset=(10, 5))
        assert screen.post_id == screen.ids[2]
        await pilot_pause(pilot)
        await pilot.click("#keys", offset=(3, 0))
        await pilot.pause()
        assert screen.row.post.due == "2026-03-14T12:00:00.000Z"  # s was the first key


async def test_copy(stage, script, outbox, monkeypatch):
    copied = []
    async with stage.open(account=script.X(), asked=[]) as pilot:
        monkeypatch.setattr(pilot.app, "copy_to_clipboard", copied.append)
        screen = await outbox(pilot, "posted")
        await pilot.press("y")
        screen.post_id = next(id for id in screen.ids if id.endswith("rejected"))
        await pilot.press("y")
        assert copied == ["https://x.com/i/status/1900000000000001001", screen.row.post.text]


async def test_the_palette_offers_what_works_here(stage, script, outbox):
    from curator.tui.palette import DeskCommands

    async with stage.open(account=script.X(), asked=[]) as pilot:
        screen = await outbox(pilot, "queued")
        ids = {command.id for command, _ in DeskCommands(screen)._offered()}
        assert {"withdraw", "send-now", "leave-outbox", "theme", "leave"} <= ids
        assert not ids & {"approve", "outbox", "keep-point"}
