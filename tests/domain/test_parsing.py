"""The parser by example: one line for each way in which people write of songs, and of others."""

import pytest

from curator.domain.parsing import Found, parse, parse_songs


@pytest.mark.parametrize(
    ("text", "artist", "title"),
    [
        # joined by a mark
        ("Marble Fox - Undertow", "Marble Fox", "Undertow"),
        ("Marble Fox – Undertow", "Marble Fox", "Undertow"),
        ("Marble Fox — Undertow (2018)", "Marble Fox", "Undertow"),
        ("Marble Fox | Undertow", "Marble Fox", "Undertow"),
        ("Marble Fox // Undertow (feat. Ada Lind)", "Marble Fox", "Undertow"),
        ('Marble Fox: "Undertow"', "Marble Fox", "Undertow"),
        ("marble fox, “undertow”", "marble fox", "undertow"),
        ('Marble Fox - "Undertow" (feat. Ada Lind) [Premiere]', "Marble Fox", "Undertow"),
        ('"Undertow" - Marble Fox', "Marble Fox", "Undertow"),
        ("Marble Fox- Undertow", "Marble Fox", "Undertow"),
        # with by
        ('"Undertow" by Marble Fox', "Marble Fox", "Undertow"),
        ("Undertow by Marble Fox", "Marble Fox", "Undertow"),
        ("songs like Undertow by Marble Fox?", "Marble Fox", "Undertow"),
        ("songs like Stand by Me by Marble Fox", "Marble Fox", "Stand by Me"),
        # whose it is
        ('Marble Fox\'s "Undertow" is a beauty', "Marble Fox", "Undertow"),
        ("Marble Foxes’ dreamy new single “Undertow”", "Marble Foxes", "Undertow"),
        ("songs similar to Marble Fox's Undertow", "Marble Fox", "Undertow"),
        # headlines
        ("MARBLEFOX shares hypnotic new single ‘Undertow’", "MARBLEFOX", "Undertow"),
        ("Danish pop duo Marble Fox sing of the sea on “Undertow”", "Marble Fox", "Undertow"),
        ("Premiere: Marble Fox - Undertow | Tide Music Blog", "Marble Fox", "Undertow"),
        ("Song of the Day: Marble Fox – “Undertow”", "Marble Fox", "Undertow"),
        ("Women at Work: Marble Fox – Undertow – Small Hours", "Marble Fox", "Undertow"),
        # quotes
        ("““Undertow”” by Marble Fox", "Marble Fox", "Undertow"),
        ('Marble Fox – ""Undertow""', "Marble Fox", "Undertow"),
        ("Marble Fox - ‘Thinkin’ of Tides’", "Marble Fox", "Thinkin’ of Tides"),
        ("Marble Fox – „Undertow“", "Marble Fox", "Undertow"),
        # spelling and case stay
        ("MARBLE FOX - UNDERTOW", "MARBLE FOX", "UNDERTOW"),
        ("Märble Föx – Don’t Wake Nobody", "Märble Föx", "Don’t Wake Nobody"),
        ("Tide, Salt & Moon – Undertow", "Tide, Salt & Moon", "Undertow"),
        ("Fox, The Marble - Undertow", "Fox, The Marble", "Undertow"),
        ("Камень – Зима", "Камень", "Зима"),
        # what is around
        ("@deephypebot Marble Fox - Undertow", "Marble Fox", "Undertow"),
        ("@deephypebot marble fox - undertow", "marble fox", "undertow"),
        ("RT @tidemusic: Premiere: Marble Fox – “Undertow”", "Marble Fox", "Undertow"),
        ("#NowPlaying Marble Fox - Undertow #indie #dreampop", "Marble Fox", "Undertow"),
        ("#np Under The Tow by #Marble Fox", "Marble Fox", "Under The Tow"),
        ("Now playing: Marble Fox - Undertow", "Marble Fox", "Undertow"),
        ("🔥 Marble Fox – Undertow 🔥 https://youtu.be/x", "Marble Fox", "Undertow"),
        ("Marble Fox 🎵 - 🎵 Undertow", "Marble Fox", "Undertow"),
        ("&quot;Undertow&quot; by Salt &amp; Moon", "Salt & Moon", "Undertow"),
        ("Obsessed with Marble Fox - Undertow right now", "Marble Fox", "Undertow"),
        ("“Undertow” by @marblefox!", "marblefox", "Undertow"),
        # the words of titles tell which side is which, when a hyphen joins them
        ("Stream: What Have You Done - Marble Fox", "Marble Fox", "What Have You Done"),
        ("What Have You Done – Undertow", "What Have You Done", "Undertow"),
    ],
)
def test_song(text: str, artist: str, title: str) -> None:
    assert parse(text) == Found(artist, title)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Marble Fox – Undertow (Ada Lind Remix)", "Undertow (Ada Lind Remix)"),
        ("Marble Fox – “Undertow” [Ada Lind Remix]", "Undertow (Ada Lind Remix)"),
        ("Marble Fox - Undertow (feat. X) [Ada Lind Edit]", "Undertow (Ada Lind Edit)"),
        ("MARBLE FOX - UNDERTOW (ADA LIND COVER)", "UNDERTOW (ADA LIND COVER)"),
        ("Marble Fox - Undertow (Live at the Pier)", "Undertow (Live at the Pier)"),
        ("Marble Fox - Undertow - Ada Lind Remix", "Undertow (Ada Lind Remix)"),
        ("Marble Fox - Undertow (A Walk with You)", "Undertow (A Walk with You)"),
        ("“Undertow (Carried by the Sea)” by Marble Fox", "Undertow (Carried by the Sea)"),
        ("Marble Fox - (I Can't) Undertow", "(I Can't) Undertow"),
        ("Marble Fox - Undertow (Part of the Sea)", "Undertow (Part of the Sea)"),
        ("Marble Fox - Undertow (Official Video) [HD]", "Undertow"),
        ("Marble Fox - Undertow (Prod. by Ada Lind)", "Undertow"),
        ("Marble Fox - Undertow (Alt/Indie – US)", "Undertow"),
        ("Marble Fox - Undertow [Tide Records]", "Undertow"),
        ("Marble Fox - Undertow ft. Ada Lind & Ivo", "Undertow"),
        ("MARBLE FOX - UNDERTOW FT. ADA LIND)", "UNDERTOW"),
    ],
)
def test_brackets_and_guests(text: str, title: str) -> None:
    assert parse(text).title == title


