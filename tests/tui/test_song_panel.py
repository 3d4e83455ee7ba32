"""The head of the page: whatever is known of the song, one sees who asked and in which words."""

from dataclasses import replace

import pytest

from curator.domain.records import FEATURES
from curator.tui.widgets.song_panel import SongPanel

ALL = dict.fromkeys(FEATURES, 0.5) | {"tempo": 120.0, "loudness": -8.0}


@pytest.mark.parametrize(
    ("size", "bars"),
    [
        ((80, 24), False),
        ((80, 40), False),
        ((100, 40), False),
        ((116, 40), True),
        ((120, 40), True),
        ((130, 40), True),
        ((170, 50), True),
        ((200, 60), True),
    ],
)
async def test_a_song_of_which_all_is_known_leaves_room_for_the_request(stage, script, size, bars):
    mention = script.requests()[1]
    mention = replace(mention, song=replace(mention.song, features=ALL))
    async with stage.open(size=size, asked=[mention]) as pilot:
        lines = [strip.text for strip in pilot.app.review.query_one(SongPanel)._drawn]
        shown = "\n".join(lines)
        assert "@harbourlights" in shown
        assert "have you heard" in shown
        assert ("━" in shown) == bars
        if size[1] > 24:
            assert "Slack Water" in shown
            assert "tempo" in shown
            assert "120 BPM" in shown
