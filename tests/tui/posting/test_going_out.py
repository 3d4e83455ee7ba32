"""Posting in Review: before the approval, and while it can be undone."""

import threading

from curator.net.x_errors import Unreachable


def header(app):
    return app.screen.query_one("#header")._drawn[0].text


def said(app):
    return app.screen.query_one("#status").facts.text


def going(app):
    """Return the last line of the preview."""
    return app.review.query_one("#preview")._drawn[-1].text.strip()


async def test_before_the_approval_is_said_how_it_would_go_out(stage, script):
    async with stage.open(account=script.X()) as pilot:
        app = pilot.app
        assert going(app) == "not posted: it did not come from X"
        await pilot.press("right")
        assert going(app) == "a reply: its author mentioned the account · $0.010"
        await pilot.press("right", "right")
        await script.settled(pilot)
        assert "a plain post: without a mention" in going(app)
        assert "· $0.015" in going(app)
        assert "dry run" not in header(app)


async def test_without_an_account_all_is_a_rehearsal_and_says_so(stage, pilot_pause):
    async with stage.open() as pilot:
        app = pilot.app
        await pilot.press("right")
        await pilot_pause(pilot)
        assert going(app).endswith("· $0.010 · dry run")
        assert "dry run" in header(app)
        await pilot.press("a")
        assert said(app) == "approved 1: is rehearsed in 20 s, nothing is sent, u takes it back"


async def test_a_name_that_becomes_a_link_is_priced_while_it_is_typed(stage, script):
    async with stage.open(account=script.X()) as pilot:
        app = pilot.app
        await pilot.press("right")
        await script.settled(pilot)
        await pilot.press("e", "end", *script.typed(" will.i.am"))
        await pilot.pause()
        assert going(app).endswith("· $0.200")
        preview = "\n".join(s.text for s in app.review.query_one("#preview")._drawn)
        assert "will.i.am becomes a link: $0.200 instead of $0.010" in preview


async def test_the_time_to_undo_is_seen_to_pass(stage, script, time, later):
    x = script.X()
    async with stage.open(account=x, clock=time) as pilot:
        app = pilot.app
        await pilot.press("right")
        await script.settled(pilot)
        await pilot.press("a")
        await later(pilot, 6)
        assert said(app) == "approved 1: goes out in 14 s, u takes it back"
        assert "1 to go out in 14 s" in header(app)
        await pilot.press("left")
        assert going(app) == "goes out in 14 s · u takes it back"
        await later(pilot, 5)
        assert going(app) == "goes out in 9 s · u takes it back"
        queue = app.review.query_one("#queue")
        assert queue.render_line(3).text.endswith("in 9 s ")
        assert x.asked == []


async def test_undo_in_time_and_nothing_leaves(stage, script, time, later):
    x = script.X()
    async with stage.open(account=x, clock=time) as pilot:
        app = pilot.app
        await pilot.press("right")
        await script.settled(pilot)
        sample = app.review.card.sample.id
        await pilot.press("a", "u")
        assert app.desk.posting.row(sample).post.state == "withdrawn"
        assert going(app).startswith("a reply")
        await later(pilot, 60)
        assert x.asked == []


async def test_the_key_that_is_named_takes_it_back(stage, script, time, later):
    """Undo takes the last action back, which may be another one by now."""
    async with stage.open(account=script.X(), clock=time) as pilot:
        app = pilot.app
        await pilot.press("right")
        await script.settled(pilot)
        sample = app.review.card.sample.id
        await pilot.press("a", "4")
        await later(pilot, 1)
        assert said(app) == "approved 1: goes out in 19 s, o shows it"
        await pilot.press("left")
        assert going(app) == "goes out in 19 s · r takes it back"
        await pilot.press("r")
        assert app.desk.posting.row(sample).post.state == "withdrawn"


async def test_what_came_of_it_is_said_and_marked(stage, script, time, later):
    x = script.X("1900000000000001001")
    async with stage.open(account=x, clock=time) as pilot:
        app = pilot.app
        await pilot.press("right")
        await script.settled(pilot)
        text = app.review.card.text
        await pilot.press("a")
        await later(pilot, 21)
        assert x.asked == [(text, script.requests()[1].ref)]
        assert said(app).startswith("1: posted just now  https://x.com/i/status/190000000000000100")
        queue = app.review.query_one("#queue")
        assert queue.render_line(2).text.strip().startswith("✓")
        assert queue.render_line(3).text.endswith("posted ")
        await pilot.press("left")
        assert going(app).startswith("posted just now")
        await pilot.press("r")
        await pilot.pause()
        assert "only on X can it be deleted" in said(app)
        assert queue.render_line(3).text.endswith("posted ")


async def test_an_unclear_answer_is_marked(stage, script, time, later):
    x = script.X(Unreachable("X did not answer"))
    async with stage.open(account=x, clock=time) as pilot:
        app = pilot.app
        await pilot.press("right")
        await script.settled(pilot)
        await pilot.press("a")
        await later(pilot, 21)
        assert app.review.query_one("#queue").render_line(3).text.endswith("uncertain ")
        assert "1 uncertain" in header(app)
        await pilot.press("left")
        assert going(app).startswith("may be on X, or not.")
        assert going(app).endswith("· o shows it")


async def test_judging_goes_on_while_x_keeps_silent(stage, script, time):
    answering = threading.Event()

    class Slow(script.X):
        def post(self, text, reply_to=None):
            answering.wait(30)
            return super().post(text, reply_to)

    async with stage.open(account=Slow(), clock=time) as pilot:
        app = pilot.app
        await pilot.press("right")
        await script.settled(pilot)
        sample = app.review.card.sample.id
        await pilot.press("a")
        time.pass_by(21)
        app.desk.posting._sending.wake()
        await script.until(lambda: app.desk.posting.row(sample).post.state == "sending")
        await pilot.press("4", "x", "j", "a")
        assert len(list(app.desk.ledger.session.events("judged"))) == 3
        assert app.desk.posting.row(sample).post.state == "sending"
        answering.set()
        await script.until(lambda: app.desk.posting.row(sample).post.state == "posted")


async def test_too_long_a_text_is_kept_from_going_out(stage, script):
    async with stage.open(account=script.X(), engine=script.Engine(["la " * 120])) as pilot:
        app = pilot.app
        await pilot.press("right")
        await script.settled(pilot)
        assert going(app) == "not to be posted: it is 80 characters too long"
        await pilot.press("a")
        await pilot.pause()
        assert "not to be posted" in said(app)
