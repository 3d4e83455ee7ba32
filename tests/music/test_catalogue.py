"""The curator's own catalogue: as people write such tables."""

import csv
import os
import sqlite3

import pytest

from curator.domain.finding import Candidate
from curator.music import catalogue as module
from curator.music.catalogue import Catalogue
from curator.music.matching import match
from curator.music.source import SourceError

HEAD = "track_id,track,artist,album,artist_genres,energy,tempo\n"


@pytest.fixture
def catalogue(tmp_path):
    made = Catalogue(tmp_path)
    yield made
    made.close()


def best(catalogue, artist, title):
    return match(artist, title, catalogue.search(artist, title)).best


def test_without_a_file_nothing_is_known(catalogue, tmp_path):
    assert catalogue.search("Night Ferry", "Lanterns") == []
    assert list(tmp_path.iterdir()) == []


def test_a_table_as_they_are_passed_around(catalogue, tmp_path):
    text = HEAD + (
        '1,"Lanterns - Live",Night Ferry,Harbour,dream pop|Shoegaze|seen live,0.9,120\n'
        "2,Lanterns,Night Ferry,Low Water,dream pop|Shoegaze,0.5,\n"
        "3,,Nobody,,,,\n"
        "4,Undertow,Ada Moss,,,7,0\n"
    )
    (tmp_path / "catalogue.csv").write_text(text, "utf-8")
    found = best(catalogue, "night ferry", "lanterns")
    assert found == Candidate("catalogue", "2", "Night Ferry", "Lanterns", "Low Water", 1.0)
    details = catalogue.details(found)
    assert details.genres == ("dream pop", "shoegaze")
    assert details.features == {"energy": 0.5}
    assert catalogue.details(best(catalogue, "Ada Moss", "Undertow")).features == {}


@pytest.mark.parametrize(
    "genres", ["['dream pop', 'rock']", "dream pop;rock", '["dream pop","rock"]']
)
def test_lists_in_a_cell(catalogue, tmp_path, genres):
    with (tmp_path / "catalogue.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["artists", "name", "genres"], ["['A B']", "T U", genres]])
    found = best(catalogue, "A B", "T U")
    assert found.artist == "A B"
    assert catalogue.details(found).genres == ("dream pop", "rock")


def test_parquet(catalogue, tmp_path):
    import pyarrow
    import pyarrow.parquet

    rows = [{"artist": "Night Ferry", "title": "Lanterns", "genres": ["dream pop"], "tempo": 118.0}]
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), tmp_path / "catalogue.parquet")
    details = catalogue.details(best(catalogue, "Night Ferry", "Lanterns"))
    assert (details.genres, details.features) == (("dream pop",), {"tempo": 118.0})


def test_a_changed_file_is_read_again_and_an_old_row_is_no_other_song(catalogue, tmp_path):
    file = tmp_path / "catalogue.csv"
    file.write_text(HEAD + "1,Lanterns,Night Ferry,,,,\n")
    old = best(catalogue, "Night Ferry", "Lanterns")
    file.write_text(HEAD + "1,Undertow,Ada Moss,,techno,,\n")
    os.utime(file, ns=(1, 1))
    assert best(catalogue, "Night Ferry", "Lanterns") is None
    assert best(catalogue, "Ada Moss", "Undertow") is not None
    assert catalogue.details(old).genres == ()


def test_the_index_is_made_once(catalogue, tmp_path):
    (tmp_path / "catalogue.csv").write_text(HEAD + "1,Lanterns,Night Ferry,,,,\n")
    assert best(catalogue, "Night Ferry", "Lanterns")
    made = (tmp_path / "cache" / "catalogue.db").stat().st_mtime_ns
    again = Catalogue(tmp_path)
    assert best(again, "Night Ferry", "Lanterns")
    again.close()
    assert (tmp_path / "cache" / "catalogue.db").stat().st_mtime_ns == made


@pytest.mark.parametrize("text", ["", "artist,genres\nA,b\n", "\0\0\0", "title\n" + "x" * 200_000])
def test_a_file_that_is_no_catalogue_is_said(catalogue, tmp_path, text):
    (tmp_path / "catalogue.csv").write_text(text)
    with pytest.raises(SourceError, match=r"catalogue.csv can't be used"):
        catalogue.search("A", "b")


def test_a_damaged_index_is_made_anew(catalogue, tmp_path):
    (tmp_path / "catalogue.csv").write_text(HEAD + "1,Lanterns,Night Ferry,,,,\n")
    assert best(catalogue, "Night Ferry", "Lanterns")
    catalogue.close()
    (tmp_path / "cache" / "catalogue.db").write_bytes(b"nonsense" * 100)
    assert best(catalogue, "Night Ferry", "Lanterns")


def test_whatever_is_asked_is_only_words(catalogue, tmp_path):
    (tmp_path / "catalogue.csv").write_text(HEAD + '1,"÷ ""OR"" NOT (","!!!",,,,\n')
    for title in ('" OR 1', "NEAR(", "*", "'; DROP TABLE songs", "÷", "NOT"):
        catalogue.search("!!!", title)
    assert best(catalogue, "!!!", '÷ "OR" NOT (') is not None


@pytest.mark.parametrize("sign", ['"', '""', "\0", '"\0"', "'", "\\"])
def test_a_name_of_signs_alone_breaks_nothing(catalogue, tmp_path, sign):
    (tmp_path / "catalogue.csv").write_text(HEAD + "1,Lanterns,Night Ferry,,,,\n")
    assert best(catalogue, "Night Ferry", "Lanterns")
    made = (tmp_path / "cache" / "catalogue.db").stat().st_ino
    assert list(catalogue.search(sign, sign)) == []
    assert [c.title for c in catalogue.search("Night Ferry", sign)] == ["Lanterns"]
    assert (tmp_path / "cache" / "catalogue.db").stat().st_ino == made


def test_two_that_build_the_index_at_once_are_not_in_each_others_way(
    catalogue, tmp_path, monkeypatch
):
    (tmp_path / "catalogue.csv").write_text(HEAD + "1,Lanterns,Night Ferry,,,,\n")
    other, fill = Catalogue(tmp_path), module._fill

    def interrupted(database, songs):
        monkeypatch.setattr(module, "_fill", fill)
        assert best(other, "Night Ferry", "Lanterns")
        fill(database, songs)

    monkeypatch.setattr(module, "_fill", interrupted)
    assert best(catalogue, "Night Ferry", "Lanterns")
    other.close()
    assert [file.name for file in (tmp_path / "cache").iterdir()] == ["catalogue.db"]


def test_no_drafts_of_the_index_are_left_behind(catalogue, tmp_path, monkeypatch):
    (tmp_path / "catalogue.csv").write_text(HEAD + "1,Lanterns,Night Ferry,,,,\n")
    cache = tmp_path / "cache"
    cache.mkdir()
    for name, when in (
        ("catalogue.new", 1.0),
        ("catalogue.7-a.new", 1.0),
        ("catalogue.8-b.new", None),
    ):
        (cache / name).touch()
        if when:  # a process was killed over it, long ago
            os.utime(cache / name, (when, when))

    def full(database, songs):
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(module, "_fill", full)
        with pytest.raises(SourceError):
            catalogue.search("Night Ferry", "Lanterns")
    assert [file.name for file in cache.iterdir()] == ["catalogue.8-b.new"]
    assert best(catalogue, "Night Ferry", "Lanterns")
