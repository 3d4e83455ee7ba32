import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curator.engine.messages import (
    Cancel,
    Cancelled,
    Contributed,
    Contributions,
    Decode,
    Done,
    Encode,
    Encoded,
    Failed,
    Generate,
    Load,
    Message,
    Progress,
    Ready,
    Surprisal,
    Surprisals,
    Tokens,
    Train,
    Trained,
    Written,
)
from curator.engine.protocol import ProtocolError, from_line, to_line

TEXT = st.text(st.characters(exclude_categories=["Cs"]))  # surrogates are no text
NUMBER = st.floats(allow_nan=False)
ROW = st.integers(0, 2**31)
ABOUT = {
    "artist": st.none() | TEXT,
    "title": st.none() | TEXT,
    "genres": st.lists(TEXT),
    "features": st.dictionaries(TEXT, NUMBER),
}
MESSAGES: st.SearchStrategy[Message] = st.one_of(
    st.builds(Load, TEXT, TEXT, st.none() | TEXT),
    st.builds(
        Generate, TEXT, n=ROW, seed=ROW, first_row=ROW, temperature=NUMBER, top_p=NUMBER, **ABOUT
    ),
    st.builds(
        Generate, TEXT, n=ROW, seed=ROW, arms=st.lists(TEXT), learned=TEXT, drafts=ROW, **ABOUT
    ),
    st.builds(Train, TEXT, TEXT, TEXT, ROW, TEXT, TEXT),
    st.builds(Progress, TEXT, TEXT, ROW, ROW, st.none() | NUMBER, TEXT),
    st.builds(Trained, TEXT, TEXT),
    st.builds(Cancel, TEXT),
    st.builds(Encode, TEXT, TEXT, **ABOUT),
    st.builds(Decode, TEXT, st.lists(TEXT), ROW, **ABOUT),
    st.builds(Surprisal, TEXT, TEXT, **ABOUT),
    st.builds(Contributions, TEXT, TEXT, st.none() | TEXT, **ABOUT),
    st.builds(Ready, TEXT, TEXT, TEXT, st.lists(TEXT), TEXT, NUMBER),
    st.builds(Tokens, TEXT, st.dictionaries(ROW.map(str), TEXT)),
    st.builds(Written, TEXT, ROW, TEXT, ROW, NUMBER, TEXT, TEXT, TEXT, TEXT),
    st.builds(
        Written, TEXT, ROW, TEXT, ROW, NUMBER, TEXT, TEXT, arm=TEXT, expected=st.none() | NUMBER
    ),
    st.builds(Done, TEXT),
    st.builds(Cancelled, TEXT),
    st.builds(Encoded, TEXT, TEXT),
    st.builds(Surprisals, TEXT, st.lists(st.tuples(TEXT, NUMBER))),
    st.builds(Contributed, TEXT, st.lists(st.tuples(TEXT, st.dictionaries(TEXT, NUMBER)))),
    st.builds(Failed, TEXT, TEXT),
)


@given(MESSAGES)
def test_a_message_comes_back_from_its_line(message: Message) -> None:
    line = to_line(message)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert from_line(line) == message


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(st.binary() | JSON.map(lambda value: json.dumps(value).encode()))
def test_what_is_no_message_is_a_protocol_error(line: bytes) -> None:
    with pytest.raises(ProtocolError):
        from_line(line)


@given(MESSAGES, st.data())
def test_a_field_of_another_type_is_a_protocol_error(message: Message, data: st.DataObject) -> None:
    body = json.loads(to_line(message))
    name = data.draw(st.sampled_from(sorted(body)))
    body[name] = {"a": [True]}
    with pytest.raises(ProtocolError):
        from_line(json.dumps(body).encode())


@pytest.mark.parametrize(
    "line",
    [
        b"[" * 100_000,
        b'{"type":"done"}',
        b'{"type":"done","id":"1","more":1}',
        b'{"type":"done","id":1}',
        b'{"type":["done"],"id":"1"}',
        b'{"type":"tokens","id":"1","rows":{"0":null}}',
        b'{"type":"surprisals","id":"1","pieces":[["a"]]}',
    ],
)
def test_malformed_lines(line: bytes) -> None:
    with pytest.raises(ProtocolError):
        from_line(line)


def test_half_a_surrogate_pair_does_not_break_the_line() -> None:
    assert from_line(to_line(Failed("1", "a\ud800b"))) == Failed("1", "a?b")
