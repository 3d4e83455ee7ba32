import pytest

from curator.bench.lab import Lab, Scale

TINY = Scale(
    seconds_a_turn=0.0,
    turns=1,
    batches=(1, 2),
    words=500,
    starts=1,
    sizes=(10, 40),
    judgements=3,
    tinydb_inserts=(2, 1),
    keys=4,
)


@pytest.fixture
def told():
    return []


@pytest.fixture
def lab(tmp_path, told):
    return Lab(
        tmp_path,
        TINY,
        model="cvae-small",
        device="cpu",
        tell=lambda what, done: told.append((what, done)),
    )
