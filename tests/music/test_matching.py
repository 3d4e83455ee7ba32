"""The right song among those that sound like it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curator.domain.finding import Candidate
from curator.music.matching import (
    POSSIBLE,
    artists_of,
    match,
    plain,
    same_song,
    score,
    take_apart,
    title_score,
    with_remark,
)


def found(*pairs):
    return [Candidate("s", str(n), artist, title) for n, (artist, title) in enumerate(pairs)]


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Lanterns", "lanterns"),
        ("Lanterns - 2011 Remaster", "lanterns"),
        ("Lanterns (Remastered 2009)", "lanterns"),
        ("Lanterns (feat. Ada Moss)", "lanterns"),
        ("Lanterns feat. Ada Moss", "lanterns"),
        ("Lanterns ft. Ada Moss & Bruno", "lanterns"),
        ("Lanterns - Radio Edit", "lanterns"),
        ("Lanterns [Bonus Track]", "lanterns"),
        ('Lanterns - From "Harbour"', "lanterns"),
        ("Lanterns - Live at the Quay", "lanterns"),
        ("(I Can't Hear) No Refrain", "no refrain"),
        ("Déjà Rêvé", "deja reve"),
        ("Don't Stop", "dont stop"),
        ("Dancing with Nobody", "dancing with nobody"),
        ("(Untitled)", "untitled"),
        ("Live", "live"),
        ("Remix", "remix"),
        ("÷", "÷"),
    ],
)
def test_what_a_title_is_called_without_its_additions(title, name):
    assert take_apart(title).name == name


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("Lanterns - Live at the Quay", {"live", "quay"}),
        ("Lanterns (Glass Remix)", {"glass", "remix"}),
        ("Lanterns (Karaoke Version)", {"karaoke"}),
        ("Lanterns - Acoustic", {"acoustic"}),
        ("Lanterns - Album Version", set()),
        ("Lanterns - 2011 Remastered Version", set()),
        ("Lanterns (Deluxe Edition)", set()),
        ("Lanterns", set()),
    ],
)
def test_which_version_a_title_is(title, words):
    assert take_apart(title).version == words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The Vowels", "vowels"),
        ("Vowels, The", "The Vowels"),
        ("Simon & Garfield", "Simon and Garfield"),
        ("Beyoncé", "beyonce"),
        ("A$h Riot", "ASh Riot"),
        ("MØRK", "Mork"),
        ("P!ne", "Pine"),
    ],
)
def test_the_same_artist_written_in_two_ways(one, other):
    assert artists_of(one)[0] == artists_of(other)[0]


def test_marks_of_other_scripts_are_letters():
    assert plain("ガ") != plain("カ")
    assert plain("й") != plain("и")


@pytest.mark.parametrize(
    ("artist", "title", "right"),
    [
        ("night ferry", "lanterns", 3),
        ("Night Ferry", "Lanterns (live)", 1),
        ("Night Ferry", "Lanterns (Glass Remix)", 2),
        ("Nite Ferry", "Lanterns", 3),
        ("Night Ferry", "Lantern", 3),
        ("Night Ferry feat. Ada Moss", "Lanterns", 3),
        ("Lantern Tribute Band", "Lanterns", 4),
    ],
)
def test_the_best_is_not_the_first(artist, title, right):
    result = match(
        artist,
        title,
        found(
            ("Karaoke Quay", "Lanterns (Originally Performed by Night Ferry)"),
            ("Night Ferry", "Lanterns - Live at the Harbour Hall"),
            ("Night Ferry", "Lanterns (Glass Remix)"),
            ("Night Ferry", "Lanterns - 2021 Remaster"),
            ("Lantern Tribute Band", "Lanterns"),
        ),
    )
    assert result.best is not None
    assert result.best.ref == str(right)


@pytest.mark.parametrize(
    ("artist", "title", "candidates"),
    [
        ("Night Ferry", "Lanterns", [("Night Ferry", "Lanterns (Glass Remix)")]),
        ("Night Ferry", "Lanterns (Moss Remix)", [("Night Ferry", "Lanterns (Glass Remix)")]),
        ("Night Ferry", "Lanterns", [("Night Ferry", "Lanterns (Karaoke Version)")]),
        ("Velvet Meridian", "Glass Orchard 3", [("Velvet Meridian", "Glass Orchard 2")]),
        (None, "Lanterns", [("Night Ferry", "Lanterns"), ("Ada Moss", "Lanterns")]),
    ],
)
def test_it_is_doubtful(artist, title, candidates):
    result = match(artist, title, found(*candidates))
    assert result.doubtful
    assert result.best is None
    assert result.candidates


LONG = "The Long Way Home over the Frozen Harbour of the North"


@pytest.mark.parametrize(
    ("asked", "other"),
    [
        (f"{LONG}, Part 2", f"{LONG}, Part 1"),
        (f"{LONG}, Pt. II", f"{LONG}, Pt. I"),
        ("The Unforgiving Harbour III", "The Unforgiving Harbour II"),
        ("The Unforgiving Harbour IX", "The Unforgiving Harbour XI"),
        ("The Unforgiving Harbour II", "The Unforgiving Harbour"),
    ],
)
def test_another_number_is_doubtful_at_most(asked, other):
    found_ = found(("Velvet Meridian", other))
    for artist in ("Velvet Meridian", None):
        assert match(artist, asked, found_).best is None
    assert match("Velvet Meridian", asked, found_).doubtful
    both = match(
        "Velvet Meridian", asked, found(("Velvet Meridian", other), ("Velvet Meridian", asked))
    )
    assert both.best is not None
    assert both.best.ref == "1"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Glass Orchard, Part II", "Glass Orchard, Part 2"),
        ("Glass Orchard, Part I", "Glass Orchard, Pt. 1"),
        ("Glass Orchard (Part IV)", "Glass Orchard (Pt. 4)"),
        ("Harbour XII", "Harbour 12"),
        ("Another Brick in the Wall (Part 2)", "Another Brick in the Wall, Pt. 2"),
        ("Another Brick in the Wall (Part 2)", "Another Brick in the Wall, Pt. II"),
        ("Another Brick in the Wall, Pt. 2", "Another Brick in the Wall (Part II)"),
    ],
)
def test_one_number_may_be_written_in_two_ways(one, other):
    [candidate] = found(("Velvet Meridian", other))
    assert match("Velvet Meridian", one, [candidate]).best is not None
    assert same_song(replace(candidate, title=one), candidate)


@pytest.mark.parametrize("found_", ["Harbour Wall, Pt. 2", "Harbour Wall, Pt. II"])
def test_a_part_in_brackets_or_not_is_the_same_part(found_):
    asked = "Harbour Wall (Part 2)"
    assert title_score(asked, found_) == 0.99
    assert title_score(asked, "Harbour Wall, Part 2") == 1.0
    assert title_score(asked, "Harbour Wall, Pt. 1") < POSSIBLE


def test_a_name_that_looks_like_a_numeral_is_none():
    assert title_score("X", "10") < POSSIBLE
    assert title_score("V", "5") < POSSIBLE
    assert match("A", "I Know X", found(("A", "I Know X"))).best is not None


@pytest.mark.parametrize(
    ("remark", "title"),
    [
        ("live, 1985: Wembley (BBC)", "Sparrow (live, 1985: Wembley BBC)"),
        ("single version", "Sparrow"),
        ("studio version", "Sparrow"),
        ("", "Sparrow"),
    ],
)
def test_a_remark_counts_where_it_names_a_version(remark, title):
    assert with_remark("Sparrow", remark) == title


def test_the_same_song_on_two_albums_is_not_doubtful():
    result = match("Night Fery", "Lanterns", found(*[("Night Ferry", "Lanterns")] * 2))
    assert result.best is not None
    assert result.best.ref == "0"


def test_a_title_alone_is_sure_when_only_one_has_it():
    result = match(None, "Saltwater Hymn", found(("Kelpie Choir", "Saltwater Hymn"), ("B", "Salt")))
    assert result.best is not None


@pytest.mark.parametrize("other", [("Night Ferry", "Daybreak"), ("Somebody Else", "Lanterns")])
def test_another_song_is_offered_but_no_doubt_is_raised(other):
    result = match("Night Ferry", "Lanterns", found(other))
    assert [c.ref for c in result.candidates] == ["0"]
    assert result.best is None
    assert not result.doubtful


def test_what_has_nothing_in_common_is_not_offered():
    assert match("Night Ferry", "Lanterns", found(("Xyz", "Qqq"))).candidates == ()


TEXT = st.text(max_size=40)


@given(TEXT, TEXT, TEXT, TEXT)
def test_scores_are_shares_and_nothing_breaks(artist, title, other_artist, other_title):
    value = score(artist, title, Candidate("s", "1", other_artist, other_title))
    assert 0.0 <= value <= 1.0


@given(st.text("abc é'&-().", min_size=1, max_size=20), st.text("xyz ", min_size=1, max_size=9))
def test_a_song_fits_itself_best(title, artist):
    if plain(title).strip() and plain(artist).strip():
        assert score(artist, title, Candidate("s", "1", artist, title)) == 1.0
