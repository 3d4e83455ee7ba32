"""Pictures of the Learn screen; see `tests/tui/test_snapshots.py`."""

import pytest


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("size", [(120, 40), (80, 24)], ids=["120x40", "80x24"])
async def test_the_screen_looks_as_it_did(stage, pages, look, size, theme):
    async with stage.open(
        size=size,
        theme=f"curator-{theme}",
        trainer=pages.trainer,
        learn_wanted="8=1, 3=-0.5",
    ) as pilot:
        await pages.open(pilot, [pages.report(0.02), pages.report()])
        await look(pilot, "learn")
        pages.trainer.gate.clear()
        await pilot.press("t")
        await pages.settle(pilot)
        await look(pilot, "learning")
