import numpy as np
import pytest

from models.conditions import condition_space, normalise_label, read_table


@pytest.mark.parametrize(
    ("label", "genre", "family"),
    [
        ("shoegaze", "shoegaze", "rock"),
        ("Drum-and-Bass", "drum and bass", "electronic"),
        ("hip-hop", "hip hop", "hip hop"),
        ("melodic dubstep", "dubstep", "electronic"),
        ("atmospheric black metal", "black metal", "metal"),
        ("Swedish Tropical House", "house", "electronic"),
        ("electroswing", "swing", "jazz"),
        ("jazz rap", "jazz rap", "hip hop"),
        ("Electronic", "electronic", "electronic"),
        ("mariachi", None, "latin"),
        ("RnB", "r&b", "r&b and soul"),
    ],
)
def test_labels_find_their_kept_genre_or_family(label, genre, family):
    kept = condition_space().keep(label)
    assert kept is not None
    assert (kept.genre, kept.family) == (genre, family)


@pytest.mark.parametrize("label", ["", "zzz", "432hz", "metallic", "popular things", "[red]"])
def test_unknown_labels_are_dropped(label):
    assert condition_space().keep(label) is None


def test_every_kept_genre_maps_to_itself():
    space = condition_space()
    for genre in space.genres:
        kept = space.keep(genre.upper())
        assert kept is not None
        assert kept.genre == genre


def test_a_genre_sets_its_bit_and_its_family():
    space = condition_space()
    vector = space.encode(["techno"], {})
    on = {(space.genres + space.families)[i] for i in np.flatnonzero(vector)}
    assert on == {"techno", "electronic"}


def test_features_are_scored_and_missing_ones_masked():
    space = condition_space()
    count = len(space.features)
    vector = space.encode([], {"tempo": 149.0, "energy": float("nan"), "nonsense": 3.0})
    scores, masks = vector[space.labels : space.labels + count], vector[-count:]
    at = space.features.index("tempo")
    assert scores[at] == pytest.approx(1.0)
    assert masks.sum() == 1
    assert masks[at] == 1
    assert np.isfinite(vector).all()


def test_a_wild_value_is_cut():
    space = condition_space()
    vector = space.encode([], {"tempo": 1e9})
    assert vector.max() <= 3.0


def test_labels_are_normalised():
    assert normalise_label("  Lo_Fi-Beats/Chill! ") == "lo fi beats chill"


def test_tables_say_where_they_are_wrong(tmp_path):
    path = tmp_path / "table.txt"
    path.write_text("a: b\n# note\n\nbroken\n")
    with pytest.raises(ValueError, match="line 4"):
        read_table(path)
