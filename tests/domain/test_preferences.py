from dataclasses import replace
from typing import Any

import pytest

from curator.domain.columns import DPO_COLUMNS, KTO_COLUMNS
from curator.domain.exporting import dpo_rows, kto_rows
from curator.domain.preferences import prompt
from curator.domain.records import Event, Request, Sample, Scalar, Song
from curator.domain.session import Session

SONG = Song("Ann", "Rain", ("dub",), {"energy": 0.9}, "typed")
REQUEST = Request("r", "2026-01-01T00:00:00.000Z", "typed", "Ann – Rain", SONG)


def samples(songs: dict[str, Song] | None = None) -> list[Sample]:
    songs = songs or {}
    return [
        Sample(s, "r", "", f"words {s}", "m", seed=7, row=n, song=songs.get(s, SONG))
        for n, s in enumerate("abcd")
    ]


def session(*said: tuple[str, str, dict[str, Scalar]]) -> Session:
    return Session(
        Event(f"e{n}", "t", "ann", kind, target, {"request": "r", **data})  # type: ignore[arg-type]
        for n, (kind, target, data) in enumerate(said)
    )


def judged(target: str, verdict: str) -> tuple[str, str, dict[str, Scalar]]:
    return "judged", target, {"verdict": verdict}


def kto(now: Session) -> list[dict[str, Any]]:
    return list(kto_rows([REQUEST], lambda _: samples(), now))


def dpo(now: Session, songs: dict[str, Song] | None = None) -> list[tuple[Any, ...]]:
    rows = dpo_rows([REQUEST], lambda _: samples(songs), now)
    return [
        (row["kind"], row["chosen"].removeprefix(" "), row["rejected"].removeprefix(" "))
        for row in rows
    ]


@pytest.mark.parametrize(
    ("song", "sentence"),
    [
        (SONG, "Write a comment on the song “Rain” by Ann (dub; energetic)."),
        (Song("Ann", "Rain"), "Write a comment on the song “Rain” by Ann."),
        (Song("Ann", None), "Write a comment on a song by Ann."),
        (Song(None, "Ra\n in"), "Write a comment on the song “Ra in”."),
        (Song("A", "B", ("dub", "ska")), "Write a comment on the song “B” by A (dub, ska)."),
        (
            Song("A", "B", (), {"energy": 0.1, "tempo": 180.0, "valence": 0.5, "loudness": -3.0}),
            "Write a comment on the song “B” by A (calm, fast, loud).",
        ),
        (Song(), "Write a comment on a song."),
    ],
)
def test_the_prompt_is_a_plain_sentence(song: Song, sentence: str) -> None:
    assert prompt(song) == sentence


def test_kto_takes_approved_and_rejected_ones_as_they_read_now() -> None:
    now = session(
        judged("a", "approve"),
        judged("b", "reject"),
        ("rated", "c", {"stars": 5}),
        ("edited", "a", {"text": "better"}),
    )
    first, second = kto(now)
    assert (first["completion"], first["label"], first["edited"]) == (" better", True, True)
    assert (second["completion"], second["label"], second["seed"]) == (" words b", False, 7)
    assert first["prompt"] == prompt(SONG)
    assert list(first) == list(KTO_COLUMNS)
    assert (first["artist"], first["genres"], first["energy"]) == ("Ann", ["dub"], 0.9)


def test_an_undone_verdict_is_no_label() -> None:
    now = session(judged("a", "approve"))
    now.apply(Event("u", "t", "ann", "undone", "e0"))
    assert kto(now) == []


@pytest.mark.parametrize(
    ("said", "pairs"),
    [
        (
            [judged("a", "approve"), judged("b", "reject")],
            [("approved>rejected", "words a", "words b")],
        ),
        (
            [("ranked", "a", {"rank": "worst"}), ("ranked", "c", {"rank": "best"})],
            [("best>worst", "words c", "words a")],
        ),
        (
            [("rated", "a", {"stars": 2}), ("rated", "b", {"stars": 5}),
             ("rated", "c", {"stars": 2})],
            [("stars", "words b", "words a"), ("stars", "words b", "words c")],
        ),
        ([("edited", "a", {"text": "better"})], [("edited>original", "better", "words a")]),
        ([("edited", "a", {"text": "better"}), judged("a", "reject")], []),
        ([judged("a", "approve")], []),
    ],
)  # fmt: skip
def test_pairs(
    said: list[tuple[str, str, dict[str, Scalar]]], pairs: list[tuple[str, ...]]
) -> None:
    assert dpo(session(*said)) == pairs


def test_a_pair_is_given_once_and_never_both_ways() -> None:
    now = session(
        judged("a", "approve"),
        judged("b", "reject"),
        ("rated", "a", {"stars": 1}),
        ("rated", "b", {"stars": 5}),
    )
    assert dpo(now) == [("approved>rejected", "words a", "words b")]


def test_texts_written_for_different_songs_are_no_pair() -> None:
    now = session(judged("a", "approve"), judged("b", "reject"))
    assert dpo(now, {"b": Song("Bob", "Snow")}) == []


def test_rows_of_pairs_have_the_columns() -> None:
    now = session(judged("a", "approve"), judged("b", "reject"))
    (row,) = dpo_rows([REQUEST], lambda _: samples(), now)
    assert list(row) == list(DPO_COLUMNS)
    assert (row["chosen_row"], row["rejected_row"], row["rejected_seed"]) == (0, 1, 7)
    assert (row["chosen_id"], row["rejected_id"]) == ("a", "b")


def test_prompt_and_text_joined_are_a_text_as_trl_joins_them() -> None:
    now = session(judged("a", "approve"), judged("b", "reject"))
    for row in kto(now):
        assert row["prompt"] + row["completion"] == f"{prompt(SONG)} words {row['sample_id']}"
        assert isinstance(row["label"], bool)
    (pair,) = dpo_rows([REQUEST], lambda _: samples(), now)
    assert f"{pair['prompt']}{pair['chosen']}" == f"{prompt(SONG)} words a"
    assert f"{pair['prompt']}{pair['rejected']}" == f"{prompt(SONG)} words b"


def test_rows_say_which_version_and_arm_wrote_a_text() -> None:
    made = [replace(s, arm="steered", learned="v", seed=0) for s in samples()]
    (row,) = kto_rows([REQUEST], lambda _: made, session(judged("a", "approve")))
    assert (row["arm"], row["learned"], row["seed"]) == ("steered", "v", 0)
    (plain,) = kto(session(judged("a", "approve")))
    assert (plain["arm"], plain["learned"]) == (None, None)
