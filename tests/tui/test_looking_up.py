"""What was found out about a song: where from, how sure, and choosing another with one key."""

import contextlib
from datetime import UTC, datetime

import pytest
from textual.widgets import OptionList

from curator.config import Settings
from curator.desk.desk import Desk
from curator.domain.finding import Candidate
from curator.domain.records import Request, Song
from curator.music.lookup import SongFacts
from curator.tui.app import CuratorApp
from curator.tui.origins import origin
from curator.tui.screens.song import SongDialog
from curator.tui.widgets.song_panel import SongPanel

FERRY = Candidate("spotify", "1", "Night Ferry", "Lanterns", "Low Water", 0.8)
MOSS = Candidate("musicbrainz", "2", "Ada [b]Moss", "Lanterns\u202e", "live", 0.79)
SURE = Song("Night Ferry", "Lanterns", ("dream pop",), {"tempo": 118.0}, "musicbrainz", {},
            {"tempo": "spotify"})  # fmt: skip


class ScriptedLookup:
    sources = ("musicbrainz", "spotify")

    def __init__(self, found=None, chosen=None):
        self.found, self.chosen = found, chosen

    def find(self, artist, title):
        return self.found

    def close(self):
        pass

    def choose(self, candidate):
        return SongFacts(self.chosen, (candidate,))


DOUBTFUL = SongFacts(None, (FERRY, MOSS), (), True)
CHOSEN = Song("Ada [b]Moss", "Lanterns\u202e", ("techno",), {}, "musicbrainz")


@pytest.fixture
def looked_up(tmp_path, script):
    """Run the app on one request, with songs found as told."""

    @contextlib.asynccontextmanager
    async def run(lookup, size=(120, 40)):
        noon = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)
        settings = Settings(curator="ann", theme="curator-dark")
        desk = Desk(
            tmp_path / "home", settings, script.Engine(), clock=lambda: noon, tick=lambda: 0.0,
            looking=lambda: lookup,
        )  # fmt: skip
        app = CuratorApp(desk)
        async with app.run_test(size=size) as pilot:
            await script.until(lambda: app.is_ready and desk.is_open)
            request = Request("0REQUEST0", "2026-03-14T11:00:00.000Z", "typed", "lanterns",
                              Song(None, "Lanterns"))  # fmt: skip
            desk.asking.take([request])
            await script.settled(pilot)
            await script.until(lambda: not desk.looking_up.state("0REQUEST0").wanted)
            await pilot.pause()
            yield pilot

    return run


def panel(app):
    return "\n".join(strip.text for strip in app.review.query_one(SongPanel)._drawn)


async def test_where_it_came_from_is_shown_and_what_the_model_may_not_know(looked_up):
    facts = SongFacts(SURE, (FERRY,))
    async with looked_up(ScriptedLookup(facts)) as pilot:
        text = panel(pilot.app)
        assert "Night Ferry – Lanterns" in text
        assert "genres from MusicBrainz, sound from Spotify (Spotify kept from the model)" in text


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_a_doubtful_song_says_so_and_one_key_offers_the_others(looked_up, script, size):
    async with looked_up(ScriptedLookup(DOUBTFUL, CHOSEN), size) as pilot:
        app = pilot.app
        assert "which song is it? 2 songs found: s chooses" in panel(app)
        await pilot.press("s")
        assert isinstance(app.screen, SongDialog)
        choices = app.screen.query_one(OptionList)
        assert choices.has_focus
        prompts = [str(choices.get_option_at_index(n).prompt) for n in range(3)]
        assert prompts[0] == "Night Ferry – Lanterns  (Spotify, Low Water, 80%)"
        assert "Ada [b]Moss" in prompts[1]
        assert "\u202e" not in prompts[1]
        await pilot.press("down", "enter")
        song = app.desk.ledger.song
        await script.until(lambda: song("0REQUEST0").genres == ("techno",))
        await pilot.pause()
        assert song("0REQUEST0").artist == "Ada [b]Moss"
        assert "which song" not in panel(app)
        await pilot.press("u")
        await pilot.pause()
        assert song("0REQUEST0").artist is None
        assert "which song" in panel(app)


async def test_none_of_them_is_an_answer_too(looked_up, script):
    async with looked_up(ScriptedLookup(SongFacts(SURE, (FERRY,)))) as pilot:
        app = pilot.app
        await pilot.press("s")
        assert not app.screen.query_one(OptionList).has_focus  # it is sure: correcting comes first
        app.screen.query_one(OptionList).focus()
        await pilot.press("down", "down", "enter")
        await script.settled(pilot)
        song = app.desk.ledger.song("0REQUEST0")
        assert (song.genres, song.features) == ((), {})


async def test_without_anything_found_there_is_nothing_to_choose(looked_up):
    async with looked_up(ScriptedLookup(SongFacts(SURE, (FERRY,)))) as pilot:
        app = pilot.app
        await app.push_screen(SongDialog(Song("A", "T")))
        assert not app.screen.query(OptionList)


@pytest.mark.parametrize(
    ("song", "text"),
    [
        (Song("A", "T", ("x",), {"energy": 0.5}, "file"), ""),
        (Song("A", "T", ("x",), {}, "musicbrainz"), "from MusicBrainz"),
        (Song("A", "T", ("x",), {"energy": 0.5}, "catalogue"), "from your catalogue"),
        (
            Song("A", "T", ("x", "y", "z"), {}, "musicbrainz", {"y": "curator", "z": "spotify"}),
            "from MusicBrainz, you and Spotify (Spotify kept from the model)",
        ),
    ],
)
def test_origins_in_words(song, text):
    assert origin(song, ("catalogue", "musicbrainz")) == text
