"""Several sources, one answer; and with none of them, less known."""

import pytest

from curator.domain.finding import Candidate, feature_source, genre_source
from curator.domain.records import FEATURES
from curator.music.cache import Cache
from curator.music.lookup import Lookup
from curator.music.source import Details, SourceError

ALL = {"genres", "features"}
DAY = 86_400.0


class Scripted:
    """A source that knows what it is told; counts what it is asked."""

    def __init__(self, name, songs=(), *, gives=ALL, keeps=60.0):
        self.name = name
        self.gives = frozenset(gives)
        self.keeps = keeps
        self.songs = {
            str(n): (artist, title, details) for n, (artist, title, details) in enumerate(songs)
        }
        self.fault = None
        self.asked = 0

    def search(self, artist, title):
        self._answer()
        return [Candidate(self.name, id, a, t) for id, (a, t, _) in self.songs.items()]

    def details(self, candidate):
        self._answer()
        return self.songs[candidate.ref][2]

    def _answer(self):
        self.asked += 1
        if self.fault:
            raise self.fault

    def close(self):
        self.songs = None


def lanterns(*genres, **features):
    return [("Night Ferry", "Lanterns", Details(genres, features))]


EVERY_FEATURE = dict.fromkeys(FEATURES, 0.5) | {"tempo": 118.0, "loudness": -7.0}


def test_nothing_is_known_without_sources():
    facts = Lookup([]).find("Night Ferry", "Lanterns")
    assert (facts.song, facts.candidates, facts.failed, facts.doubtful) == (None, (), (), False)


def test_each_genre_and_feature_says_where_it_came_from():
    sources = [
        Scripted("catalogue", lanterns(tempo=118.0)),
        Scripted("musicbrainz", lanterns("dream pop"), gives={"genres"}),
        Scripted("spotify", lanterns("shoegaze", energy=0.5, tempo=90.0)),
    ]
    song = (
        Lookup(sources, model_sources=("catalogue", "musicbrainz"))
        .find("Night Ferry", "Lanterns")
        .song
    )
    assert {g: genre_source(song, g) for g in song.genres} == {
        "dream pop": "musicbrainz",
        "shoegaze": "spotify",
    }
    assert {n: feature_source(song, n) for n in song.features} == {
        "tempo": "catalogue",
        "energy": "spotify",
    }
    assert song.features["tempo"] == 118.0


def test_the_model_may_know_what_a_source_that_it_may_hear_says_too():
    sources = [
        Scripted("spotify", lanterns("dream pop", **EVERY_FEATURE)),
        Scripted("musicbrainz", lanterns("dream pop"), gives={"genres"}),
    ]
    song = Lookup(sources, model_sources=("musicbrainz",)).find("Night Ferry", "Lanterns").song
    assert genre_source(song, "dream pop") == "musicbrainz"


def test_who_can_add_nothing_is_not_asked():
    sources = [
        Scripted("catalogue", lanterns("rock", **EVERY_FEATURE)),
        Scripted("musicbrainz", lanterns("dream pop"), gives={"genres"}),
        Scripted("spotify", lanterns("shoegaze")),
    ]
    facts = Lookup(sources, model_sources=("catalogue", "musicbrainz")).find(
        "Night Ferry", "Lanterns"
    )
    assert facts.song.genres == ("rock",)
    assert [source.asked for source in sources] == [2, 0, 0]


def test_one_that_fails_is_said_and_the_others_still_know():
    broken = Scripted("musicbrainz")
    broken.fault = SourceError("MusicBrainz can't be reached")
    facts = Lookup([broken, Scripted("spotify", lanterns("shoegaze"))]).find(
        "Night Ferry", "Lanterns"
    )
    assert facts.failed == ("MusicBrainz can't be reached",)
    assert facts.song.genres == ("shoegaze",)


def test_a_fault_of_ours_costs_no_more_than_that_source():
    broken = Scripted("musicbrainz", lanterns("rock"))
    broken.fault = RuntimeError("never expected")
    lookup = Lookup([broken, Scripted("spotify", lanterns("shoegaze"))])
    facts = lookup.find("Night Ferry", "Lanterns")
    assert facts.song.genres == ("shoegaze",)
    assert facts.failed == ("musicbrainz could not be asked (RuntimeError)",)
    assert lookup.choose(facts.candidates[0]).song.genres == ("shoegaze",)


