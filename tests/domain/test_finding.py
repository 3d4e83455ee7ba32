"""Songs that were looked up: where each word came from, and who has the last one."""

import json

from hypothesis import given
from hypothesis import strategies as st

from curator.domain.finding import (
    LOOKUPS,
    Candidate,
    Found,
    corrected,
    feature_source,
    filled,
    fold_song,
    for_model,
    genre_source,
    news,
)
from curator.domain.records import FEATURES, Event, Request, Song
from curator.domain.session import Session

WORD = st.text(min_size=1, max_size=8).filter(lambda s: "\n" not in s)
SOURCE = st.sampled_from([*LOOKUPS, "curator", "file"])
NUMBER = st.floats(-60, 220)


@st.composite
def songs(draw):
    genres = tuple(draw(st.lists(WORD, max_size=4, unique=True)))
    features = draw(st.dictionaries(st.sampled_from(FEATURES), NUMBER, max_size=4))
    main = draw(SOURCE)
    own = SOURCE.filter(lambda s: s != main)

    def some(names):
        return draw(st.dictionaries(st.sampled_from(names), own)) if names else {}

    return Song(
        draw(st.none() | WORD),
        draw(st.none() | WORD),
        genres,
        features,
        main,
        some(list(genres)),
        some(list(features)),
    )


CANDIDATES = st.builds(Candidate, SOURCE, WORD, st.text(), st.text(), st.text(), st.floats(0, 1))


@given(songs())
def test_sources_survive_json(song):
    request = Request("r", "now", "typed", "text", song)
    doc = json.loads(json.dumps(request.to_doc()))
    assert Request.from_doc(doc) == request
    assert not any(isinstance(v, list | dict) for v in doc.values())


def test_a_song_with_one_source_is_stored_as_it_always_was():
    song = Song("A", "T", ("x",), {"energy": 0.5}, "file")
    assert song.to_doc() == {
        "artist": "A", "title": "T", "genres": "x", "song_source": "file", "f_energy": 0.5,
    }  # fmt: skip


@given(songs(), st.lists(CANDIDATES, max_size=3), st.booleans(), st.text(max_size=5), st.booleans())
def test_what_was_found_survives_json(song, candidates, doubtful, after, complete):
    found = Found(song, tuple(candidates), doubtful, after, complete)
    event = Event("e", "now", "ann", "song_found", "r", found.to_data())
    again = Event.from_doc(json.loads(json.dumps(event.to_doc())))
    assert Found.from_data(again.data) == found


@given(songs(), songs())
def test_filling_in_never_changes_what_is_there(song, found):
    full = filled(song, found)
    assert full.artist == (song.artist or found.artist)
    assert full.genres == (song.genres or found.genres)
    of_genres = song if song.genres else found
    assert all(genre_source(full, g) == genre_source(of_genres, g) for g in full.genres)
    assert full.features.keys() == song.features.keys() | found.features.keys()
    for name, value in full.features.items():
        giver = song if name in song.features else found
        assert (value, feature_source(full, name)) == (
            giver.features[name],
            feature_source(giver, name),
        )


@given(songs(), st.sets(st.sampled_from(LOOKUPS)))
def test_the_model_learns_nothing_from_other_sources(song, allowed):
    let = for_model(song, allowed)
    kept = {*allowed, "curator", "file"}
    assert set(let.genres) == {g for g in song.genres if genre_source(song, g) in kept}
    assert set(let.features) == {n for n in song.features if feature_source(song, n) in kept}
    assert all(genre_source(let, g) == genre_source(song, g) for g in let.genres)
    assert (let.artist, let.title) == (song.artist, song.title)


def test_what_the_curator_changes_is_theirs_and_the_rest_keeps_its_source():
    song = Song("A", "T", ("x", "y"), {"energy": 0.5, "tempo": 90.0}, "musicbrainz")
    now = corrected(song, "A", "T", ("y", "z"), {"energy": 0.7, "tempo": 90.0})
    assert {g: genre_source(now, g) for g in now.genres} == {"y": "musicbrainz", "z": "curator"}
    assert feature_source(now, "energy") == "curator"
    assert feature_source(now, "tempo") == "musicbrainz"


def test_another_song_loses_what_was_looked_up_for_the_old_one():
    song = Song("A", "T", ("x", "own"), {"energy": 0.5}, "musicbrainz", {"own": "curator"})
    now = corrected(song, "A", "Other", ("x", "own", "new"), {"energy": 0.5, "tempo": 90.0})
    assert now.genres == ("own", "new")
    assert now.features == {"tempo": 90.0}
    same = corrected(song, "a ", "T", song.genres, song.features)
    assert (same.genres, same.features) == (song.genres, song.features)


