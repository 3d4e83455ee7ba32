"""Looking into samples at the desk: what is asked, when, and what is kept of it."""

import asyncio
from dataclasses import replace

import pytest

from curator.desk.exploring import STEPS
from curator.domain.records import Sample, Song
from curator.domain.vectors import pack, unpack
from curator.engine.client import EngineError
from curator.engine.messages import Tokens, Written


class Answers:
    """What an engine says of texts; z is the text's length and 1."""

    def __init__(self, engine):
        self.asked = []
        self.ended = []
        self.fails = False
        for name in ("surprisal", "contributions", "encode", "decode"):
            setattr(engine, name, getattr(self, name))

    async def surprisal(self, text, song):
        self.asked.append(("surprisal", text, song))
        if self.fails:
            raise EngineError("no model")
        return [(text, 1.5)]

    async def contributions(self, text, song, *, z=None):
        self.asked.append(("contributions", text, song, z))
        return [(text, {"energy": 0.5})]

    async def encode(self, text, song):
        self.asked.append(("encode", text, song))
        return pack((float(len(text)), 1.0))

    async def decode(self, z, song, *, seed, temperature=0.5, top_p=0.9):
        self.asked.append(("decode", tuple(z), song, seed))
        try:
            yield Tokens("d", {"0": "Between"})
            yield Written("d", 0, f"Between at {unpack(z[0])[0]:.1f}.", 3, 0.1, z[0], "", "m", "h")
        finally:
            self.ended.append(z)


@pytest.fixture
async def answers(desk):
    return Answers(desk.engine)


@pytest.fixture
async def pair(desk, until, answers):
    """Return two samples of a request, both written by the loaded model."""
    [request] = desk.asking.typed("Night Ferry - Lanterns")
    desk.writing.face(request.id)
    await until(lambda: len(desk.ledger.samples(request.id)) == 3)
    await until(lambda: not desk.writing.is_wanted(request.id))
    desk.ledger.add(
        *(
            Sample(f"x{n}", request.id, "2026-01-01T00:00:00.000Z", f"Sample {n}{'!' * n}",
                   "scripted", weights="hash", seed=5, z=pack((float(n), 2.0)), song=SONG)
            for n in range(2)
        )
    )  # fmt: skip
    return [desk.ledger.sample(f"x{n}") for n in range(2)]


SONG = Song("Night Ferry", "Lanterns", ("dub",), {"energy": 0.5})


async def read(desk, walk, at):
    return [reading async for reading in desk.exploring.read(walk, at)]


async def test_the_text_as_it_stands_is_asked_about_under_its_own_song(desk, pair, answers):
    sample = pair[0]
    desk.asking.correct(sample.request_id, Song("Night Ferry", "Another"))
    assert await desk.exploring.surprisal(sample) == [("Sample 0", 1.5)]
    assert answers.asked[-1] == ("surprisal", "Sample 0", SONG)
    await desk.exploring.contributions(sample)
    assert answers.asked[-1] == ("contributions", "Sample 0", SONG, sample.z)
    desk.judging.edit(sample.id, "Edited.")
    await desk.exploring.contributions(sample)
    assert answers.asked[-1] == ("contributions", "Edited.", SONG, None)


async def test_what_came_from_a_file_is_asked_about_under_the_request_s_song(desk, pair, answers):
    sample = Sample("f", pair[0].request_id, "2026-01-01T00:00:00.000Z", "Old.", "imported")
    desk.ledger.add(sample)
    await desk.exploring.surprisal(sample)
    assert answers.asked[-1][2].title == "Lanterns"
    assert not desk.exploring.is_own(sample)
    assert desk.exploring.is_own(pair[0])
    # A model that chooses otherwise, and reads as the one that wrote it.
    desk.engine.info = replace(desk.engine.info, weights="later", kin=[pair[0].weights, "later"])
    assert desk.exploring.is_own(pair[0])
    desk.engine.info = replace(desk.engine.info, kin=["another", "later"])
    assert not desk.exploring.is_own(pair[0])


async def test_a_walk_begins_and_ends_at_what_the_samples_were_written_from(desk, pair, answers):
    walk = await desk.exploring.walk(*pair)
    assert len(walk.points) == STEPS
    assert (walk.points[0], walk.points[-1]) == (pair[0].z, pair[1].z)
    assert answers.asked == []
    desk.judging.edit(pair[1].id, "Edited.")
    walk = await desk.exploring.walk(*pair)
    assert walk.points[-1] == pack((7.0, 1.0))
    assert [walk.share(n) for n in (0, 3, 6)] == [0.0, 0.5, 1.0]


async def test_points_are_read_as_they_grow_always_with_one_seed(desk, pair, answers):
    walk = await desk.exploring.walk(*pair)
    growing, whole = await read(desk, walk, 0)
    assert (growing.text, growing.written) == ("Between", None)
    assert whole.text == "Between at 0.0."
    assert whole.written.row == 0
    await read(desk, walk, 6)
    assert {seed for kind, *_, seed in answers.asked if kind == "decode"} == {walk.seed}
    again = await desk.exploring.walk(*pair)
    assert again.seed == walk.seed


async def test_reading_that_is_left_is_called_off(desk, pair, answers):
    walk = await desk.exploring.walk(*pair)
    readings = desk.exploring.read(walk, 2)
    await anext(readings)
    await readings.aclose()
    assert answers.ended == [[walk.points[2]]]


async def test_a_kept_point_can_be_judged_and_written_again(desk, desks, until, pair):
    walk = await desk.exploring.walk(*pair)
    *_, reading = await read(desk, walk, 3)
    before = len(desk.heard)
    sample = desk.exploring.keep(walk, 3, reading.written)
    assert desk.exploring.keep(walk, 3, reading.written) == sample
    assert {type(change).__name__ for change in desk.heard[before:]} >= {"CardsChanged"}
    assert (sample.z, sample.seed, sample.row) == (walk.points[3], walk.seed, 0)
    assert (sample.model, sample.weights, sample.song) == ("m", "h", SONG)
    assert sample.temperature < 0.5
    desk.judging.approve(sample.id)
    cards = desk.cards.of(sample.request_id)
    assert [card.number for card in cards] == [1, 2, 3, 4, 5, 6]
    assert cards[-1].sample == sample
    await desk.close()
    [kept] = [s for s in (await desks()).ledger.samples(sample.request_id) if s.id == sample.id]
    assert kept == sample


async def test_what_the_curator_waits_for_is_written_first(desk, until, pair, answers):
    engine, request_id = desk.engine, pair[0].request_id
    engine.held_from = 3
    desk.writing.more(request_id)
    await until(lambda: desk.writing.current == request_id)
    asking = asyncio.create_task(desk.exploring.surprisal(pair[0]))
    await asyncio.sleep(0.01)
    assert answers.asked == []
    engine.gate.set()
    assert await asking == [("Sample 0", 1.5)]
    assert not desk.writing.is_wanted(request_id)


async def test_a_question_that_is_called_off_is_never_asked(desk, until, pair, answers):
    desk.engine.held_from = 3
    desk.writing.more(pair[0].request_id)
    await until(lambda: desk.writing.current is not None)
    asking = asyncio.create_task(desk.exploring.surprisal(pair[0]))
    await asyncio.sleep(0)
    asking.cancel()
    desk.engine.gate.set()
    await until(lambda: desk.writing.current is None)
    assert answers.asked == []


async def test_why_there_is_no_answer_is_passed_on(desk, pair, answers):
    answers.fails = True
    with pytest.raises(EngineError, match="no model"):
        await desk.exploring.surprisal(pair[0])
