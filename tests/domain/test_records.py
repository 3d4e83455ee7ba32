"""Records and their stored form."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curator.domain.records import FEATURES, Event, Request, Sample, Song

OWN = ("id", "at", "curator", "type", "target")
WORD = st.text(min_size=1).filter(lambda s: "\n" not in s)
SONGS = st.builds(
    Song,
    artist=st.none() | st.text(),
    title=st.none() | st.text(),
    genres=st.lists(WORD, max_size=3).map(tuple),
    features=st.dictionaries(st.sampled_from(FEATURES), st.floats(-60, 220)),
    source=WORD,
)


@given(SONGS, st.text(), st.lists(WORD, max_size=3).map(tuple))
def test_a_request_survives_json(song, text, others):
    request = Request("r", "now", "typed", text, song, "@ann", None, others)
    assert Request.from_doc(json.loads(json.dumps(request.to_doc()))) == request


@given(SONGS, st.text(), st.integers(0, 2**31), st.floats(0, 100))
def test_a_sample_survives_json(song, text, seed, seconds):
    sample = Sample("s", "r", "now", text, "m", "h", seed, 3, 12, seconds, 0.8, 0.9, "z", "l", song)
    assert Sample.from_doc(json.loads(json.dumps(sample.to_doc()))) == sample


@given(st.dictionaries(WORD.filter(lambda k: k not in OWN), st.text()))
def test_an_event_survives_json(data):
    event = Event("e", "now", "ann", "judged", "s", data)
    assert Event.from_doc(json.loads(json.dumps(event.to_doc()))) == event


def test_documents_are_flat():
    song = Song("A", "T", ("x", "y"), {"energy": 0.5})
    for record in (Request("r", "n", "t", "x", song), Sample("s", "r", "n", "x", "m", song=song)):
        assert not any(isinstance(v, list | dict | tuple) for v in record.to_doc().values())


def test_event_data_may_not_hide_the_event():
    with pytest.raises(ValueError, match="target"):
        Event("e", "now", "ann", "judged", "s", {"target": "x"}).to_doc()


def test_the_models_know_the_same_features():
    path = Path(__file__).parents[2] / "models" / "conditions.json"
    names = [f["name"] for f in json.loads(path.read_text("utf-8"))["features"]]
    assert tuple(names) == FEATURES
