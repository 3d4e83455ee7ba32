"""Songs are looked up beside the judging: found in time or not, and never over the curator."""

import asyncio
import threading
from dataclasses import replace

import pytest

from curator.config import Settings
from curator.desk import looking_up
from curator.desk.changes import Noticed
from curator.desk.desk import Desk
from curator.domain.finding import Candidate, genre_source
from curator.domain.records import FEATURES, Request, Song
from curator.music.lookup import SongFacts

FIRST = Candidate("spotify", "1", "Night Ferry", "Lanterns", "Low Water", 0.8)
SECOND = Candidate("musicbrainz", "2", "Ada Moss", "Lanterns", "", 0.79)


class ScriptedLookup:
    """Says what it is told to; where there is a `gate`, once that is open."""

    sources = ("musicbrainz", "spotify")

    def __init__(self, facts=None):
        self.facts = facts or {}
        self.asked = []
        self.gate = None
        self.is_closed = False

    def close(self):
        self.is_closed = True

    def find(self, artist, title):
        return self._say((artist, title))

    def choose(self, candidate):
        return self._say(candidate.ref)

    def _say(self, what):
        self.asked.append(what)
        if self.gate is not None:
            assert self.gate.wait(20)
        return self.facts.get(what, SongFacts(None))


def known(artist, title, *genres, source="musicbrainz"):
    song = Song(artist, title, genres, {}, source)
    return SongFacts(song, (Candidate(source, "9", artist, title, "", 1.0),))


LANTERNS = ("Night Ferry", "Lanterns")


@pytest.fixture
async def start(tmp_path, desks):
    """Open a desk that asks a scripted lookup."""
    opened = []

    async def make(lookup, **settings):
        template = await desks()
        await template.close()
        engine = type(template.engine)()
        values = {"curator": "ann", "batch": 2, "ahead": 1} | settings
        desk = Desk(tmp_path, Settings(**values), engine, tick=lambda: 0.0, looking=lambda: lookup)
        desk.heard = []
        desk.listen(desk.heard.append)
        await desk.open()
        opened.append(desk)
        return desk

    yield make
    for desk in opened:
        if desk.is_open:
            await desk.close()


def ask(desk, id, artist, title, **more):
    song = Song(artist, title, **more)
    desk.asking.take([Request(id, "now", "typed", f"{artist} {title}", song)])


async def test_what_is_found_is_there_when_the_writing_begins(start, until):
    desk = await start(ScriptedLookup({LANTERNS: known(*LANTERNS, "dream pop")}))
    ask(desk, "r", *LANTERNS)
    desk.writing.face("r")
    await until(lambda: len(desk.ledger.samples("r")) == 2)
    assert desk.engine.jobs[0].song.genres == ("dream pop",)
    assert desk.ledger.samples("r")[0].song.genres == ("dream pop",)
    assert genre_source(desk.ledger.song("r"), "dream pop") == "musicbrainz"


async def test_what_may_not_reach_the_model_does_not(start, until):
    facts = known(*LANTERNS, "dream pop", source="spotify")
    desk = await start(ScriptedLookup({LANTERNS: facts}))
    ask(desk, "r", *LANTERNS)
    desk.writing.face("r")
    await until(lambda: len(desk.ledger.samples("r")) == 2)
    assert desk.ledger.song("r").genres == ("dream pop",)
    assert desk.engine.jobs[0].song == Song(*LANTERNS, source="spotify")
    assert desk.ledger.samples("r")[0].song.genres == ()


async def test_a_slow_service_holds_nothing_up_and_the_next_batch_knows(start, until, monkeypatch):
    monkeypatch.setattr(looking_up, "PATIENCE", 0.05)
    lookup = ScriptedLookup({LANTERNS: known(*LANTERNS, "dream pop")})
    lookup.gate = threading.Event()
    desk = await start(lookup)
    ask(desk, "r", *LANTERNS)
    desk.writing.face("r")
    await until(lambda: len(desk.ledger.samples("r")) == 2)
    assert desk.engine.jobs[0].song.genres == ()
    lookup.gate.set()
    await until(lambda: desk.ledger.song("r").genres)
    desk.writing.more("r")
    await until(lambda: len(desk.ledger.samples("r")) == 4)
    assert desk.engine.jobs[1].song.genres == ("dream pop",)


