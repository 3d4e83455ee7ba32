"""The keys of Review: what each does to the desk, and where it leaves the curator."""

from textual.events import MouseScrollDown


def now(app, sample_id):
    return app.desk.ledger.session.judgement(sample_id)


def said(app):
    return app.review.query_one("#status").facts.text


async def test_the_first_request_is_there_with_its_samples(stage, script):
    async with stage.open() as pilot:
        review = pilot.app.review
        assert review.request_id == "0REQUEST0"
        assert [s.card.text for s in review.slots] == list(script.LINES[:5])
        assert review.at == 0


async def test_approving_goes_to_the_next_open_request(stage):
    async with stage.open() as pilot:
        app = pilot.app
        sample = app.review.card.sample.id
        await pilot.press("a")
        assert now(app, sample).verdict == "approve"
        assert app.review.request_id == "0REQUEST1"
        assert app.desk.queue.state("0REQUEST0") == "approved"


async def test_rejecting_goes_to_the_next_sample_and_at_the_end_offers_more(stage):
    async with stage.open() as pilot:
        app = pilot.app
        for n in range(4):
            await pilot.press("x")
            assert app.review.at == n + 1
        await pilot.press("x")
        assert app.review.request_id == "0REQUEST0"
        assert app.desk.queue.state("0REQUEST0") == "rejected"
        assert "g writes more" in said(app)


async def test_rejecting_goes_round_to_what_was_left_out(stage):
    async with stage.open() as pilot:
        app = pilot.app
        await pilot.press("end", "x")
        assert app.review.at == 0


async def test_rejecting_twice_is_one_judgement(stage):
    async with stage.open() as pilot:
        app = pilot.app
        await pilot.press("x", "k", "x")
        assert len(list(app.desk.ledger.session.events("judged"))) == 1


async def test_putting_off_moves_to_the_end_and_goes_on(stage):
    async with stage.open() as pilot:
        app = pilot.app
        await pilot.press("space")
        assert app.review.request_id == "0REQUEST1"
        assert list(app.desk.queue.ids())[-1] == "0REQUEST0"


async def test_stars(stage):
    async with stage.open() as pilot:
        app = pilot.app
        sample = app.review.card.sample.id
        for stars in (1, 2, 3, 4, 5):
            await pilot.press(str(stars))
            assert now(app, sample).stars == stars
        await pilot.press("0")
        assert now(app, sample).stars is None
        assert app.review.card.sample.id == sample


async def test_best_and_worst_are_taken_back_by_the_same_key(stage):
    async with stage.open() as pilot:
        app = pilot.app
        first = app.review.card.sample.id
        await pilot.press("b", "j")
        second = app.review.card.sample.id
        await pilot.press("w")
        assert (now(app, first).rank, now(app, second).rank) == ("best", "worst")
        await pilot.press("w", "b")
        assert (now(app, first).rank, now(app, second).rank) == (None, "best")


async def test_moving_among_samples(stage):
    async with stage.open() as pilot:
        review = pilot.app.review
        for there, back, at in (("down", "up", 1), ("j", "k", 1), ("end", "home", 4)):
            await pilot.press(there)
            assert review.at == at
            await pilot.press(back, back)
            assert review.at == 0


async def test_moving_among_requests(stage):
    async with stage.open() as pilot:
        review = pilot.app.review
        for there, back in (("right", "left"), ("l", "h")):
            await pilot.press(there, there)
            assert review.request_id == "0REQUEST2"
            await pilot.press(*[back] * 5)
            assert review.request_id == "0REQUEST0"


async def test_the_ends_of_the_queue(stage):
    async with stage.open() as pilot:
        app = pilot.app
        await pilot.press("ctrl+end")
        assert app.review.request_id == "0REQUEST5"
        await pilot.press("l")
        assert app.review.request_id == "0REQUEST5"
        await pilot.press("ctrl+home")
        assert app.review.request_id == "0REQUEST0"


async def test_undo_goes_back_to_what_it_undid_and_redo_too(stage):
    async with stage.open() as pilot:
        app = pilot.app
        await pilot.press("j")
        sample = app.review.card.sample.id
        for undo, redo in (("u", "U"), ("ctrl+z", "ctrl+y"), ("backspace", "U")):
            await pilot.press("a", "l", undo)
            assert (app.review.request_id, app.review.card.sample.id) == ("0REQUEST0", sample)
            assert now(app, sample).verdict is None
            assert "undid the approval of 2" in said(app)
            await pilot.press("l", redo)
            assert app.review.card.sample.id == sample
            assert now(app, sample).verdict == "approve"
            await pilot.press(undo)


async def test_nothing_to_undo_is_said(stage):
    async with stage.open() as pilot:
        await pilot.press("u")
        assert said(pilot.app) == "there is nothing to undo"
        await pilot.press("U")
        assert said(pilot.app) == "there is nothing to redo"


