import asyncio
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from curator.engine.exchange import Exchange
from curator.engine.messages import (
    Decode,
    Encode,
    Generate,
    Tokens,
    Written,
)


def generate(first_row: int, n: int) -> Generate:
    return Generate("1", "a", "t", [], {}, n=n, seed=3, first_row=first_row)


def written(row: int) -> Written:
    return Written("1", row, f"text {row}", 3, 0.1, "", "")


def drain(exchange: Exchange) -> list[object]:
    async def read() -> list[object]:
        answers = []
        while exchange._answers:
            answers.append(await exchange.next())
        return answers

    return asyncio.run(read())


@given(
    first=st.integers(0, 50),
    n=st.integers(1, 20),
    data=st.data(),
)
def test_whatever_the_crashes_each_row_is_delivered_once(
    first: int, n: int, data: st.DataObject
) -> None:
    exchange = Exchange(generate(first, n))
    left = exchange.again()
    runs = 0
    while left is not None:
        assert isinstance(left, Generate)
        assert (left.seed, left.artist) == (3, "a")
        order = data.draw(st.permutations(range(left.first_row, left.first_row + left.n)))
        least = 0 if runs < 5 else len(order)  # in the end a process survives
        for row in order[: data.draw(st.integers(least, len(order)))]:
            exchange.put(written(row))
        left = exchange.again()
        runs += 1
    rows = [answer.row for answer in drain(exchange) if isinstance(answer, Written)]
    assert sorted(rows) == list(range(first, first + n))


def test_only_what_is_missing_is_asked_again() -> None:
    exchange = Exchange(generate(10, 6))
    for row in (10, 11, 13, 15):
        exchange.put(written(row))
    assert exchange.again() == generate(12, 3)


def test_a_frame_replaces_an_unread_one_and_leaves_out_rows_that_are_done() -> None:
    exchange = Exchange(generate(0, 3))
    exchange.put(Tokens("1", {"0": "a", "1": "b"}))
    exchange.put(Tokens("1", {"0": "a a", "1": "b b"}))
    exchange.put(written(0))
    exchange.put(Tokens("1", {"0": "a", "1": "b b b"}))
    exchange.put(Tokens("1", {"0": "a"}))
    assert drain(exchange) == [
        Tokens("1", {"0": "a a", "1": "b b"}),
        written(0),
        Tokens("1", {"1": "b b b"}),
    ]


def test_a_decoding_is_asked_again_whole_since_its_rows_have_numbers_by_place() -> None:
    decode = Decode("1", ["x", "y"], 3)
    exchange = Exchange(decode)
    exchange.put(written(0))
    assert exchange.again() == decode
    exchange.put(written(0))
    exchange.put(written(1))
    assert exchange.again() is None
    assert drain(exchange) == [written(0), written(1)]


def test_a_question_is_asked_again_as_it_was() -> None:
    assert Exchange(Encode("1", "text")).again() == Encode("1", "text")


def test_rows_asked_again_keep_their_arms() -> None:
    exchange = Exchange(replace(generate(10, 4), arms=["a", "b", "c", "d"]))
    for row in (10, 13):
        exchange.put(written(row))
    assert exchange.again() == replace(generate(11, 2), arms=["b", "c"])