async def test_the_next_of_the_queue_is_looked_up_in_advance_and_once(start, until):
    lookup = ScriptedLookup()
    desk = await start(lookup)
    ask(desk, "r", *LANTERNS)
    ask(desk, "s", "Ada Moss", "Undertow")
    ask(desk, "t", "Not", "Yet")
    desk.writing.face("r", ["s"])
    await until(lambda: len(lookup.asked) == 2)
    desk.writing.face("s", [])
    desk.writing.face("r", ["s"])
    await until(lambda: len(desk.ledger.samples("s")) == 2)
    assert lookup.asked == [LANTERNS, ("Ada Moss", "Undertow")]


async def test_what_the_curator_says_stands(start, until):
    lookup = ScriptedLookup({LANTERNS: known(*LANTERNS, "dream pop")})
    lookup.gate = threading.Event()
    desk = await start(lookup)
    ask(desk, "r", *LANTERNS)
    desk.writing.face("r")
    await until(lambda: lookup.asked)
    desk.asking.correct("r", Song("Night Ferry", "Lanterns", ("polka",), {}, "curator"))
    lookup.gate.set()
    await until(lambda: len(lookup.asked) == 2)  # asked again, for the song as it stands
    await until(lambda: not desk.looking_up.state("r").wanted)
    assert desk.ledger.song("r").genres == ("polka",)


async def test_another_name_is_looked_up_and_undo_brings_back_the_old(start, until):
    facts = {LANTERNS: known(*LANTERNS, "dream pop"),
             ("Ada Moss", "Undertow"): known("Ada Moss", "Undertow", "techno")}  # fmt: skip
    desk = await start(ScriptedLookup(facts))
    ask(desk, "r", *LANTERNS)
    desk.writing.face("r")
    await until(lambda: desk.ledger.song("r").genres == ("dream pop",))
    desk.asking.correct("r", Song("Ada Moss", "Undertow"))
    await until(lambda: desk.ledger.song("r").genres == ("techno",))
    assert desk.history.undo().event.type == "song_corrected"
    assert desk.ledger.song("r").genres == ("dream pop",)


async def test_a_doubtful_song_waits_for_the_curator(start, until):
    chosen = SongFacts(
        Song("Ada Moss", "Lanterns", ("techno",), {}, "musicbrainz"), (SECOND, FIRST)
    )
    facts = {(None, "Lanterns"): SongFacts(None, (FIRST, SECOND), (), True), "2": chosen}
    desk = await start(ScriptedLookup(facts))
    ask(desk, "r", None, "Lanterns")
    desk.writing.face("r")
    await until(lambda: desk.looking_up.state("r").doubtful)
    assert desk.ledger.song("r") == Song(None, "Lanterns")
    desk.looking_up.choose("r", SECOND)
    await until(lambda: desk.ledger.song("r").genres == ("techno",))
    assert desk.ledger.song("r").artist == "Ada Moss"
    assert not desk.looking_up.state("r").doubtful
    desk.history.undo()
    assert desk.looking_up.state("r").doubtful


async def test_songs_that_are_near_are_offered_but_nothing_is_taken(start, until):
    desk = await start(ScriptedLookup({LANTERNS: SongFacts(None, (SECOND,))}))
    ask(desk, "r", *LANTERNS)
    desk.writing.face("r")
    await until(lambda: not desk.looking_up.state("r").wanted)
    state = desk.looking_up.state("r")
    assert state.song == Song(*LANTERNS)
    assert state.found.candidates == (SECOND,)
    assert not state.doubtful


async def test_none_of_them_takes_everything_back(start, until):
    desk = await start(ScriptedLookup({LANTERNS: known(*LANTERNS, "dream pop")}))
    ask(desk, "r", *LANTERNS)
    desk.writing.face("r")
    await until(lambda: desk.ledger.song("r").genres)
    desk.looking_up.dismiss("r")
    assert desk.ledger.song("r").genres == ()
    assert not desk.looking_up.state("r").wanted
    desk.history.undo()
    assert desk.ledger.song("r").genres == ("dream pop",)