def test_one_that_wants_quiet_gets_it():
    time = [0.0]
    busy = Scripted("spotify", lanterns("shoegaze"))
    busy.fault = SourceError("too many", wait=86_400.0)
    lookup = Lookup([busy], clock=lambda: time[0])
    assert lookup.find("Night Ferry", "Lanterns").failed
    busy.fault = None
    time[0] = 86_399.0
    assert lookup.find("Night Ferry", "Lanterns").failed == ()
    assert busy.asked == 1
    time[0] = 86_400.0
    assert lookup.find("Night Ferry", "Lanterns").song.genres == ("shoegaze",)


def test_a_doubtful_song_is_not_guessed_but_may_be_chosen():
    songs = [("Night Ferry", "Hurt", Details(("a",))), ("Ada Moss", "Hurt", Details(("b",)))]
    lookup = Lookup([Scripted("spotify", songs)])
    facts = lookup.find(None, "Hurt")
    assert facts.doubtful
    assert facts.song is None
    chosen = lookup.choose(facts.candidates[1])
    assert (chosen.song.artist, chosen.song.genres) == ("Ada Moss", ("b",))
    assert not chosen.doubtful


def test_a_chosen_song_is_looked_up_elsewhere_too():
    catalogue = Scripted("catalogue", lanterns("dream pop"))
    spotify = Scripted("spotify", lanterns("shoegaze", tempo=118.0))
    lookup = Lookup([catalogue, spotify])
    song = lookup.choose(Candidate("spotify", "0", "Night Ferry", "Lanterns")).song
    assert set(song.genres) == {"shoegaze", "dream pop"}
    assert song.features == {"tempo": 118.0}


def test_the_same_song_from_two_sources_is_offered_once():
    sources = [Scripted("catalogue", lanterns()), Scripted("spotify", lanterns())]
    assert len(Lookup(sources).find("Night Ferry", "Lanterns").candidates) == 1


def test_what_was_answered_is_not_asked_again_until_it_is_old(tmp_path):
    time = [0.0]
    source = Scripted("spotify", lanterns("shoegaze", tempo=118.0))
    for _ in range(2):
        lookup = Lookup([source], Cache(tmp_path / "c.db", lambda: time[0]))
        assert lookup.find("Night Ferry", "Lanterns").song.features == {"tempo": 118.0}
        assert source.asked == 2
    time[0] = 61.0
    lookup.find("Night Ferry", "Lanterns")
    assert source.asked == 4


def test_a_failure_is_not_kept(tmp_path):
    source = Scripted("spotify", lanterns("shoegaze"))
    source.fault = SourceError("no")
    lookup = Lookup([source], Cache(tmp_path / "c.db"))
    assert lookup.find("Night Ferry", "Lanterns").song is None
    source.fault = None
    assert lookup.find("Night Ferry", "Lanterns").song is not None


def test_that_a_source_does_not_know_a_song_is_not_believed_for_long(tmp_path):
    time = [0.0]
    source = Scripted("musicbrainz", [("Somebody Else", "Daybreak", Details())], keeps=30 * DAY)
    lookup = Lookup([source], Cache(tmp_path / "c.db", lambda: time[0]))
    for at, asked in ((0.0, 1), (DAY - 1, 1), (DAY + 1, 2)):
        time[0] = at
        assert lookup.find("Night Ferry", "Lanterns").song is None
        assert source.asked == asked
    source.songs["0"] = ("Night Ferry", "Lanterns", Details(("dream pop",)))
    for at, asked in ((2 * DAY + 2, 4), (31 * DAY, 4), (33 * DAY, 6)):
        time[0] = at
        assert lookup.find("Night Ferry", "Lanterns").song.genres == ("dream pop",)
        assert source.asked == asked


# What is missing


def test_an_answer_says_whether_somebody_is_missing():
    time = [0.0]
    busy = Scripted("musicbrainz", lanterns("dream pop"), gives={"genres"})
    busy.fault = SourceError("too many", wait=30.0)
    lookup = Lookup([busy, Scripted("spotify", lanterns("shoegaze"))], clock=lambda: time[0])
    facts = lookup.find("Night Ferry", "Lanterns")
    assert (facts.song.genres, facts.complete, facts.wait) == (("shoegaze",), False, 30.0)
    busy.fault, time[0] = None, 10.0
    facts = lookup.find("Ada Moss", "Undertow")  # the next one, while it is quiet
    assert (facts.failed, facts.complete, facts.wait) == ((), False, 20.0)
    time[0] = 30.0
    facts = lookup.find("Night Ferry", "Lanterns")
    assert (set(facts.song.genres), facts.complete) == ({"dream pop", "shoegaze"}, True)


