"""`curator lookup`: what is known of a song, and an honest exit code where that is nothing."""

import pytest

from tests.services.musicbrainz import MusicBrainz
from tests.services.spotify import CLIENT_ID, CLIENT_SECRET, Spotify

SONGS = (
    {"artist": "Night Ferry", "title": "Lanterns", "artist_tags": {"dream pop": 3}},
    {"artist": "Ada Moss", "title": "Undertow", "artist_tags": {"techno": 2}},
    {"artist": "Kelpie Choir", "title": "Undertow", "artist_tags": {"choral": 2}},
)


@pytest.fixture
def service():
    with MusicBrainz(SONGS) as running:
        yield running


@pytest.fixture
def lookup(run, tmp_path, monkeypatch, service):
    monkeypatch.setenv("CURATOR_SOURCES", "catalogue,musicbrainz")
    monkeypatch.setenv("CURATOR_MUSICBRAINZ_BASE_URL", service.url)
    return lambda *args: run("lookup", "--home", tmp_path, *args)


def test_a_song_with_its_sources(lookup, tmp_path):
    (tmp_path / "catalogue.csv").write_text("artist,title,tempo\nNight Ferry,Lanterns,118\n")
    ran = lookup("--artist", "night ferry", "--title", "lanterns", "--json")
    [found] = ran.json
    assert (ran.code, found["artist"], found["title"]) == (0, "Night Ferry", "Lanterns")
    assert found["genres"] == [{"name": "dream pop", "source": "musicbrainz"}]
    assert found["features"] == {"tempo": {"value": 118.0, "source": "catalogue"}}
    assert found["doubtful"] is False


def test_what_the_model_may_not_know_is_marked(lookup, monkeypatch):
    monkeypatch.setenv("CURATOR_MODEL_SOURCES", "catalogue")
    ran = lookup("--artist", "Night Ferry", "--title", "Lanterns")
    assert ran.out.split("\n")[:2] == [
        "Night Ferry – Lanterns",
        "  dream pop  (musicbrainz, kept from the model)",
    ]


def test_a_doubtful_song_fails_and_says_which_it_may_be(lookup):
    ran = lookup("--title", "Undertow")
    assert ran.code == 1
    assert "doubtful" in ran.out
    assert "Ada Moss – Undertow" in ran.out
    assert "Kelpie Choir – Undertow" in ran.out


def test_an_unknown_song_fails(lookup):
    ran = lookup("--artist", "Nobody", "--title", "Qqqq")
    assert (ran.code, ran.out) == (1, "")
    assert "no source knows it" in ran.err


def test_a_source_that_fails_is_said(lookup, service):
    service.fail("GET recording", "500")
    ran = lookup("--artist", "Night Ferry", "--title", "Lanterns", "--json")
    assert ran.code == 1
    assert ran.json[0]["failed"] == ["MusicBrainz has trouble of its own (500)"]
    assert "trouble" in ran.err


def test_it_works_with_no_source_at_all(lookup, monkeypatch):
    monkeypatch.setenv("CURATOR_SOURCES", "")
    assert lookup("--artist", "Night Ferry", "--title", "Lanterns").code == 1


def test_an_empty_title_is_wrong_usage(run, tmp_path):
    ran = run("lookup", "--home", tmp_path, "--title", " ")
    assert ran.code == 2


def test_spotify_is_asked_where_there_are_keys_for_it(run, tmp_path, monkeypatch):
    song = {"artist": "Night Ferry", "title": "Lanterns", "genres": ["shoegaze"]}
    with Spotify([song]) as spotify:
        monkeypatch.setenv("CURATOR_SOURCES", "spotify")
        monkeypatch.setenv("CURATOR_SPOTIFY_BASE_URL", spotify.api)
        monkeypatch.setenv("CURATOR_SPOTIFY_TOKEN_URL", spotify.token_url)
        monkeypatch.setenv("CURATOR_SPOTIFY_CLIENT_ID", CLIENT_ID)
        monkeypatch.setenv("CURATOR_SPOTIFY_CLIENT_SECRET", CLIENT_SECRET)
        asked = ("lookup", "--home", tmp_path, "--artist", "Night Ferry", "--title", "Lanterns")
        ran = run(*asked)
        assert ran.out.split("\n")[1] == "  shoegaze  (spotify, kept from the model)"
        calls = len(spotify.calls)
        assert run(*asked).out == ran.out
        assert len(spotify.calls) == calls  # from the cache
        spotify.fail("POST /api/token", "500")
        assert run(*asked[:-1], "Undertow").code == 1
    kept = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert CLIENT_SECRET.encode() not in kept