async def test_what_was_found_is_kept_over_restarts(start, until):
    desk = await start(ScriptedLookup({LANTERNS: known(*LANTERNS, "dream pop")}))
    ask(desk, "r", *LANTERNS)
    desk.writing.face("r")
    await until(lambda: desk.ledger.song("r").genres)
    await desk.close()
    lookup = ScriptedLookup()
    desk = await start(lookup)
    desk.writing.face("r")
    await until(lambda: len(desk.ledger.samples("r")) == 2)
    assert desk.ledger.song("r").genres == ("dream pop",)
    assert lookup.asked == []


async def test_a_source_that_fails_is_a_notice_said_once(start, until):
    lookup = ScriptedLookup()
    lookup.facts = {
        LANTERNS: SongFacts(None, (), ("MusicBrainz can't be reached",), complete=False),
        ("Ada Moss", "Undertow"): SongFacts(
            None, (), ("MusicBrainz can't be reached",), complete=False
        ),
    }
    desk = await start(lookup)
    ask(desk, "r", *LANTERNS)
    ask(desk, "s", "Ada Moss", "Undertow")
    desk.writing.face("r", ["s"])
    await until(lambda: len(lookup.asked) == 2 and len(desk.ledger.samples("s")) == 2)
    notices = [change for change in desk.heard if isinstance(change, Noticed)]
    assert [(n.text, n.severity) for n in notices] == [
        ("MusicBrainz can't be reached", "information")
    ]


def partly(*genres, wait=0.0):
    return replace(known(*LANTERNS, *genres, source="spotify"), complete=False, wait=wait)


def finds(desk):
    return [e for e in desk.ledger.session.events("song_found") if e.target == "r"]


@pytest.fixture
def soon(monkeypatch):
    monkeypatch.setattr(looking_up, "RETRY", 0.01)


@pytest.mark.parametrize("first", [SongFacts(None, complete=False), partly("shoegaze")])
async def test_a_song_that_is_not_complete_is_asked_about_again_by_itself(
    start, until, soon, first
):
    lookup = ScriptedLookup({LANTERNS: first})
    desk = await start(lookup)
    ask(desk, "r", *LANTERNS)
    desk.writing.face("r")
    await until(lambda: len(lookup.asked) >= 3)  # nobody moves
    assert desk.looking_up.state("r").wanted
    assert desk.ledger.song("r").genres == (first.song.genres if first.song else ())
    lookup.facts[LANTERNS] = known(*LANTERNS, "dream pop")
    await until(lambda: not desk.looking_up.state("r").wanted)
    assert desk.ledger.song("r").genres == ("dream pop",)
    assert len(finds(desk)) == 1 + bool(first.candidates)  # the same is not recorded again


async def test_a_song_is_not_asked_about_before_the_quiet_is_over(start, until, soon):
    song = ("Ada Moss", "Undertow")
    lookup = ScriptedLookup({LANTERNS: partly("shoegaze", wait=3600.0), song: partly("techno")})
    desk = await start(lookup)
    ask(desk, "r", *LANTERNS)
    ask(desk, "s", *song)
    desk.writing.face("r", ["s"])
    await until(lambda: lookup.asked.count(song) >= 3)
    assert lookup.asked.count(LANTERNS) == 1


async def test_each_pause_is_twice_as_long_up_to_a_limit_and_as_long_as_a_source_wants(start):
    desk = await start(ScriptedLookup())
    ask(desk, "r", *LANTERNS)
    ask(desk, "s", *LANTERNS)
    state = desk.looking_up.state("r")
    pauses = [desk.looking_up._pause("r", state, 0.0) / looking_up.RETRY for _ in range(9)]
    assert pauses == [1, 2, 4, 8, 16, 32, 64, 64, 64]
    assert desk.looking_up._pause("r", state, 1e6) == 1e6
    assert desk.looking_up._pause("r", replace(state, correction="e0"), 0.0) == looking_up.RETRY
    assert desk.looking_up._pause("s", state, 0.0) == looking_up.RETRY


async def test_a_song_is_not_wanted_for_ever_where_nothing_more_is_found(start, until, soon):
    lookup = ScriptedLookup({LANTERNS: partly("shoegaze")})
    desk = await start(lookup)
    ask(desk, "r", *LANTERNS)
    desk.writing.face("r")
    await until(lambda: desk.ledger.song("r").genres)
    lookup.facts[LANTERNS] = SongFacts(None)
    await until(lambda: not desk.looking_up.state("r").wanted)
    state = desk.looking_up.state("r")
    assert state.song.genres == ("shoegaze",)
    assert state.found.candidates == partly().candidates


