import csv
import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.corpus import SourceError, prepare
from models.corpus.aspects import features_of, genres_of
from models.corpus.cleaning import dull, sentences, tidy
from models.corpus.duplicates import NearDuplicates, over_cap
from models.corpus.funnel import Funnel
from models.corpus.prepare import split_of
from models.corpus.records import Sentence
from models.corpus.sources import read

KICKS = "Metallic kicks drive hard under the synths."


def write_captions(path, rows):
    with path.open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["ytid", "aspect_list", "caption"])
        table.writerows(rows)


@pytest.fixture
def sources(tmp_path):
    captions = tmp_path / "captions.csv"
    tags = "['techno', 'fast tempo', 'energetic', 'low quality']"
    write_captions(
        captions,
        [
            (
                "a1",
                tags,
                f"{KICKS} The whole recording is rather noisy and thin.",
            ),
            ("a2", "[]", "A banjo rolls along while two fiddles answer each other politely. Yes."),
            ("a3", "[]", "Dieses Lied klingt sehr schön und die Gitarre spielt eine Melodie dazu."),
            ("a4", "[]", "Metallic kicks drive hard under the synths again."),
            ("a5", "[]", "  "),
        ],
    )
    voice = tmp_path / "voice.jsonl"
    lines = [
        {"text": "{artist} leans on one chord until it creaks.", "genres": ["drone"]},
        {"text": "Bright horns walk in and rearrange the whole room.", "features": {"energy": 0.9}},
    ]
    voice.write_text("\n".join(json.dumps(line) for line in lines) + "\n{broken\n[1]\n")
    return [captions, voice, tmp_path / "missing.csv", tmp_path / "thing.xlsx"]


def test_the_funnel_accounts_for_every_row(sources):
    corpus = prepare(sources)
    funnel = corpus.funnel
    kept = corpus.train + corpus.valid + corpus.test
    assert funnel.read == {"captions.csv": 5, "voice.jsonl": 4}
    assert funnel.passages == 9
    assert funnel.dropped_passages == {"unreadable": 3, "not English": 1}
    assert funnel.sentences == 7
    dropped = funnel.dropped_sentences
    assert dropped == {"recording quality": 1, "too short": 1, "duplicate": 1}
    assert funnel.kept == len(kept) == 4
    assert funnel.sentences - sum(dropped.values()) == funnel.kept
    assert sum(funnel.splits.values()) == funnel.kept


def test_bad_files_and_lines_are_named_and_the_rest_is_used(sources):
    funnel = prepare(sources).funnel
    assert [path.rsplit("/")[-1] for path in funnel.refused] == ["missing.csv", "thing.xlsx"]
    assert any("voice.jsonl, line 3" in line for line in funnel.bad_lines)
    assert any("voice.jsonl, line 4" in line for line in funnel.bad_lines)
    printed = "\n".join(funnel.lines())
    assert "recording quality" in printed
    assert "missing.csv" in printed
    assert json.loads(json.dumps(funnel.to_dict()))["sentences_kept"] == 4


@pytest.mark.parametrize(
    ("name", "content", "bad"),
    [
        ("bad.jsonl", "{oops\n{oops\n", 2),
        ("bad.csv", "caption,id\n,1\n,2\n", 2),
        ("bad.json", '[{"title": "no text", "url": "u"}]', 1),
    ],
)
def test_rows_of_a_refused_file_are_not_counted_and_still_named(
    tmp_path, sources, name, content, bad
):
    (tmp_path / name).write_text(content)
    funnel = prepare([tmp_path / name, *sources[1:]]).funnel
    assert "no text in it" in funnel.refused[str(tmp_path / name)]
    assert funnel.read == {"voice.jsonl": 4}
    assert funnel.passages == 4
    assert funnel.dropped_passages == {"unreadable": 2}
    assert sum(name in line for line in funnel.bad_lines) == bad


def test_nothing_usable_is_an_error(tmp_path):
    (tmp_path / "a.csv").write_text("x,y\n1,2\n")
    (tmp_path / "b.txt").write_bytes(b"\xff\xfe\xfa")
    with pytest.raises(SourceError, match="no text column"):
        prepare([tmp_path / "a.csv", tmp_path / "b.txt"])


def test_conditions_come_from_aspects(sources):
    corpus = prepare(sources)
    kept = {s.text: s for s in corpus.train + corpus.valid + corpus.test}
    sentence = kept[KICKS]
    assert sentence.genres == ("techno",)
    assert sentence.features["tempo"] == 146
    assert sentence.features["energy"] == 0.85


def test_plain_text_and_other_tables_are_read(tmp_path):
    (tmp_path / "a.txt").write_text("The bass hums below while the choir waits for its turn.\n" * 2)
    (tmp_path / "b.csv").write_text("id,Text\n1,A slow organ fills the hall before anyone sings.\n")
    corpus = prepare([tmp_path / "a.txt", tmp_path / "b.csv"])
    assert corpus.funnel.kept == 2


HALF = "\ud83d"
"""Of a surrogate pair: JSON can write it, UTF-8 cannot."""