class Pen:
    """Writes events with ids that count up."""

    def __init__(self):
        self.events = []

    def __call__(self, kind, target="r", curator="ann", **data):
        event = Event(f"e{len(self.events)}", "now", curator, kind, target, data)
        self.events.append(event)
        return event


ASKED = Song("A", "T")
FOUND = Song("A", "T", ("x",), {"energy": 0.5}, "musicbrainz")


def test_what_is_found_fills_in_and_ends_the_search():
    pen = Pen()
    pen("song_found", **Found(FOUND).to_data())
    state = fold_song(ASKED, pen.events)
    assert state.song.genres == ("x",)
    assert not state.wanted
    assert fold_song(ASKED, []).wanted


SHOEGAZE = Song("A", "T", ("shoegaze",), {}, "spotify")
SPOTIFYS, OURS = Candidate("spotify", "1", "A", "T"), Candidate("musicbrainz", "2", "A", "T")


def test_a_find_that_is_not_complete_is_shown_and_the_song_still_wanted():
    pen = Pen()
    pen("song_found", **Found(SHOEGAZE, complete=False).to_data())
    state = fold_song(ASKED, pen.events)
    assert state.song.genres == ("shoegaze",)
    assert state.wanted
    both = Song("A", "T", ("x", "shoegaze"), {}, "musicbrainz", {"shoegaze": "spotify"})
    pen("song_found", **Found(both).to_data())
    state = fold_song(ASKED, pen.events)
    assert state.song.genres == ("x", "shoegaze")
    assert not state.wanted


def test_a_find_of_an_old_store_is_complete():
    data = {**FOUND.to_doc(), "candidates": "", "doubtful": False, "after": ""}
    assert Found(FOUND).to_data() == data
    assert Found.from_data(data).complete


def test_an_answer_without_news_is_not_kept():
    before = Found(SHOEGAZE, (SPOTIFYS,), complete=False)
    assert news(None, before) == before
    assert news(before, before) is None
    assert news(before, Found(Song(), (), complete=False)) is None
    assert news(before, Found(SHOEGAZE, (SPOTIFYS,))) == Found(SHOEGAZE, (SPOTIFYS,))
    renamed = Found(SHOEGAZE, (SPOTIFYS,), after="e0", complete=False)
    assert news(before, renamed) == renamed


def test_what_a_source_said_stands_while_it_is_quiet():
    before = Found(SHOEGAZE, (SPOTIFYS,), complete=False)
    now = news(before, Found(FOUND, (OURS,), complete=False))
    assert {g: genre_source(now.song, g) for g in now.song.genres} == {
        "shoegaze": "spotify",
        "x": "musicbrainz",
    }
    assert now.song.features == {"energy": 0.5}
    assert now.candidates == (OURS, SPOTIFYS)
    assert not now.complete
    assert news(now, before) is None
    assert news(now, Found(FOUND, (OURS,), complete=False)) is None


def test_a_doubt_is_news_and_stands_until_a_song_is_known():
    before = Found(Song(), (SPOTIFYS,), complete=False)
    doubt = news(before, Found(Song(), (OURS, SPOTIFYS), True, complete=False))
    assert doubt.doubtful
    assert news(doubt, Found(Song(), (OURS,), complete=False)) is None
    assert not news(doubt, Found(FOUND, (OURS,), complete=False)).doubtful


def test_a_doubt_after_a_song_that_is_known_does_not_stand():
    before = Found(SHOEGAZE, (SPOTIFYS,), complete=False)
    assert news(before, Found(Song(), (SPOTIFYS,), True, complete=False)) is None
    now = news(before, Found(Song(), (OURS, SPOTIFYS), True, complete=False))
    assert (now.song, now.doubtful, now.candidates) == (SHOEGAZE, False, (OURS, SPOTIFYS))


def test_another_spelling_takes_nothing_away():
    before = Found(SHOEGAZE, (SPOTIFYS,), complete=False)
    spelt = Song("A", "T!", (), {"energy": 0.5}, "musicbrainz")
    assert news(before, Found(spelt, (OURS,), complete=False)).song == SHOEGAZE


def test_an_empty_answer_that_is_complete_only_ends_the_search():
    before = Found(SHOEGAZE, (SPOTIFYS,), complete=False)
    ended = news(before, Found(Song()))
    assert ended == Found(SHOEGAZE, (SPOTIFYS,))
    assert news(ended, Found(Song())) is None
    assert news(before, Found(Song(), after="e0")) == Found(Song(), (SPOTIFYS,), after="e0")


