"""Spotify and MusicBrainz against their stand-ins: what they say, and every way to say nothing."""

import contextlib
import logging
import time
from dataclasses import replace

import pytest

from curator.domain.finding import Candidate
from curator.music.matching import match
from curator.music.musicbrainz import MusicBrainz
from curator.music.source import SourceError
from curator.music.spotify import Spotify
from tests.services.checking import specification
from tests.services.spotify import CLIENT_SECRET

SEARCH, TOKEN, ARTIST = "GET /v1/search", "POST /api/token", "GET /v1/artists/:id"
FEATURES = "GET /v1/audio-features/:id"
RECORDINGS, RECORDING, ARTIST_TAGS = "GET recording", "GET recording/:id", "GET artist/:id"


def best_of(source, artist, title):
    return match(artist, title, source.search(artist, title)).best


# Spotify


def test_spotify_brings_the_song_its_album_and_its_artists_genres(spotify_source):
    best = best_of(spotify_source, "night ferry", "lanterns")
    assert (best.artist, best.title) == ("Night Ferry", "Lanterns")
    assert best.note == "Low Water, 2019"
    assert spotify_source.details(best).genres == ("dream pop",)


def test_spotify_features_where_they_are_open(spotify_service, spotify_source):
    spotify_service.features = True
    best = best_of(spotify_source, "Night Ferry", "Lanterns")
    assert spotify_source.details(best).features["tempo"] == 118.0


def test_closed_features_are_missing_and_not_asked_for_again(spotify_service, spotify_source):
    for _ in range(2):
        best = best_of(spotify_source, "Night Ferry", "Lanterns")
        assert spotify_source.details(best).features == {}
    assert spotify_service.count(FEATURES) == 1


@pytest.mark.parametrize("fault", ["no-genres", "null-genres", "empty-genres"])
def test_genres_that_spotify_no_longer_gives_are_missing(spotify_service, spotify_source, fault):
    best = best_of(spotify_source, "Night Ferry", "Lanterns")
    spotify_service.fail(ARTIST, fault)
    assert spotify_source.details(best).genres == ()


def test_a_chosen_track_is_asked_for_by_its_id(spotify_service, spotify_source):
    id = next(i for i, row in spotify_service.rows.items() if row["title"] == "Saltwater Hymn")
    chosen = Candidate("spotify", id, "Kelpie Choir", "Saltwater Hymn")
    assert spotify_source.details(chosen).genres == ("indie folk", "choral")


def test_no_more_results_are_asked_for_than_spotify_gives(spotify_service, spotify_source):
    spotify_source.search("Nobody", "Nothing")
    limits = {call.query["limit"] for call in spotify_service.calls if "/search" in call.path}
    assert limits == {"10"}


@pytest.mark.parametrize(
    ("route", "fault", "says", "waits"),
    [
        (SEARCH, "429", "fewer requests", 86_400),
        (SEARCH, "quota", "quota", 3600),
        (SEARCH, "500", "trouble", 30),
        (SEARCH, "503", "trouble", 30),
        (SEARCH, "malformed", "can't be read", 0),
        (SEARCH, "text", "can't be read", 0),
        (SEARCH, "list", "refused", 0),
        (SEARCH, "string", "refused", 0),
        (SEARCH, "403", "refused", 0),
        (SEARCH, "dropped-before", "can't be reached", 30),
        (SEARCH, "dropped-body", "can't be reached", 30),
        (TOKEN, "500", "trouble", 30),
        (TOKEN, "string", "refused", 0),
        (TOKEN, "malformed", "can't be read", 0),
        (TOKEN, "429", "fewer requests", 86_400),
        (ARTIST, "404", "refused", 0),
    ],
)
def test_every_fault_of_spotify_is_said_at_once(
    spotify_service, spotify_source, route, fault, says, waits
):
    spotify_service.fail(route, fault)
    with pytest.raises(SourceError, match=says) as raised:
        spotify_source.details(best_of(spotify_source, "Night Ferry", "Lanterns"))
    assert raised.value.wait == waits
    assert spotify_service.faults_left() == 0
    assert best_of(spotify_source, "Night Ferry", "Lanterns")  # and the next time it works


def test_spotify_may_hang_or_drip_for_no_longer_than_allowed(spotify_service):
    class Keys:
        client_id, client_secret = next(iter(spotify_service.secrets.items()))

    source = Spotify(Keys(), spotify_service.api, spotify_service.token_url, timeout=0.3)
    for fault in ("timeout-before", "drip"):
        spotify_service.fail(SEARCH, fault)
        began = time.monotonic()
        with pytest.raises(SourceError, match="in time"):
            source.search("Night Ferry", "Lanterns")
        assert time.monotonic() - began < 60  # not the minutes that dripping would take
    source.close()