@pytest.mark.parametrize(
    "row",
    [
        {"text": f"{KICKS}{HALF}"},
        {"text": KICKS, "song": HALF, "genres": [HALF]},
        {"content": f"{KICKS}{HALF}", "title": f"Foxes{HALF} - Salt", "tags": [HALF]},
    ],
)
def test_half_a_character_in_a_row_spoils_nothing(tmp_path, row):
    (tmp_path / "a.jsonl").write_text(json.dumps(row) + "\n")
    corpus = prepare([tmp_path / "a.jsonl"])
    [kept] = corpus.train + corpus.valid + corpus.test
    assert kept.text.startswith(KICKS)
    assert kept.text.encode()
    assert corpus.fingerprint()


def test_a_file_may_have_any_name(tmp_path):
    file = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.txt"))
    try:
        file.write_text(KICKS + "\n")
    except OSError:
        pytest.skip("names of files are UTF-8 here")
    funnel = prepare([file, file.with_suffix(".xlsx")]).funnel
    assert funnel.kept == 1
    assert json.dumps(funnel.to_dict())
    assert "\n".join(funnel.lines()).encode()


@given(st.text("\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029 ", max_size=4))
def test_a_cell_holds_whatever_its_quotation_marks_hold(tmp_path_factory, gap):
    file = tmp_path_factory.mktemp("cells") / "a.csv"
    with file.open("w", newline="", encoding="utf-8") as out:
        rows = csv.writer(out)
        rows.writerow(["caption", "ytid"])
        rows.writerow([f"Soft drums{gap} and a choir", "one"])
        rows.writerow(["A bass", "two"])
    funnel = Funnel()
    passages = read(file, funnel)
    assert [p.song for p in passages] == ["one", "two"]
    assert passages[0].text.split() == f"Soft drums{gap} and a choir".split()
    assert not funnel.bad_lines


def test_a_song_is_never_split(tmp_path):
    first = "The {} guitar keeps a steady rhythm behind the singer tonight."
    second = "Soft {} drums answer every phrase with a patient little roll."
    words = [f"{a}{b}" for a in ("am", "bo", "cu", "de") for b in "fghjklmnprstvz"]
    rows = [
        (f"song{i}", "[]", f"{first.format(w)} {second.format(w)}") for i, w in enumerate(words)
    ]
    write_captions(tmp_path / "c.csv", rows)
    corpus = prepare([tmp_path / "c.csv"])
    parts = [{s.song for s in part} for part in (corpus.train, corpus.valid, corpus.test)]
    assert not parts[0] & parts[1]
    assert not parts[0] & parts[2]
    assert not parts[1] & parts[2]


def test_the_split_follows_from_the_song_alone():
    names = [f"song {i}" for i in range(2000)]
    splits = [split_of(name) for name in names]
    assert splits == [split_of(name) for name in names]
    assert 40 < splits.count("test") < 130
    assert 40 < splits.count("valid") < 130


def test_openings_are_capped():
    generic = [Sentence(f"The song has a {i} thing.", str(i), "captions") for i in range(30)]
    others = [Sentence(f"Number{i} drums roll on.", str(i), "captions") for i in range(70)]
    dropped = over_cap(generic + others, 0.1)
    assert len(dropped) == 20
    assert max(dropped) < 30


def test_near_duplicates_are_seen_and_relatives_are_not():
    known = NearDuplicates()
    assert not known.seen("The bass line walks down the stairs in the dark.")
    assert known.seen("the bass line walks down the stairs in the dark")
    assert known.seen("And the bass line walks down the stairs in the dark again.")
    assert not known.seen("The bass line climbs a ladder in broad daylight.")


def test_the_shortest_relative_counts_however_many_longer_ones_there_are():
    known = NearDuplicates()
    assert not known.seen("brass climbs the hill")
    tail = "while the organ waits below"
    for other in ("one red cat sat by it", "two green dogs ran up there", "six blue fish swam on"):
        assert not known.seen(f"{other} {tail}")
    assert known.seen(f"brass climbs the hill {tail}")


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("The audio quality is poor.", "recording quality"),
        ("There are no other instruments.", "what is absent"),
        ("This could be used in a car advert.", "not music"),
        ("The cello climbs while the drums hold back.", None),
    ],
)
def test_dull_sentences_have_a_reason(sentence, reason):
    assert dull(sentence) == reason


def test_text_is_tidied():
    assert tidy("A ‘soft’\x00 line\u202e , with  space .") == "A 'soft' line, with space."
    assert list(sentences("the drums stop. then, silence")) == ["The drums stop.", "Then, silence."]


@pytest.mark.parametrize("sign", "♭♬♩♪♫♮♯☝☄☉♨∯")
def test_signs_that_the_segmenter_uses_itself_stay(sign):
    text = tidy(f"The horn holds a B{sign} and {sign} until it ends. Then it stops in A{sign}.")
    assert " ".join(sentences(text)) == text
    assert len(list(sentences(text))) == 2


def test_the_longest_tag_of_an_aspect_counts():
    assert features_of(["medium fast tempo"]) == {"tempo": 124}
    assert features_of(["very slow tempo", "fast tempo"]) == {"tempo": 103}
    assert genres_of(["hip hop beat", "white noise", "rock song", "rock"]) == ("hip hop", "rock")
