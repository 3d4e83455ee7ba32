"""A catalogue of invented songs with everything that makes titles hard to match."""

import pytest

from curator.music.musicbrainz import MusicBrainz
from curator.music.spotify import Spotify
from tests.services import musicbrainz, spotify

FEATURES = {
    "danceability": 0.41, "energy": 0.63, "loudness": -7.5, "speechiness": 0.04,
    "acousticness": 0.18, "instrumentalness": 0.07, "liveness": 0.11, "valence": 0.28,
    "tempo": 118.0,
}  # fmt: skip


def song(artist, title, *genres, popularity=50, **more):
    return {"artist": artist, "title": title, "genres": genres, "popularity": popularity} | more


SONGS = (
    song("Night Ferry", "Lanterns", "dream pop", "shoegaze", album="Low Water",
         release_date="2019-03-01", features=FEATURES),
    song("Night Ferry", "Lanterns - Live at the Harbour Hall", "dream pop", popularity=80),
    song("Night Ferry", "Lanterns (Glass Remix)", "dream pop", popularity=90),
    song("Night Ferry", "Lanterns - 2021 Remaster", "dream pop", popularity=85, album="Low Water+"),
    song("Karaoke Quay", "Lanterns (Originally Performed by Night Ferry)", popularity=99),
    song("Lantern Tribute Band", "Lanterns", popularity=97),
    song("Kelpie Choir", "Saltwater Hymn", "indie folk", "choral"),
    song("Ada Moss", "Undertow", "techno"),
    song("Ada Moss", "Undertow (feat. Bruno Tin)", "techno", popularity=70, album="Undertow II"),
    song("Bruno & the Tin Roofs", "Sunday Carburettor", "garage rock"),
    song("The Vowels", "(I Can't Hear) No Refrain", "rock"),
    song("Beyoncé-Ann, Slow Tide", "Déjà Rêvé", "r&b"),
    song("山本みどり", "夜の電車", "city pop"),
    song("A$h Riot", "Don't $top", "hip hop"),
    song("MØRK", "Ærlig", "electronic"),
    song("Velvet Meridian", "Glass Orchard, Pt. 2", "post-rock"),
    song("Velvet Meridian", "Glass Orchard, Pt. 1", "post-rock", popularity=95),
    song("!!!", "÷", "dance-punk"),
)  # fmt: skip


class Keys:
    client_id, client_secret = spotify.CLIENT_ID, spotify.CLIENT_SECRET


@pytest.fixture
def songs():
    return SONGS


@pytest.fixture
def spotify_service():
    with spotify.Spotify(SONGS) as running:
        yield running


@pytest.fixture
def spotify_source(spotify_service):
    source = Spotify(Keys(), spotify_service.api, spotify_service.token_url, timeout=5.0)
    yield source
    source.close()


@pytest.fixture
def musicbrainz_service():
    with musicbrainz.MusicBrainz(SONGS) as running:
        yield running


@pytest.fixture
def musicbrainz_source(musicbrainz_service):
    return MusicBrainz(musicbrainz_service.url, contact="ann@example.com", interval=0.0)
