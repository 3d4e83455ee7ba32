"""`curator lookup`: what is known of a song, and an honest exit code where that is nothing."""

import pytest

from tests.services.musicbrainz import MusicBrainz

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