def test_who_could_add_nothing_is_not_missed():
    busy = Scripted("spotify")
    busy.fault = SourceError("too many", wait=30.0)
    lookup = Lookup([Scripted("catalogue", lanterns("rock", **EVERY_FEATURE)), busy])
    busy_first = Lookup([busy])
    assert not busy_first.find("Night Ferry", "Lanterns").complete
    assert lookup.find("Night Ferry", "Lanterns").complete


def test_details_that_fail_are_missing():
    broken = Scripted("musicbrainz", lanterns("dream pop"))
    broken.details = lambda candidate: 1 / 0
    facts = Lookup([broken]).find("Night Ferry", "Lanterns")
    assert (facts.song.title, facts.song.genres, facts.complete) == ("Lanterns", (), False)


def test_a_song_chosen_of_a_source_that_is_quiet_is_not_complete():
    time = [0.0]
    busy = Scripted("musicbrainz", lanterns("dream pop"), gives={"genres"})
    lookup = Lookup([busy, Scripted("spotify", lanterns())], clock=lambda: time[0])
    candidate = lookup.find("Night Ferry", "Lanterns").candidates[0]
    busy.fault = SourceError("too many", wait=30.0)
    lookup.find("Ada Moss", "Undertow")
    busy.fault = None
    facts = lookup.choose(candidate)
    assert (facts.song.genres, facts.failed) == ((), ())
    assert (facts.complete, facts.wait) == (False, 30.0)
    time[0] = 30.0
    facts = lookup.choose(candidate)
    assert (facts.song.genres, facts.complete) == (("dream pop",), True)


# Several songs


UNDERTOW = [("Ada Moss", "Undertow", Details(("techno",), {"tempo": 130.0}))]
OTHER_UNDERTOW = [("Kelpie Choir", "Undertow", Details(("choral",), {"energy": 0.2}))]


def test_without_an_artist_two_that_mean_different_songs_are_doubtful():
    sources = [Scripted("catalogue", UNDERTOW), Scripted("spotify", OTHER_UNDERTOW)]
    lookup = Lookup(sources)
    facts = lookup.find(None, "Undertow")
    assert (facts.song, facts.doubtful) == (None, True)
    assert [c.artist for c in facts.candidates] == ["Ada Moss", "Kelpie Choir"]
    song = lookup.choose(facts.candidates[1]).song
    assert (song.artist, song.genres, song.features) == (
        "Kelpie Choir",
        ("choral",),
        {"energy": 0.2},
    )


def test_with_an_artist_the_song_that_fits_better_is_taken_and_no_other_added():
    near = [("Night Ferry", "Lantern", Details(("polka",), {"tempo": 60.0}))]
    for sources in (
        [Scripted("catalogue", near), Scripted("spotify", lanterns("shoegaze"))],
        [Scripted("spotify", lanterns("shoegaze")), Scripted("catalogue", near)],
    ):
        facts = Lookup(sources).find("Night Ferry", "Lanterns")
        assert (facts.song.title, facts.song.genres, facts.song.features) == (
            "Lanterns",
            ("shoegaze",),
            {},
        )
        assert [c.title for c in facts.candidates] == ["Lanterns", "Lantern"]


def test_who_was_passed_over_for_the_wrong_song_is_asked_for_the_right_one():
    near = [("Night Ferry", "Lantern", Details(("polka",)))]
    sources = [
        Scripted("catalogue", near),
        Scripted("musicbrainz", lanterns("dream pop"), gives={"genres"}),
        Scripted("spotify", lanterns(tempo=118.0)),
    ]
    song = Lookup(sources).find("Night Ferry", "Lanterns").song
    assert (song.genres, song.features) == (("dream pop",), {"tempo": 118.0})


@pytest.mark.parametrize("artist", [None, "Night Ferry"])
def test_without_a_title_there_is_nothing_to_look_up(artist):
    assert Lookup([Scripted("spotify", lanterns())]).find(artist, None).candidates == ()