def test_keys_that_spotify_does_not_know(spotify_service):
    class Keys:
        client_id, client_secret = "curators-app", "planted-secret"

    source = Spotify(Keys(), spotify_service.api, spotify_service.token_url)
    with pytest.raises(SourceError, match="does not accept the app's keys") as raised:
        source.search("Night Ferry", "Lanterns")
    assert "planted" not in repr(raised.value)
    assert raised.value.__cause__ is None
    source.close()


def test_a_token_that_is_refused_is_given_up_for_a_new_one(spotify_service, spotify_source):
    assert best_of(spotify_source, "Night Ferry", "Lanterns")
    spotify_service.tokens.clear()
    assert best_of(spotify_source, "Night Ferry", "Lanterns")
    assert spotify_service.count(TOKEN) == 2


def test_signing_in_anew_is_tried_once(spotify_service, spotify_source):
    spotify_service.fail_always(SEARCH, "401")
    with pytest.raises(SourceError, match="refused \\(401\\)"):
        spotify_source.search("Night Ferry", "Lanterns")
    assert (spotify_service.count(SEARCH), spotify_service.count(TOKEN)) == (2, 2)


def test_spotify_leaves_nothing_behind(spotify_source, tmp_path, monkeypatch, caplog):
    caplog.set_level(logging.DEBUG)
    monkeypatch.chdir(tmp_path)
    best_of(spotify_source, "Night Ferry", "Lanterns")
    assert list(tmp_path.iterdir()) == []
    assert CLIENT_SECRET not in caplog.text
    assert "Bearer" not in caplog.text
    assert "Basic" not in caplog.text


def test_what_goes_over_the_wire_is_what_spotify_specifies(spotify_service, spotify_source):
    checker = specification(
        "spotify-openapi.yml", ("/search", "/tracks/{id}", "/artists/{id}", "/audio-features/{id}")
    )
    spotify_service.features = True
    best = best_of(spotify_source, "Night Ferry", "Lanterns")
    spotify_source.details(best)
    other = next(id for id, row in spotify_service.rows.items() if "Saltwater" in row["title"])
    spotify_service.rows[other]["features"] = {"tempo": 90.0}
    spotify_source.details(replace(best, ref=other))
    spotify_source.search("山本みどり", "夜の電車")
    spotify_service.fail(SEARCH, "429", "empty", "403")
    for _ in range(3):
        with contextlib.suppress(SourceError):
            spotify_source.search("Nobody", "Nothing")
    calls = [call for call in spotify_service.calls if call.path.startswith("/v1/")]
    assert len(calls) >= 9
    assert [fault for call in calls for fault in checker.faults_of(call)] == []


# MusicBrainz


def test_musicbrainz_brings_the_song_and_what_people_tagged(musicbrainz_source):
    best = best_of(musicbrainz_source, "night ferry", "lanterns")
    assert (best.artist, best.title) == ("Night Ferry", "Lanterns")
    assert set(musicbrainz_source.details(best).genres) == {"dream pop", "shoegaze"}


def test_nearer_tags_count_more_and_spare_a_request(musicbrainz_service, musicbrainz_source):
    musicbrainz_service.add(
        {"artist": "Tin Bird", "title": "Sparrow", "album": "Sparrows",
         "recording_tags": {"Trip-Hop": 2, "seen live": 40, "downtempo": 1},
         "album_tags": {"downtempo": 3, "ambient": 1},
         "artist_tags": {"polka": 1}}
    )  # fmt: skip
    best = best_of(musicbrainz_source, "Tin Bird", "Sparrow")
    assert musicbrainz_source.details(best).genres == ("downtempo", "trip hop", "ambient")
    assert musicbrainz_service.count(ARTIST_TAGS) == 0


@pytest.mark.parametrize(
    ("remark", "asked"),
    [
        ("live, 1985-07-13: Wembley", "Sparrow (live)"),
        ("Live [BBC session], 1999", "Sparrow (live)"),
        ("acoustic", "Sparrow - Acoustic"),
        ("demo, early mix", "Sparrow (Demo)"),
        ("karaoke version", "Sparrow (Karaoke)"),
        ("instrumental", "Sparrow (Instrumental)"),
    ],
)
def test_which_version_a_recording_is_is_told_by_its_remark(
    musicbrainz_service, musicbrainz_source, remark, asked
):
    row = {"artist": "Tin Bird", "title": "Sparrow"}
    musicbrainz_service.add(row | {"mbid": "0", "disambiguation": remark})  # it comes first
    musicbrainz_service.add(row | {"mbid": "1"})
    assert best_of(musicbrainz_source, "Tin Bird", "Sparrow").ref == "1"
    found = musicbrainz_source.search("Tin Bird", "Sparrow")
    assert match("Tin Bird", asked, found).candidates[0].ref == "0"


