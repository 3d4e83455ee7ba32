"""The Learn screen: what it says, what its keys do, and that nobody sees an arm while judging."""

import pytest

from curator.tui.screens.learn import LearnScreen
from curator.tui.screens.promote import Insist
from curator.tui.screens.review import ReviewScreen
from curator.tui.widgets.banner import Notice
from curator.tui.widgets.card_lines import card_lines
from curator.tui.widgets.key_bar import KeyBar


async def test_what_is_known_is_said(stage, pages):
    async with stage.open(trainer=pages.trainer) as pilot:
        screen = await pages.open(pilot, [pages.report(0.02), pages.report()])
        text = pages.text(screen)
        for part in (
            "60 labels, 15 liked", "verdicts 60",
            "0.72 (0.63–0.81)", "0.152, 0.171 by always saying the mean",
            "v2 has proved better: p promotes it",
            "over best-of          +0.080, +0.030 to +0.130",
            "word: hiss, gravel, static", "word: whole room, nice",
            "without    ", "15% (4%–42%) of 13", "50% (27%–73%) of 14", "03-09–03-10",
        ):  # fmt: skip
            assert part in text, part
        assert "nothing learnt is in use" in pages.head(screen)


async def test_before_anything_is_learnt_it_says_how_to_begin(stage, pages):
    async with stage.open(trainer=pages.trainer) as pilot:
        screen = await pages.open(pilot, judged=0)
        text = pages.text(screen)
        assert "None yet: t learns from the labels there are" in text
        assert "nothing is judged yet" in text
        await pilot.press("p", "v", "r")
        await pages.settle(pilot)
        assert "nothing that was learnt is in use" in pages.said(screen)
        assert isinstance(pilot.app.screen, LearnScreen)


async def test_too_few_labels_is_what_it_says(stage, pages):
    async with stage.open(trainer=pages.trainer) as pilot:
        screen = await pages.open(pilot, [pages.report(enough=False)])
        assert "too few labels to know: 24, of which 5 are liked" in pages.text(screen)
        assert "skill unknown" in pages.text(screen)


async def test_reward_hacking_is_plain_to_see(stage, pages):
    async with stage.open(trainer=pages.trainer) as pilot:
        screen = await pages.open(pilot, [pages.report(0.01)])
        assert "own judge is pleased and the second is not" in pages.text(screen)
        assert "What speaks against v1" in pages.text(screen)


async def test_a_training_shows_how_long_it_takes_and_can_be_stopped(stage, pages, script):
    async with stage.open(trainer=pages.trainer) as pilot:
        screen = await pages.open(pilot)
        learning = pilot.app.desk.learning
        pages.trainer.gate.clear()
        await pilot.press("t")
        await script.until(lambda: learning.running and learning.running.progress)
        await pages.settle(pilot)
        assert "v1 learns from 60 labels: LC-GAN" in pages.head(screen)
        assert "24 s left · c stops it" in pages.head(screen)
        await pilot.press("t")
        assert "one at a time" in pages.said(screen)
        await pilot.press("c")
        await pages.settle(pilot)
        assert learning.running is None
        assert learning.versions.all() == []
        assert "nothing is left of it" in pages.said(screen)


async def test_leaving_says_that_a_training_runs_and_one_can_go_back(stage, pages, script):
    async with stage.open(trainer=pages.trainer) as pilot:
        app = pilot.app
        await pages.open(pilot)
        pages.trainer.gate.clear()
        pages.trainer.seconds_left = 150.0
        await pilot.press("t")
        await script.until(lambda: app.desk.learning.running and app.desk.learning.running.progress)
        await pilot.press("escape")
        await pages.settle(pilot)
        assert "v1 learns" in pages.text(app.screen, "#header")
        await pilot.press("q")
        await pages.settle(pilot)
        figures = " ".join(pages.text(app.screen, "#figures").split())
        assert "v1 is still learning, 2 min left. Leaving stops it." in figures
        assert "esc goes back" in figures
        await pilot.press("escape")
        assert app.screen is app.review
        pages.trainer.gate.set()
        await script.until(lambda: app.desk.learning.running is None)
        await pages.settle(pilot)
        assert "learns" not in pages.text(app.screen, "#header")
        assert app.desk.learning.versions.get("v1")