LOOKED_UP = songs().map(lambda song: filled(song, Song()))


@given(LOOKED_UP, LOOKED_UP, st.booleans(), st.booleans())
def test_an_answer_is_news_once(one, other, doubtful, also_doubtful):
    before = Found(one, (SPOTIFYS,), doubtful, complete=False)
    now = Found(other, (OURS,), also_doubtful, complete=False)
    kept = news(before, now)
    assert kept is not None
    assert news(kept, now) is None


@given(LOOKED_UP, LOOKED_UP, st.booleans(), st.booleans())
def test_two_sources_that_are_down_in_turn_settle(one, other, doubtful, also_doubtful):
    a = Found(one, (SPOTIFYS,), doubtful, complete=False)
    b = Found(other, (OURS,), also_doubtful, complete=False)
    kept = None
    for now in (a, b, a):
        kept = news(kept, now) or kept
    assert news(kept, b) is None
    assert news(kept, a) is None


def test_a_correction_that_takes_away_is_the_last_word_on_a_find():
    pen = Pen()
    pen("song_found", **Found(SHOEGAZE, (SPOTIFYS,), complete=False).to_data())
    for said, wanted in (
        (corrected(SHOEGAZE, "A", "T", ("shoegaze", "mine"), {}), True),
        (corrected(SHOEGAZE, "A", "T", (), {}), False),
        (SHOEGAZE, False),
        (Song("B", "T"), True),
    ):
        correction = pen("song_corrected", **said.to_doc())
        assert fold_song(ASKED, pen.events).wanted is wanted
        pen.events.remove(correction)
    pen("song_found", **Found(Song(), (SPOTIFYS, OURS), True, complete=False).to_data())
    pen("song_corrected", **Song("A", "T", ("mine",), {}, "curator").to_doc())
    assert not fold_song(ASKED, pen.events).wanted


def test_nothing_is_taken_from_a_doubtful_find():
    pen = Pen()
    pen("song_found", **Found(FOUND, doubtful=True).to_data())
    state = fold_song(ASKED, pen.events)
    assert state.song == ASKED
    assert state.doubtful
    pen("song_corrected", **Song("A", "T", ("mine",), {}, "curator").to_doc())
    assert not fold_song(ASKED, pen.events).doubtful


def test_a_find_for_the_old_names_comes_too_late():
    pen = Pen()
    pen("song_corrected", **Song("B", "T").to_doc())
    pen("song_found", **Found(FOUND).to_data())
    state = fold_song(ASKED, pen.events)
    assert state.song == Song("B", "T")
    assert state.wanted
    pen("song_found", **Found(Song("B", "T", ("y",)), after="e0").to_data())
    assert fold_song(ASKED, pen.events).song.genres == ("y",)


def test_genres_that_the_curator_took_away_stay_away():
    pen = Pen()
    pen("song_found", **Found(FOUND).to_data())
    pen("song_corrected", **corrected(FOUND, "A", "T", (), {}).to_doc())
    state = fold_song(ASKED, pen.events)
    assert state.song.genres == ()
    assert not state.wanted


def test_a_chosen_candidate_is_looked_up():
    pen = Pen()
    pen("song_found", **Found(FOUND, (Candidate("spotify", "id 1", "A", "T"),)).to_data())
    pen("song_corrected", **ASKED.to_doc(), chosen="spotify id 1")
    state = fold_song(ASKED, pen.events)
    assert state.wanted
    assert state.chosen == ("spotify", "id 1")
    assert state.found.candidates


def test_undoing_a_correction_brings_back_what_was_found_for_the_request():
    pen = Pen()
    pen("song_found", **Found(FOUND).to_data())
    pen("song_corrected", **Song("B", "U").to_doc())
    pen("song_found", **Found(Song("B", "U", ("y",), {}, "spotify"), after="e1").to_data())
    session = Session(pen.events)
    assert session.song("r", ASKED).genres == ("y",)
    session.apply(pen("undone", "e1"))
    assert session.song("r", ASKED) == FOUND
    session.apply(pen("redone", "e1"))
    assert session.song("r", ASKED).genres == ("y",)


def test_undo_never_meets_a_find_and_a_find_keeps_redo():
    pen = Pen()
    session = Session([pen("rated", "s", request="r", stars=3)])
    session.apply(pen("song_found", **Found(FOUND).to_data()))
    assert session.undoable("ann").type == "rated"
    session.apply(pen("undone", "e0"))
    session.apply(pen("song_found", **Found(FOUND).to_data()))
    assert session.redoable("ann").id == "e0"
