"""Where a title and a name begin and end, by example."""

import pytest

from curator.domain.parsing import Found, parse, parse_songs

PLAYERS = [
    "Spotify",
    "#SoundCloud",
    "Apple Music",
    "TIDAL",
    "Amazon Music",
    "@DeezerUK",
    "Pandora",
    "YouTube",
    "Bandcamp",
]


@pytest.mark.parametrize("player", PLAYERS)
def test_player_is_no_part_of_the_song(player: str) -> None:
    creep, link = Found("Radiohead", "Creep"), "https://example.com/x"
    assert parse(f"Creep by Radiohead on {player} {link}") == creep
    assert parse(f"Listening to Creep by @radiohead on {player}").artist == "radiohead"
    assert parse(f'"Creep" by Radiohead on {player}') == creep
    assert parse(f"Radiohead - Creep on {player}") == creep


def test_player_ends_the_name_in_any_case() -> None:
    assert parse("CREEP BY RADIOHEAD ON SPOTIFY") == Found("RADIOHEAD", "CREEP")
    assert parse("Creep By Radiohead On Spotify") == Found("Radiohead", "Creep")
    assert parse("Creep by radiohead on youtube") == Found("radiohead", "Creep")
    assert parse("Creep by Man on Fire") == Found("Man on Fire", "Creep")


@pytest.mark.parametrize(
    ("text", "artist", "title"),
    [
        # a mark of its own
        ("#NowPlaying Where Is My Mind? by Pixies", "Pixies", "Where Is My Mind?"),
        ("HUMBLE. by Kendrick Lamar", "Kendrick Lamar", "HUMBLE."),
        ("@bot SAD! by XXXTENTACION", "XXXTENTACION", "SAD!"),
        ("Help! by The Beatles", "The Beatles", "Help!"),
        ("So good. Help! by The Beatles", "The Beatles", "Help!"),
        ("Undertow, by Marble Fox", "Marble Fox", "Undertow"),
        # brackets
        ("Undertow (Ada Lind Remix) by Marble Fox", "Marble Fox", "Undertow (Ada Lind Remix)"),
        ("Undertow (acoustic version) by Ada", "Ada", "Undertow (acoustic version)"),
        ("Don't You (Forget About Me) by Ada", "Ada", "Don't You (Forget About Me)"),
        ("play (Don't Fear) The Reaper by Ada Lind", "Ada Lind", "(Don't Fear) The Reaper"),
        ("(Don't Fear) The Reaper by Blue Fox", "Blue Fox", "(Don't Fear) The Reaper"),
        # the first words may be the title's
        ("This Is America by Childish Gambino", "Childish Gambino", "This Is America"),
        ("Give Me One Reason by Tracy Chapman", "Tracy Chapman", "Give Me One Reason"),
        ("play Me Gusta by Ada Lind", "Ada Lind", "Me Gusta"),
        ("What About Us by Marble Fox", "Marble Fox", "What About Us"),
        ("The Story of My Life by One Direction", "One Direction", "The Story of My Life"),
        # a comma inside
        ("#np No Woman, No Cry by Bob Marley", "Bob Marley", "No Woman, No Cry"),
        ("Now playing: No Woman, No Cry by Bob Marley", "Bob Marley", "No Woman, No Cry"),
        ("play Take Me Home, Country Roads by Ada", "Ada", "Take Me Home, Country Roads"),
        # and a comma between
        ("play Creep, Karma Police by Radiohead", "Radiohead", "Karma Police"),
        ("#nowplaying KEXP, Undertow by Marble Fox", "Marble Fox", "Undertow"),
        ("On repeat: Ada Lind, Undertow by Marble Fox", "Marble Fox", "Undertow"),
        ("play Adele, Hello by Adele", "Adele", "Hello"),
        ("play The Ivories, Hello by The Ivories", "The Ivories", "Hello"),
    ],
)
def test_whole_title_before_by(text: str, artist: str, title: str) -> None:
    assert parse(text) == Found(artist, title)


@pytest.mark.parametrize(
    "text",
    [
        "(Song of the Day) Undertow by Marble Fox",
        "[Premiere] Undertow by Marble Fox",
        "Undertow (love it!) by Marble Fox",
        "Undertow (Official Video) by Marble Fox",
        "Song Premiere: This Is Marble Fox - Undertow",
        "This Is Marble Fox - Undertow",
        "#NowPlaying This Is Marble Fox - Undertow",
        "Play Me Undertow by Marble Fox",
        "Premiere: This Is Marble Fox – “Undertow”",
        "This is Undertow by Marble Fox",
        "Listen To Undertow By Marble Fox",
        "@bot Hi, Undertow by Marble Fox",
        "@bot Good Morning, Undertow by Marble Fox",
        "songs like Kite, Undertow by Marble Fox",
        "Great song! By the way, Marble Fox - Undertow",
    ],
)
def test_what_is_around_is_not_the_title(text: str) -> None:
    assert Found("Marble Fox", "Undertow") in parse_songs(text)


def test_guest_tells_a_song_from_other_work() -> None:
    """What somebody wasted is seldom a song, but only songs have guests."""
    assert parse("Wasted (feat. Ivo) by Marble Fox") == Found("Marble Fox", "Wasted")
    assert parse("Wasted by Marble Fox") == Found(None, None)