async def test_undo_reaches_over_a_restart(stage):
    async with stage.open() as pilot:
        await pilot.press("x", "a")
    async with stage.open() as pilot:
        app = pilot.app
        assert app.desk.queue.state("0REQUEST0") == "approved"
        await pilot.press("u")
        assert app.review.request_id == "0REQUEST0"
        assert app.desk.queue.state("0REQUEST0") == "open"
        await pilot.press("u")
        assert all(s.card.judgement.verdict is None for s in app.review.slots)
        await pilot.press("U", "U")
        assert app.desk.queue.state("0REQUEST0") == "approved"


async def test_reopening(stage):
    async with stage.open() as pilot:
        app = pilot.app
        await pilot.press("x", "k", "r")
        assert app.review.card.judgement.verdict is None
        await pilot.press("r")
        assert said(app) == "1 is not judged yet"


async def test_more_samples_and_stopping(stage, script):
    engine = script.Engine()
    async with stage.open(engine=engine) as pilot:
        app = pilot.app
        engine.stop_at = {5: 0.5, 6: 0.5, 7: 0, 8: 0, 9: 0}
        await pilot.press("x", "x", "x", "x", "x", "g")
        await script.until(lambda: app.desk.writing.growing)
        await pilot.pause(0.1)
        assert len(app.review.slots) == 10
        assert app.review.at == 5
        await pilot.press("a")
        assert said(app) == "this sample is still being written"
        await pilot.press("escape")
        await script.until(lambda: engine.cancelled)
        await pilot.pause()
        assert len(app.review.slots) == 5
        assert said(app) == "the writing was stopped"


async def test_copying_takes_the_approved_text(stage):
    async with stage.open() as pilot:
        app = pilot.app
        await pilot.press("j", "y")
        assert app.clipboard == app.review.card.text
        assert "not approved yet" in said(app)
        await pilot.press("a", "h", "k", "y")
        assert app.clipboard == app.review.slots[1].card.text
        assert "the approved text" in said(app)


async def test_approving_again_changes_nothing_but_goes_on(stage):
    async with stage.open() as pilot:
        app = pilot.app
        await pilot.press("a", "h", "a")
        assert len(list(app.desk.ledger.session.events("judged"))) == 1
        assert app.review.request_id == "0REQUEST1"


async def test_saved_is_said_only_when_it_is(stage, script):
    async with stage.open() as pilot:
        app = pilot.app
        keeper = app.desk.ledger.keeper
        send, keeper._send = keeper._send, lambda: None
        await pilot.press("5")
        assert not app.review.card.saved
        keeper._send = send
        keeper._send()
        await script.settled(pilot)
        assert app.review.card.saved


async def test_the_next_batches_are_written_ahead(stage):
    async with stage.open() as pilot:
        desk = pilot.app.desk
        counts = [len(desk.ledger.samples(f"0REQUEST{n}")) for n in range(6)]
        assert counts == [5, 5, 5, 0, 0, 0]


async def test_clicks_choose_samples_requests_and_keys(stage):
    async with stage.open() as pilot:
        app = pilot.app
        cards = app.review.query_one("#cards")
        third = app.review.slots[2].key
        await pilot.click("#cards", offset=(10, cards.place_of(third)))
        assert app.review.key == third
        await pilot.click("#queue", offset=(5, 2))
        assert app.review.request_id == "0REQUEST1"
        await pilot.click("#keys", offset=(2, 0))
        await pilot.pause()
        assert app.desk.queue.state("0REQUEST1") == "approved"


async def test_the_wheel_scrolls_the_samples(stage):
    async with stage.open(size=(80, 24)) as pilot:
        cards = pilot.app.review.query_one("#cards")
        before = cards.scroll_offset.y
        await pilot._post_mouse_events([MouseScrollDown], cards)
        await pilot.wait_for_animation()
        assert cards.scroll_offset.y > before


async def test_a_long_list_keeps_the_choice_in_view(stage):
    async with stage.open(size=(80, 24)) as pilot:
        review = pilot.app.review
        cards = review.query_one("#cards")
        for key in ("j", "j", "j", "j", "k", "k", "k", "k"):
            await pilot.press(key)
            await pilot.pause()
            top = cards.place_of(review.key)
            assert 0 <= top < cards.size.height


async def test_the_choice_stays_while_others_come(stage, script):
    engine = script.Engine()
    engine.stop_at = {0: 0.9, 1: 0.3, 3: 0.5}
    async with stage.open(engine=engine) as pilot:
        review = pilot.app.review
        assert [s.card is None for s in review.slots] == [True, True, False, True, False]
        assert review.at == 0
        await pilot.press("j", "j", "j")
        assert review.at == 3
        engine.go_on()
        await script.until(lambda: all(s.card for s in review.slots))
        await pilot.pause()
        assert review.at == 3
        assert review.card.number == 4


async def test_finished_and_new_ones_afterwards(stage, script):
    songs = [r for r in script.requests() if r.song.known][:2]
    async with stage.open(asked=songs) as pilot:
        app = pilot.app
        await pilot.press("a", "a")
        assert app.review.request_id is None
        assert "judged" in app.review.query_one("#plate").facts[0][0][0]
        app.desk.asking.typed("Slow Comet – Ember Road")
        await script.settled(pilot)
        assert app.desk.ledger.song(app.review.request_id).title == "Ember Road"