def test_guest_is_not_the_artist() -> None:
    assert parse("Marble Fox (feat. Ada Lind) - Undertow") == Found("Marble Fox", "Undertow")
    assert parse("Marble Fox ft. Ada Lind - Undertow") == Found("Marble Fox", "Undertow")
    assert parse("Marble Fox (SE) – “Undertow”") == Found("Marble Fox", "Undertow")


def test_title_without_a_name() -> None:
    assert parse('Songs like "Undertow and Over"') == Found(None, "Undertow and Over")


@pytest.mark.parametrize(
    ("text", "songs"),
    [
        (
            "1. Marble Fox - Undertow\n2. Ada Lind - Low Sun\n3. Ivo & Rue - Kite",
            [("Marble Fox", "Undertow"), ("Ada Lind", "Low Sun"), ("Ivo & Rue", "Kite")],
        ),
        (
            "Marble Fox - Undertow, or Ada Lind - Kite String",
            [("Marble Fox", "Undertow"), ("Ada Lind", "Kite String")],
        ),
        (
            "Marble Fox – “Undertow” & “Low Sun”",
            [("Marble Fox", "Undertow"), ("Marble Fox", "Low Sun")],
        ),
        (
            '@bot "Undertow" and "Low Sun" by Marble Fox',
            [("Marble Fox", "Undertow"), ("Marble Fox", "Low Sun")],
        ),
        (
            'songs like "Undertow" & "Low Sun" + "Kite" by Marble Fox',
            [("Marble Fox", "Undertow"), ("Marble Fox", "Low Sun"), ("Marble Fox", "Kite")],
        ),
        (
            'Ada Lind\'s "Undertow" and "Low Sun" by Marble Fox',
            [("Ada Lind", "Undertow"), ("Marble Fox", "Low Sun")],
        ),
        (
            '"Undertow" by Marble Fox and "Low Sun" by Ada Lind',
            [("Marble Fox", "Undertow"), ("Ada Lind", "Low Sun")],
        ),
        (
            "songs like Undertow by Marble Fox, and Low Sun by Ada Lind",
            [("Marble Fox", "Undertow"), ("Ada Lind", "Low Sun")],
        ),
        ("Marble Fox - Undertow\nMARBLE FOX – UNDERTOW", [("Marble Fox", "Undertow")]),
        ("Marble Fox – “Undertow” // Ada Lind – The Red Kettle", [("Marble Fox", "Undertow")]),
    ],
)
def test_several(text: str, songs: list[tuple[str, str]]) -> None:
    assert [(song.artist, song.title) for song in parse_songs(text)] == songs


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   \n\t",
        "Undertow",
        "Mum - the kettle is on",
        '"Never again," said Dave',
        "Sam's 'quick' errand took 3 hours",
        "9am - 5pm",
        "Arsenal 2 - 1 Villa",
        "Monday - Gym",
        'Boss: "Tomorrow?"',
        'Ada Lind just said "Undertow"',
        '"Here\'s looking at you, kid" - me, to the cat',
        "Photo by Jane Doe",
        "Lovely lunch @ Four Fields by Morton",
        "Back again @ Crown Fitness - Sunset",
        "Tea by the fire, book by the window",
        "Made by Hand, Dropped by Accident",
        "Breakfast - toast. Lunch - toast.",
        'Their cat is called "Kevin" and he looks like one',
        'Looking for songs for my "crying myself to sleep" playlist',
        "Artists like Marble Fox",
        "Mum's Kitchen - Roast Dinner",
        "Tom's Pick - Marble Fox - Undertow",
        "Sat in the sun all day. by Friday I was done",
        "Lovely day, by the sea",
        "What a day! by Dave",
        "Hi @sam lunch - Monday",
        "Currently reading Undertow by Ada Lind, a lovely book",
        "https://open.spotify.com/track/x",
    ],
)
def test_no_song(text: str) -> None:
    assert parse_songs(text) == ()
    assert parse(text) == Found(None, None)


def test_evidence_decides() -> None:
    """The same words are a song or not by what stands around them."""
    plain, asked = "the kettle sings", "Now playing: {} #nowplaying https://open.spotify.com/x"
    assert parse(f"Low Sun - {plain}") == Found(None, None)
    assert parse(asked.format(f"Low Sun - {plain}")) == Found("Low Sun", plain)