@pytest.mark.parametrize(
    ("text", "artist", "title"),
    [
        ("I Love Rock 'n' Roll by Joan Jett", "Joan Jett", "I Love Rock 'n' Roll"),
        ("songs like I Love Rock ’n’ Roll by Joan Jett", "Joan Jett", "I Love Rock ’n’ Roll"),
        ("'Rock 'n' Roll' by Led Zeppelin", "Led Zeppelin", "Rock 'n' Roll"),
        ("Paradise City by Guns 'n' Roses", "Guns 'n' Roses", "Paradise City"),
        ("Paradise City by Guns ‘n’ Roses", "Guns ‘n’ Roses", "Paradise City"),
        ("Guns n' Roses - Paradise City", "Guns n' Roses", "Paradise City"),
        ("Salt 'N' Pepa - Push It", "Salt 'N' Pepa", "Push It"),
        ("Salt 'n' Pepa - Push It", "Salt 'n' Pepa", "Push It"),
    ],
)
def test_n_is_no_quotation(text: str, artist: str, title: str) -> None:
    assert parse(text) == Found(artist, title)


@pytest.mark.parametrize(
    ("text", "artist", "title"),
    [
        ("Sade - By Your Side", "Sade", "By Your Side"),
        ("Red Hot Chili Peppers - By the Way", "Red Hot Chili Peppers", "By the Way"),
        ("Red Hot Chili Peppers – By The Way", "Red Hot Chili Peppers", "By The Way"),
        ("Ada Lind - By the Sea", "Ada Lind", "By the Sea"),
        ("Ada Lind - Song by the Sea", "Ada Lind", "Song by the Sea"),
        ("Undertow - by Marble Fox", "Marble Fox", "Undertow"),
        ("Undertow - By Marble Fox", "Marble Fox", "Undertow"),
        ("“Undertow” – By Marble Fox", "Marble Fox", "Undertow"),
        ("Creep - song and lyrics by Radiohead | Spotify", "Radiohead", "Creep"),
        ("Creep - Song by Radiohead - Apple Music", "Radiohead", "Creep"),
        ("Holiday - song by Green Day | Spotify", "Green Day", "Holiday"),
        ("Undertow - the new single by Marble Fox", "Marble Fox", "Undertow"),
        ("“Undertow” – Cover by Marble Fox", "Marble Fox", "Undertow"),
        ("Ada Lind - Song by Song", "Ada Lind", "Song by Song"),
        ("Ada Lind - Track by Track", "Ada Lind", "Track by Track"),
        ("Ada Lind - Music by Candlelight", "Ada Lind", "Music by Candlelight"),
        ("Ada Lind - Cover by Marble Fox", "Ada Lind", "Cover by Marble Fox"),
        ("Ada Lind - Video by Ivo", "Ada Lind", "Video by Ivo"),
    ],
)
def test_by_behind_a_mark(text: str, artist: str, title: str) -> None:
    assert parse(text) == Found(artist, title)


@pytest.mark.parametrize(
    "greeting", ["Hey @deephypebot", "hi @bot,", "HELLO @bot @ada", "Hey there @bot", "Dear @bot:"]
)
def test_greeting_before_the_mention(greeting: str) -> None:
    assert parse(f"{greeting} Marble Fox - Undertow") == Found("Marble Fox", "Undertow")


@pytest.mark.parametrize(
    ("text", "artist", "title"),
    [
        ("Destiny's Child - Say My Name", "Destiny's Child", "Say My Name"),
        ("#np Jane’s Addiction – “Jane Says”", "Jane’s Addiction", "Jane Says"),
        ("Destiny's Child's \"Say My Name\"", "Destiny's Child", "Say My Name"),
        ("#NowPlaying Gangsta's Paradise - Coolio", "Gangsta's Paradise", "Coolio"),
        ("Sweden’s Marble Fox – “Undertow”", "Marble Fox", "Undertow"),
        ("Sweden’s Robyn – “Honey”", "Robyn", "Honey"),
        ('Iceland\'s Björk – "Army of Me"', "Björk", "Army of Me"),
        ("MP3: Brooklyn's Chairlift – “Bruises”", "Chairlift", "Bruises"),
        ("Toronto's Drake - Views", "Drake", "Views"),
    ],
)
def test_possessive_that_begins_a_name(text: str, artist: str, title: str) -> None:
    assert parse(text) == Found(artist, title)


@pytest.mark.parametrize(
    ("text", "artist", "title"),
    [
        ('Radiohead "Creep" and "Hello" by Adele', "Radiohead", "Creep"),
        ('Radiohead – "Creep" & "Hello" by Adele', "Radiohead", "Creep"),
        ('New Songs: "Creep" and "Hello" by Adele', "Adele", "Creep"),
        ('New Music – "Creep" and "Hello" by Adele', "Adele", "Creep"),
        ('Loving "Creep" and "Hello" by Adele', "Adele", "Creep"),
    ],
)
def test_whose_the_first_of_two_quoted_songs_is(text: str, artist: str, title: str) -> None:
    assert parse(text) == Found(artist, title)