async def test_people_who_said_it_all_are_not_asked_about_again(start, until, soon):
    lookup = ScriptedLookup({LANTERNS: partly("shoegaze")})
    desk = await start(lookup)
    ask(desk, "r", *LANTERNS)
    desk.writing.face("r")
    await until(lambda: desk.ledger.song("r").genres)
    features = dict.fromkeys(FEATURES, 0.5)
    theirs = Song(*LANTERNS, ("shoegaze", "polka"), features, "curator")
    desk.asking.correct("r", replace(theirs, genre_sources={"shoegaze": "spotify"}))
    assert desk.looking_up._due("r") < float("inf")
    desk.asking.correct("r", replace(theirs, genres=("shoegaze", "polka", "own")))
    assert desk.looking_up.state("r").wanted
    assert desk.looking_up._due("r") == float("inf")


async def test_between_two_askings_nothing_is_done(start, until, monkeypatch):
    desk = await start(ScriptedLookup({LANTERNS: partly("shoegaze")}))
    ask(desk, "r", *LANTERNS)
    desk.writing.face("r")
    await until(lambda: len(desk.ledger.samples("r")) == 2 and desk.ledger.song("r").genres)
    looks, due = [], desk.looking_up._due
    monkeypatch.setattr(desk.looking_up, "_due", lambda r: looks.append(r) or due(r))
    for _ in range(100):
        await asyncio.sleep(0)
    assert len(looks) <= 4  # it may just have turned to rest


async def test_a_chosen_song_that_is_not_complete_is_asked_about_again(start, until, soon):
    song = Song("Ada Moss", "Lanterns", (), {}, "musicbrainz")
    lookup = ScriptedLookup({"2": SongFacts(song, (SECOND,), complete=False)})
    desk = await start(lookup)
    ask(desk, "r", *LANTERNS)
    desk.writing.face("r")
    await until(lambda: lookup.asked)
    desk.looking_up.choose("r", SECOND)
    await until(lambda: lookup.asked.count("2") >= 2)
    assert desk.looking_up.state("r").wanted
    lookup.facts["2"] = SongFacts(replace(song, genres=("techno",)), (SECOND,))
    await until(lambda: desk.ledger.song("r").genres == ("techno",))
    assert not desk.looking_up.state("r").wanted


async def test_a_song_that_is_not_complete_is_wanted_in_the_next_sitting(start, until):
    desk = await start(ScriptedLookup({LANTERNS: partly("shoegaze")}))
    ask(desk, "r", *LANTERNS)
    desk.writing.face("r")
    await until(lambda: desk.ledger.song("r").genres)
    await desk.close()
    lookup = ScriptedLookup({LANTERNS: known(*LANTERNS, "dream pop")})
    desk = await start(lookup)
    assert desk.ledger.song("r").genres == ("shoegaze",)
    desk.writing.face("r")
    await until(lambda: desk.ledger.song("r").genres == ("dream pop",))
    assert lookup.asked == [LANTERNS]


async def test_none_of_them_is_not_asked_about_again(start, until, soon):
    lookup = ScriptedLookup({LANTERNS: partly("shoegaze")})
    desk = await start(lookup)
    ask(desk, "r", *LANTERNS)
    desk.writing.face("r")
    await until(lambda: desk.ledger.song("r").genres)
    desk.looking_up.dismiss("r")
    assert not desk.looking_up.state("r").wanted
    assert desk.ledger.song("r").genres == ()


async def test_closing_does_not_wait_for_a_service(start, until):
    lookup = ScriptedLookup()
    lookup.gate = threading.Event()
    desk = await start(lookup)
    ask(desk, "r", *LANTERNS)
    desk.writing.face("r")
    await until(lambda: lookup.asked)
    async with asyncio.timeout(10):
        await desk.close()
    assert not lookup.is_closed  # it is still in use
    lookup.gate.set()


async def test_what_is_idle_is_closed(start, until):
    lookup = ScriptedLookup()
    desk = await start(lookup)
    ask(desk, "r", *LANTERNS)
    desk.writing.face("r")
    await until(lambda: len(desk.ledger.samples("r")) == 2)
    await desk.close()
    assert lookup.is_closed
