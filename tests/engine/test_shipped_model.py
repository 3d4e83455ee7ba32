"""The engine with the model that ships."""

from pathlib import Path

import pytest

from curator.domain.records import Song
from curator.engine.client import EngineClient, Event, WriteJob
from curator.engine.messages import Tokens, Written

SONG = Song("Nina Simone", "Sinnerman", ("jazz", "soul"), {"energy": 0.8, "tempo": 140.0})


@pytest.fixture(scope="module")
def shipped() -> None:
    from models.library import DEFAULT, available

    if DEFAULT not in {info.name for info in available()}:
        pytest.skip(f"the weights of {DEFAULT} are not there")


def _of(events: list[Event]) -> Written:
    return next(event for event in events if isinstance(event, Written))


@pytest.mark.usefixtures("shipped")
async def test_the_engine_writes_what_the_writer_writes(tmp_path: Path) -> None:
    from models.library import load
    from models.writer import Conditions, SampleEvent, Sampling

    engine = EngineClient(log=tmp_path / "engine.log")
    await engine.start()
    job = WriteJob("1", SONG, 4, seed=11, first_row=2, temperature=0.7, top_p=0.9)
    events = [event async for event in engine.write(job)]
    encoded = await engine.encode("The drums never let go.", SONG)
    surprisals = await engine.surprisal("The drums never let go.", SONG)
    shares = await engine.contributions("The drums never let go.", SONG)
    others = await engine.contributions("The drums never let go.", SONG, z=_of(events).z)
    await engine.close()

    writer = load("cvae-small", "cpu")
    conditions = Conditions(SONG.artist, SONG.title, SONG.genres, SONG.features)
    direct = writer.write(conditions, 4, 11, first_row=2, sampling=Sampling(0.7, 0.9))
    expected = {e.row: (e.text, e.tokens) for e in direct if isinstance(e, SampleEvent)}
    assert engine.info is not None
    if engine.info.device != "cpu":
        pytest.skip("another device rounds otherwise")
    assert {e.row: (e.text, e.tokens) for e in events if isinstance(e, Written)} == expected
    assert any(isinstance(event, Tokens) for event in events)
    assert {e.weights for e in events if isinstance(e, Written)} == {writer.weights_hash}
    assert encoded
    assert "".join(piece for piece, _ in shares).strip("⏎ ") == "The drums never let go."
    assert all(by.keys() == {*SONG.genres, *SONG.features, "z", "words before"} for _, by in shares)
    assert {piece: by["z"] for piece, by in shares} != {piece: by["z"] for piece, by in others}
    assert "".join(piece for piece, _ in surprisals).strip() == "The drums never let go."