async def test_a_training_goes_on_while_the_curator_judges(stage, pages, script):
    async with stage.open(trainer=pages.trainer) as pilot:
        await pages.open(pilot)
        learning = pilot.app.desk.learning
        pages.trainer.gate.clear()
        await pilot.press("t", "escape")
        await script.until(lambda: learning.running and learning.running.progress)
        assert isinstance(pilot.app.screen, ReviewScreen)
        await pilot.press("x")
        pages.trainer.gate.set()
        await script.until(lambda: learning.running is None)
        await pilot.press("L")
        await pages.settle(pilot)
        assert "v1 has proved better" in pages.text(pilot.app.screen)


async def test_a_training_that_fails_says_why(stage, pages, script):
    async with stage.open(trainer=pages.trainer) as pilot:
        screen = await pages.open(pilot)
        pages.trainer.fail = "too few labels: 3 [red]liked"
        await pilot.press("t")
        await script.until(lambda: pilot.app.desk.learning.error)
        await pages.settle(pilot)
        assert "too few labels: 3 [red]liked" in pages.text(screen, Notice)


async def test_what_has_proved_better_is_promoted_and_rolled_back(stage, pages):
    async with stage.open(trainer=pages.trainer) as pilot:
        screen = await pages.open(pilot, [pages.report()])
        await pilot.press("p")
        await pages.settle(pilot)
        assert pilot.app.desk.learning.in_use.generator
        assert "v1 steers and chooses since 2026-03-14" in pages.head(screen)
        assert "in use" in pages.text(screen)
        await pilot.press("r")
        await pages.settle(pilot)
        assert pilot.app.desk.learning.in_use is None
        assert "v1 is rolled back" in pages.said(screen)


@pytest.mark.parametrize(("answer", "promoted"), [("escape", False), ("ctrl+s", True)])
async def test_what_has_not_is_promoted_only_when_the_curator_insists(
    stage, pages, answer, promoted
):
    async with stage.open(trainer=pages.trainer) as pilot:
        await pages.open(pilot, [pages.report(0.01)])
        await pilot.press("p")
        await pages.settle(pilot)
        dialog = pilot.app.screen
        assert isinstance(dialog, Insist)
        reasons = "\n".join(strip.text for strip in dialog.query_one("#reasons")._drawn)
        assert "does not beat the best of 8 drafts" in reasons
        await pilot.press(answer)
        await pages.settle(pilot)
        use = pilot.app.desk.learning.in_use
        assert (use is not None and use.generator and use.insisted) is promoted


async def test_a_reward_is_good_enough_alone(stage, pages):
    async with stage.open(trainer=pages.trainer) as pilot:
        screen = await pages.open(pilot, [pages.report(0.01, generator=False)])
        await pilot.press("p")
        assert "w promotes its reward" in pages.said(screen)
        await pilot.press("w")
        await pages.settle(pilot)
        assert not pilot.app.desk.learning.in_use.generator
        assert "v1 chooses among drafts" in pages.head(screen)
        await pilot.press("w")
        assert "in use already" in pages.said(screen)


async def test_versions_are_gone_through_newest_first(stage, pages):
    async with stage.open(trainer=pages.trainer) as pilot:
        screen = await pages.open(pilot, [pages.report(), pages.report(0.01)])
        assert "What speaks against v2" in pages.text(screen)
        await pilot.press("j")
        await pages.settle(pilot)
        assert "v1 has proved better" in pages.text(screen)
        assert "v1, 1 of 2" in pages.said(screen)
        await pilot.press("j", "k", "k", "k")
        assert screen.version.name == "v2"


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_of_many_versions_those_around_the_chosen_one_are_seen(stage, pages, size):
    async with stage.open(size=size, trainer=pages.trainer) as pilot:
        screen = await pages.open(pilot, [pages.report()] * 19)
        assert "… 11 older" in pages.text(screen)
        assert "newer" not in pages.text(screen)
        await pilot.press(*["j"] * 11)
        await pages.settle(pilot)
        text = pages.text(screen)
        assert "… 7 newer" in text
        assert "… 4 older" in text
        seen = text.split("\n")[: screen.query_one("#lessons").size.height]
        assert [line.split()[0] for line in seen if "▌" in line] == ["▌v8"]
        assert any("v8 has proved better" in line for line in seen)


async def test_before_and_after_stand_side_by_side(stage, pages, script):
    async with stage.open(trainer=pages.trainer) as pilot:
        screen = await pages.open(pilot, [pages.report()])
        await pilot.press("v")
        await script.until(lambda: screen.pairs)
        await pages.settle(pilot)
        text = pages.text(screen)
        assert "Ada Moss – Take 59" in text
        assert " │ " in text
        before, after = pilot.app.desk.engine.jobs[-2:]
        assert (before.arms, set(after.arms)) == ((), {"steered"})
        assert (before.seed, before.first_row, before.n) == (after.seed, after.first_row, after.n)


