"""How often the right track is found, among a service's whole catalogue, as people type."""

import csv
import random
import re

import pytest

from curator.music.matching import match, plain
from curator.music.spotify import Spotify
from tests.services import spotify
from tests.services.checking import shared

BAR = 0.97


def typed(rng, artist, title):
    """Return a song in one of the ways in which people type."""
    way = rng.randrange(4)
    if way == 1:
        return artist.lower(), title.lower()
    if way == 2:  # additions that name no other version are left out
        return artist, re.sub(r" [(\[](feat|ft|with)\b[^)\]]*[)\]]", "", title)
    if way == 3:
        return artist.upper(), title.replace("'", "’").replace("&", "and")
    return artist, title


def slipped(rng, artist, title):
    """Return a song with a letter of its title left out."""
    at = rng.randrange(1, len(title)) if len(title) > 4 else 0
    return artist, title[:at] + title[at + 1 :] if at else title


def right(found, artist, title):
    """Whether it is that song, whichever of its albums it is from."""
    return found is not None and (plain(found.artist), plain(found.title)) == (
        plain(artist),
        plain(title),
    )


def share_found(catalogue, asked, seed, typed=typed):
    """Return the share of songs whose right track comes out on top, and the others."""
    rng = random.Random(seed)
    missed = []
    with spotify.Spotify(catalogue) as service:
        source = Spotify(Keys(), service.api, service.token_url, timeout=30.0)
        for artist, title in asked:
            query = typed(rng, artist, title)
            candidates = match(*query, source.search(*query)).candidates
            if not right(candidates[0] if candidates else None, artist, title):
                missed.append((query, candidates[:1]))
        source.close()
    return 1 - len(missed) / len(asked), missed


class Keys:
    client_id, client_secret = spotify.CLIENT_ID, spotify.CLIENT_SECRET


def test_tricky_titles_of_our_own(songs):
    asked = [(song["artist"], song["title"]) for song in songs]
    share, missed = share_found(songs, asked, 1)
    assert share >= BAR, missed


def test_two_hundred_titles_of_a_real_catalogue():
    file = shared() / "data" / "catalogue" / "catalogue_union.csv"
    if not file.is_file():
        pytest.skip(f"{file.name} is not in {file.parent} (CURATOR_SHARED names another place)")
    with file.open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["track"] and row["artist"]]
    catalogue = [
        {"id": row["track_id"], "artist": row["artist"].replace(", ", " "), "title": row["track"],
         "album": row["album"], "genres": row["artist_genres"].split("|")}
        for row in rows
    ]  # fmt: skip
    chosen = random.Random(7).sample(catalogue, 200)
    asked = [(row["artist"], row["title"]) for row in chosen]
    share, missed = share_found(catalogue, asked, 7)
    print(f"right track: {share:.1%} of {len(chosen)}; missed: {missed}")
    assert share >= BAR, missed
    share, missed = share_found(catalogue, asked, 7, slipped)
    print(f"with a letter left out: {share:.1%}; missed: {missed}")
    assert share >= 0.8, missed
