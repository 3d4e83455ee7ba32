"""How a screen is compared with its picture."""

import pytest
from pytest_textual_snapshot import SVGImageExtension, normalize_svg


@pytest.fixture
def look(snapshot, tmp_path):
    """Compare the screen with its picture; one that differs is left in the test's folder."""
    pictures = snapshot.use_extension(SVGImageExtension)

    async def compare(pilot, name):
        await pilot.pause()
        await pilot.wait_for_scheduled_animations()
        await pilot.pause()
        svg = pilot.app.export_screenshot(simplify=True)
        same = pictures(name=name) == svg
        if not same:
            (tmp_path / f"{name}.svg").write_text(normalize_svg(svg), "utf-8")
        assert same, f"{name} looks different: see {tmp_path / name}.svg"

    return compare