async def test_one_comparison_at_a_time_and_moving_on_keeps_the_page_where_it_is(
    stage, pages, script
):
    async with stage.open(size=(80, 24), trainer=pages.trainer) as pilot:
        screen = await pages.open(pilot, [pages.report(), pages.report(0.02)])
        engine = pilot.app.desk.engine
        engine.stop_at = {1: 0.5}
        written = len(engine.jobs)
        for _ in range(3):
            pilot.app.simulate_key("v")
        await script.until(lambda: len(engine.jobs) > written)
        await pages.settle(pilot)
        assert len(engine.jobs) == written + 1
        assert "one at a time: v2 is still being compared" in pages.said(screen)
        await pilot.press("j")
        await pages.settle(pilot)
        assert "writing …" not in pages.text(screen)
        engine.go_on()
        await script.until(lambda: not screen.comparing)
        await pages.settle(pilot)
        assert "the comparison of v2 is ready" in pages.said(screen)
        assert screen.query_one("#lessons").scroll_y == 0


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (60, 16)])
async def test_it_fits_and_can_be_scrolled(stage, pages, size):
    async with stage.open(size=size, trainer=pages.trainer) as pilot:
        screen = await pages.open(pilot, [pages.report(0.02)] * 3)
        width = max(len(line) for line in pages.text(screen).split("\n"))
        assert width <= size[0]
        scroll = screen.query_one("#lessons")
        await pilot.press("end")
        await pages.settle(pilot)
        assert scroll.scroll_y == scroll.max_scroll_y
        await pilot.press("home")
        await pages.settle(pilot)
        assert scroll.scroll_y == 0
        keys = screen.query_one(KeyBar)._drawn[0].text
        assert "train" in keys
        assert "help" in keys


async def test_nothing_from_outside_is_read_as_markup(stage, pages):
    hostile = [{"kind": "word", "name": "[bold]x[/]\x1b[31m\u202e", "weight": 1, "texts": 2}]
    async with stage.open(trainer=pages.trainer) as pilot:
        screen = await pages.open(pilot, [pages.report(likings=hostile)])
        text = pages.text(screen)
        assert "[bold]x[/]" in text
        assert "\x1b" not in text
        assert "\u202e" not in text


async def test_no_card_says_how_its_text_came_about(stage, pages):
    async with stage.open(trainer=pages.trainer) as pilot:
        desk, review = pilot.app.desk, pilot.app.review
        await pages.open(pilot, judged=6)
        await pilot.press("escape")
        seen = set()
        for sample_id in ("L003s", "L004s", "L005s"):
            sample = desk.ledger.sample(sample_id)
            desk.judging.reopen(sample_id)
            review.go_to(sample.request_id)
            await pages.settle(pilot)
            slot = next(s for s in review.slots if s.card and s.card.sample.id == sample_id)
            lines = card_lines(slot, 80, chosen=False)
            seen.add((str(lines).replace(sample.text, ""), sample.arm))
        assert {arm for _, arm in seen} == {"control", "best-of", "steered"}
        assert len({shown for shown, _ in seen}) == 1


async def test_the_palette_offers_what_works_here(stage, pages):
    from curator.tui.palette import DeskCommands

    async with stage.open(trainer=pages.trainer) as pilot:
        screen = await pages.open(pilot, judged=0)
        ids = {command.id for command, _ in DeskCommands(screen)._offered()}
        assert {"train", "promote", "roll-back", "compare", "help", "theme"} <= ids
        assert not {"approve", "send-now"} & ids


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_what_two_rewards_expect_is_not_held_against_each_other(stage, pages, script, size):
    async with stage.open(size=size, trainer=pages.trainer) as pilot:
        screen = await pages.open(pilot, [pages.report(), pages.report()])
        learning, engine = pilot.app.desk.learning, pilot.app.desk.engine
        learning.promote(learning.versions.get("v1"), generator=True, insist=True)
        await pilot.press("v")
        await script.until(lambda: screen.pairs)
        await pages.settle(pilot)
        assert [job.learned[-2:] for job in engine.jobs[-2:]] == ["v1", "v2"]
        said = [line for line in pages.text(screen).split("\n") if "expected" in line]
        assert said
        assert all(line.split()[-2:] == ["expected", "0.50"] for line in said), said
        assert "→" not in "".join(said)
