"""The README's picture is the desk as it is."""

import re
from html import unescape
from pathlib import Path

from curator.tui.picture import picture

PICTURE = Path(__file__).parents[2] / "docs" / "picture.svg"


def lines(svg):
    """Return the lines of text that a picture shows."""
    shown = {}
    for x, y, text in re.findall(r'<text[^>]* x="([\d.]+)" y="([\d.]+)"[^>]*>([^<]*)</text>', svg):
        shown.setdefault(float(y), []).append((float(x), unescape(text)))
    return ["".join(t for _, t in sorted(shown[y])) for y in sorted(shown)]


async def test_the_readme_shows_the_desk_as_it_is(tmp_path):
    taken = await picture(tmp_path)
    assert lines(taken) == lines(PICTURE.read_text("utf-8")), "make picture takes it anew"
