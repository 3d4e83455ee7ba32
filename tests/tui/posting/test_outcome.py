"""What the outbox says will come of a post, and in which ink."""

from curator.tui.widgets.post_list import PostList
from curator.tui.widgets.post_panel import PostPanel
from tests.tui.posting.test_outbox import listed, said, text_of


async def choose(pilot, pilot_pause, state):
    """Go to the post in a state."""
    screen = pilot.app.screen
    screen.post_id = next(id for id in screen.ids if id.endswith(state))
    screen.show_all()
    await pilot_pause(pilot)


async def test_while_posting_has_stopped_nothing_is_said_to_go_out(
    stage, script, time, outbox, pilot_pause
):
    x = script.X()
    async with stage.open(account=x, asked=[], clock=time) as pilot:
        app = pilot.app
        app.desk.posting._sending.sender.halted = "no credits (402)"
        screen = await outbox(pilot, "queued")
        await pilot.press("s")
        assert said(app) == "waits: posting has stopped · w takes it back"
        assert "waits" in listed(screen)[2 * screen.at]
        await choose(pilot, pilot_pause, "rejected")
        await pilot.press("a")
        assert said(app) == "waits: posting has stopped · w takes it back"
        await choose(pilot, pilot_pause, "uncertain")
        assert "It is looked for once posting goes on." in text_of(screen, PostPanel)
        await pilot.press("l")
        assert said(app) == "posting has stopped, and with it the looking: c goes on"
        assert x.asked == []


async def test_while_x_is_left_alone_nothing_is_said_to_go_out_now(
    stage, script, time, outbox, pilot_pause
):
    async with stage.open(account=script.X(), asked=[], clock=time) as pilot:
        app = pilot.app
        app.desk.posting._sending.sender._pause("X: too many (429)", time().timestamp() + 900)
        screen = await outbox(pilot, "queued")
        await pilot.press("s")
        assert said(app) == "waits for X. X: too many (429) · w takes it back"
        assert screen.row.post.state == "queued"
        assert "waits" in listed(screen)[2 * screen.at]
        await choose(pilot, pilot_pause, "uncertain")
        assert "It is looked for as soon as X is asked again." in text_of(screen, PostPanel)
        await pilot.press("l")
        assert said(app) == "looked for as soon as X is asked again"


async def test_a_dry_run_promises_no_post_and_no_look(stage, time, outbox, pilot_pause):
    async with stage.open(account=None, asked=[], clock=time) as pilot:
        app = pilot.app
        screen = await outbox(pilot, "dry")
        await pilot.press("a")
        assert said(app) == "is rehearsed in 20 s, nothing is sent · w takes it back"
        await choose(pilot, pilot_pause, "uncertain")
        assert "In a dry run nothing is looked for." in text_of(screen, PostPanel)


async def test_why_a_refused_reply_does_not_go_out_again(stage, script, outbox):
    async with stage.open(account=script.X(), asked=[]) as pilot:
        screen = await outbox(pilot, "rejected")
        pilot.app.desk.judging.reopen(screen.post_id)
        for key in "ap":
            await pilot.press(key)
            assert said(pilot.app) == "its approval was taken back: approve it anew"


async def test_what_is_beside_the_chosen_post_can_be_read_in_the_light(stage, script, outbox):
    async with stage.open(account=script.X(), theme="curator-light") as pilot:
        screen = await outbox(pilot, "counted")
        posts = screen.query_one(PostList)
        drawn = posts.render_line(2 * screen.at - posts.scroll_offset.y)
        [style] = [segment.style for segment in drawn if "$0.010" in segment.text]
        assert contrast(style.color.triplet, style.bgcolor.triplet) >= 4.5


def contrast(*colours):
    """Return the contrast of two colours, as WCAG has it."""

    def light(triplet):
        parts = [n / 255 for n in triplet]
        r, g, b = (n / 12.92 if n <= 0.04045 else ((n + 0.055) / 1.055) ** 2.4 for n in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    low, high = sorted(map(light, colours))
    return (high + 0.05) / (low + 0.05)