@pytest.mark.parametrize("remark", ["album version", "2011 remaster", "explicit", "feat. Ada Moss"])
def test_other_remarks_make_no_other_version(musicbrainz_service, musicbrainz_source, remark):
    musicbrainz_service.add({"artist": "Tin Bird", "title": "Sparrow", "disambiguation": remark})
    assert best_of(musicbrainz_source, "Tin Bird", "Sparrow").title == "Sparrow"


def test_a_chosen_recording_is_asked_for_by_its_id(musicbrainz_service, musicbrainz_source):
    id = next(i for i, row in musicbrainz_service.rows.items() if row["title"] == "Saltwater Hymn")
    chosen = Candidate("musicbrainz", id, "Kelpie Choir", "Saltwater Hymn")
    assert set(musicbrainz_source.details(chosen).genres) == {"indie folk", "choral"}


def test_a_chosen_recording_has_its_albums_tags_too(musicbrainz_service, musicbrainz_source):
    id = musicbrainz_service.add(
        {"artist": "Tin Bird", "title": "Sparrow", "album": "Sparrows",
         "recording_tags": {"trip hop": 2}, "album_tags": {"downtempo": 3, "ambient": 1}}
    )  # fmt: skip
    chosen = Candidate("musicbrainz", id, "Tin Bird", "Sparrow")
    assert set(musicbrainz_source.details(chosen).genres) == {"trip hop", "downtempo", "ambient"}


def test_a_recording_that_is_gone_has_no_genres(musicbrainz_source):
    assert musicbrainz_source.details(Candidate("musicbrainz", "gone", "A", "B")).genres == ()


def test_musicbrainz_is_asked_once_a_second_and_told_who_asks(musicbrainz_service):
    time_now, slept = [0.0], []

    def sleep(seconds):
        slept.append(seconds)
        time_now[0] += seconds

    source = MusicBrainz(
        musicbrainz_service.url, contact="ann@example.com", clock=lambda: time_now[0], sleep=sleep
    )
    source.search("Night Ferry", "Lanterns")
    source.search("Kelpie Choir", "Saltwater Hymn")
    time_now[0] += 0.4
    source.search("Ada Moss", "Undertow")
    assert slept == [pytest.approx(1.0), pytest.approx(0.6)]
    calls = musicbrainz_service.calls
    agents = {v for call in calls for n, v in call.headers.items() if n.lower() == "user-agent"}
    assert len(agents) == 1
    assert "curator" in (agent := agents.pop())
    assert "ann@example.com" in agent


@pytest.mark.parametrize(
    ("fault", "says", "waits"),
    [
        ("503-busy", "fewer requests", 30),
        ("500", "trouble", 30),
        ("503", "fewer requests", 30),
        ("404", "does not know", 0),
        ("malformed", "can't be read", 0),
        ("text", "can't be read", 0),
        ("dropped-before", "can't be reached", 30),
        ("dropped-body", "can't be reached", 30),
    ],
)
def test_every_fault_of_musicbrainz_is_said_at_once(
    musicbrainz_service, musicbrainz_source, fault, says, waits
):
    musicbrainz_service.fail(RECORDINGS, fault)
    with pytest.raises(SourceError, match=says) as raised:
        musicbrainz_source.search("Night Ferry", "Lanterns")
    assert raised.value.wait == waits
    assert len(musicbrainz_service.calls) == 1  # tried once, not eight times
    assert best_of(musicbrainz_source, "Night Ferry", "Lanterns")


def test_musicbrainz_may_hang_for_no_longer_than_allowed(musicbrainz_service):
    source = MusicBrainz(musicbrainz_service.url, timeout=0.3, interval=0.0)
    for fault in ("timeout-before", "drip"):
        musicbrainz_service.fail(RECORDINGS, fault)
        with pytest.raises(SourceError, match="in time"):
            source.search("Night Ferry", "Lanterns")


def test_without_tags_there_are_no_genres(musicbrainz_service, musicbrainz_source):
    for route in (RECORDINGS, ARTIST_TAGS, "GET release-group/:id"):
        musicbrainz_service.fail_always(route, "no-tags")
    best = best_of(musicbrainz_source, "Night Ferry", "Lanterns")
    assert musicbrainz_source.details(best).genres == ()
