"""The worker on pipes in this process, with a writer that takes each step when it is told to."""

import base64
import os
import threading
from collections.abc import Callable, Iterator
from typing import NoReturn

import numpy as np
import pytest

from curator.engine import learnt
from curator.engine.learnt import Chosen
from curator.engine.messages import (
    Cancel,
    Cancelled,
    Contributions,
    Decode,
    Done,
    Encode,
    Encoded,
    Failed,
    Generate,
    Load,
    Message,
    Ready,
    Surprisal,
    Surprisals,
    Tokens,
    Written,
)
from curator.engine.protocol import from_line, to_line
from curator.engine.worker import serve
from models import contributions
from models.writer import (
    Conditions,
    SampleEvent,
    Sampling,
    Steering,
    TokenEvent,
    TokenSurprisal,
    Vector,
    WriterEvent,
)

DEFAULT = Sampling()
PATIENCE = 20.0  # seconds after which a test that hangs fails


class Stepped:
    """Writes words "0 1 2 …", row r of r + 3 words; a step waits for a permit where it must."""

    name, weights_hash, device, latent = "stepped", "abc", "cpu", 2
    kin = ("first", "abc")

    def __init__(self) -> None:
        self.steps = 0
        self.permits: threading.Semaphore | None = None
        self.calls: list[tuple[Conditions, int, int, int, Sampling]] = []

    def write(
        self,
        conditions: Conditions,
        n: int,
        seed: int,
        *,
        first_row: int = 0,
        sampling: Sampling = DEFAULT,
        steering: Steering | None = None,
    ) -> Iterator[WriterEvent]:
        self.calls.append((conditions, n, seed, first_row, sampling))
        if conditions.title == "broken":
            raise IndexError("row 7 of 5")
        going = {row: row + 3 for row in range(first_row, first_row + n)}
        length = 0
        while going:
            if self.permits:
                assert self.permits.acquire(timeout=PATIENCE)
            self.steps += 1
            length += 1
            text = " ".join(map(str, range(length)))
            yield TokenEvent(tuple((row, text) for row in going))
            for row in [row for row, end in going.items() if end == length]:
                del going[row]
                yield SampleEvent(row, text, length, 0.5, None, np.array([-0.5, row], np.float32))

    def surprisal(self, text: str, conditions: Conditions) -> list[TokenSurprisal]:
        return [TokenSurprisal(text, 1.5)]

    def encode(self, text: str, conditions: Conditions) -> Vector:
        return np.array([1.0, -2.0], np.float32)

    def decode(
        self, z: Vector, conditions: Conditions, seed: int, *, sampling: Sampling = DEFAULT
    ) -> Iterator[WriterEvent]:
        for row, point in enumerate(z):
            yield SampleEvent(row, str(point.tolist()), 1, 0.5, point, np.zeros(1, np.float32))


class NoLatent:
    """A writer without a latent space, and with nothing to say."""

    name, weights_hash, device = "n-gram", "def", "cpu"
    kin = ("def",)

    def write(self, *args: object, **kwargs: object) -> Iterator[WriterEvent]:
        return iter(())

    def surprisal(self, text: str, conditions: Conditions) -> list[TokenSurprisal]:
        return []


class Harness:
    """The worker in a thread, with our ends of its pipes."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.writer = Stepped()
        theirs, ours = os.pipe()
        self.stdin = os.fdopen(ours, "wb", buffering=0)
        answers, out = os.pipe()
        self.stdout = os.fdopen(answers, "rb")
        self._pipes = os.fdopen(theirs, "rb"), os.fdopen(out, "wb")
        self._clock = clock
        self._early: list[Message] = []
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self) -> None:
        serve(self._load, *self._pipes, clock=self._clock)
        self._pipes[1].close()

    def _load(self, name: str, device: str | None) -> Stepped | NoLatent:
        if name == "missing":
            raise FileNotFoundError("there is no model 'missing'")
        return NoLatent() if name == "n-gram" else self.writer

    def send(self, *messages: Message) -> None:
        for message in messages:
            self.stdin.write(to_line(message))

    def read(self) -> Message:
        return self._early.pop(0) if self._early else from_line(self.stdout.readline())

    def read_to(self, *last: Message) -> list[Message]:
        """Read up to and with a message."""
        seen = [self.read()]
        while seen[-1] not in last:
            seen.append(self.read())
        return seen

    def heard(self) -> None:
        """Wait until all that was sent is read: what is no message is answered while writing."""
        self.stdin.write(b"ping\n")
        while True:
            answer = from_line(self.stdout.readline())
            if isinstance(answer, Failed) and answer.id == "":
                return
            self._early.append(answer)  # what comes before is still to be read

    def end(self) -> None:
        self.stdin.close()
        self.thread.join(PATIENCE)
        assert not self.thread.is_alive()


Start = Callable[..., Harness]


@pytest.fixture
def start() -> Iterator[Start]:
    harnesses: list[Harness] = []

    def begin(clock: Callable[[], float] = lambda: 0.0, model: str = "stepped") -> Harness:
        harness = Harness(clock)
        harnesses.append(harness)
        harness.send(Load("load", model))
        assert isinstance(harness.read(), Ready)
        return harness

    yield begin
    for harness in harnesses:
        if harness.writer.permits:
            harness.writer.permits.release(1000)
        harness.end()
        harness.stdout.close()


def generate(request_id: str, n: int = 2, **more: object) -> Generate:
    fields = {"artist": "A", "title": "T", "genres": ["dub"], "features": {"energy": 0.5}}
    return Generate(request_id, **(fields | {"n": n, "seed": 7} | more))  # type: ignore[arg-type]


def test_what_is_asked_reaches_the_writer(start: Start) -> None:
    harness = start()
    harness.send(generate("1", 3, first_row=4, temperature=0.5, top_p=0.6))
    harness.read_to(Done("1"))
    conditions = Conditions("A", "T", ("dub",), {"energy": 0.5})
    assert harness.writer.calls == [(conditions, 3, 7, 4, Sampling(0.5, 0.6))]


def test_what_was_said_reaches_the_writer(start: Start) -> None:
    harness = start()
    harness.send(generate("1", said=["Slow drums carry the voice home."]))
    harness.read_to(Done("1"))
    said = harness.writer.calls[0][-1].said
    assert said is not None
    assert said("Slow drums carry the voice home.") > said("Bright horns run up.") == 0


def test_a_row_is_sent_when_it_ends_and_then_leaves_the_frames(start: Start) -> None:
    ticks = iter(range(1000))
    harness = start(lambda: float(next(ticks)))  # a second a step: no frame is held back
    harness.send(generate("1"))
    logprobs = [base64.b64encode(np.array([-0.5, r], "<f4").tobytes()).decode() for r in (0, 1)]
    assert harness.read_to(Done("1")) == [
        Tokens("1", {"0": "0", "1": "0"}),
        Tokens("1", {"0": "0 1", "1": "0 1"}),
        Tokens("1", {"0": "0 1 2", "1": "0 1 2"}),
        Written("1", 0, "0 1 2", 3, 0.5, "", logprobs[0], "stepped", "abc", temperature=0.5),
        Tokens("1", {"1": "0 1 2 3"}),
        Written("1", 1, "0 1 2 3", 4, 0.5, "", logprobs[1], "stepped", "abc", temperature=0.5),
        Done("1"),
    ]


def test_at_most_thirty_frames_a_second(start: Start) -> None:
    seconds = 0.0

    def clock() -> float:  # a step takes a millisecond
        nonlocal seconds
        seconds += 0.001
        return seconds

    harness = start(clock)
    begin = seconds
    harness.send(*(generate(str(i), 1, first_row=497) for i in range(4)))
    answers = harness.read_to(Done("3"))
    frames = [a for a in answers if isinstance(a, Tokens)]
    took = seconds - begin
    assert took == pytest.approx(2.0, rel=0.1)
    assert 25 * took <= len(frames) <= 30 * took + 1
    texts = [a.text for a in answers if isinstance(a, Written)]
    assert texts == [" ".join(map(str, range(500)))] * 4


def test_a_cancel_is_seen_within_a_token(start: Start) -> None:
    harness = start()
    harness.writer.permits = threading.Semaphore(3)
    harness.send(generate("1", 1, first_row=1000))
    harness.send(Cancel("1"))
    harness.heard()
    harness.writer.permits.release(50)
    assert harness.read_to(Cancelled("1"))
    assert harness.writer.steps <= 4
    harness.writer.permits.release(50)
    harness.send(generate("2", 1))  # and the worker goes on
    harness.read_to(Done("2"))


def test_a_cancel_is_seen_while_a_text_is_explained(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = threading.Event()

    def explain(*args: object, should_stop: Callable[[], bool], **more: object) -> NoReturn:
        begun.set()
        pause = threading.Event()
        while not should_stop():
            pause.wait(0.001)
        raise InterruptedError

    monkeypatch.setattr(contributions, "contributions", explain)
    harness = start()
    harness.send(Contributions("1", "a text"))
    assert begun.wait(PATIENCE)
    harness.send(Cancel("1"))
    assert harness.read() == Cancelled("1")


def test_a_queued_request_is_cancelled_before_it_begins(start: Start) -> None:
    harness = start()
    harness.writer.permits = threading.Semaphore(0)
    harness.send(generate("1", 1), generate("2", 1), generate("3", 1), Cancel("2"))
    harness.heard()
    harness.writer.permits.release(100)
    answers = harness.read_to(Done("3"))
    assert Cancelled("2") in answers
    assert Done("1") in answers
    assert len(harness.writer.calls) == 2


def test_a_cancel_of_what_is_answered_is_no_cancel_of_what_comes(start: Start) -> None:
    harness = start()
    harness.send(generate("1", 1))
    harness.read_to(Done("1"))
    harness.send(Cancel("1"), Cancel("2"), generate("2", 1))
    assert Done("2") in harness.read_to(Done("2"), Cancelled("2"))


def test_the_end_of_stdin_is_the_end_within_a_token(start: Start) -> None:
    before = set(threading.enumerate())
    harness = start()
    harness.writer.permits = threading.Semaphore(1)
    harness.send(generate("1", 1, first_row=1000), generate("2"))
    assert isinstance(harness.read(), Tokens)  # the second step waits
    harness.stdin.close()
    for reader in set(threading.enumerate()) - before - {harness.thread}:
        reader.join(PATIENCE)
    harness.writer.permits.release()
    harness.thread.join(PATIENCE)
    assert not harness.thread.is_alive()
    assert harness.writer.steps == 2
    assert harness.stdout.read() == b""


def test_a_request_that_fails_says_why_and_the_worker_lives(start: Start) -> None:
    harness = start()
    harness.send(generate("1", title="broken"), Decode("2", ["?!"], 1), Load("3", "missing"))
    assert harness.read() == Failed("1", "IndexError: row 7 of 5")
    assert isinstance(answer := harness.read(), Failed)
    assert answer.id == "2"
    assert harness.read() == Failed("3", "there is no model 'missing'")
    harness.send(generate("4"))  # with the model from before
    harness.read_to(Done("4"))


@pytest.mark.parametrize(
    "line", [b"hello\n", b"{}\n", b"\xff\xfe\n", to_line(Done("1"))[:-3] + b"\n"]
)
def test_a_broken_line_is_answered_without_an_id(start: Start, line: bytes) -> None:
    harness = start()
    harness.stdin.write(line)
    assert isinstance(answer := harness.read(), Failed)
    assert answer.id == ""
    harness.send(generate("1"))
    harness.read_to(Done("1"))


def test_nothing_is_written_before_a_model_is_loaded() -> None:
    harness = Harness(lambda: 0.0)
    harness.send(generate("1"))
    assert harness.read() == Failed("1", "no model is loaded")
    harness.end()


def test_latent_space_and_surprisal(start: Start) -> None:
    harness = start()
    z = base64.b64encode(np.array([1.0, -2.0], "<f4").tobytes()).decode()
    harness.send(Encode("1", "text"), Surprisal("2", "text"), Decode("3", [z, z], 1))
    assert harness.read() == Encoded("1", z)
    assert harness.read() == Surprisals("2", [("text", 1.5)])
    rows = [a for a in harness.read_to(Done("3")) if isinstance(a, Written)]
    assert [(r.row, r.text, r.z) for r in rows] == [(i, "[1.0, -2.0]", z) for i in (0, 1)]


def test_a_writer_without_latent_space_says_so(start: Start) -> None:
    harness = start(model="n-gram")
    harness.send(Encode("1", "text"))
    assert harness.read() == Failed("1", "n-gram has no latent space")


class Picked:
    """Stands for what was learnt: rows one by one, each after a step."""

    def __init__(self, folder: object, writer: object) -> None:
        if str(folder) == "missing":
            raise ValueError("there is nothing in it")

    def write(self, request: Generate, conditions: Conditions) -> Iterator[Chosen | None]:
        for row, arm in enumerate(request.arms, request.first_row):
            yield None
            event = SampleEvent(row, f"{arm} {row}", 1, 0.5, None, np.zeros(1, np.float32))
            yield Chosen(event, arm, 0.25, request.drafts)


@pytest.fixture
def picked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learnt, "Learnt", Picked)


@pytest.mark.usefixtures("picked")
def test_rows_in_arms_come_together_and_show_nothing_before(start: Start) -> None:
    ticks = iter(range(1000))
    harness = start(lambda: float(next(ticks)))
    harness.send(generate("1", 2, arms=["control", "steered"], learned="v1", drafts=8))
    first, second, done = harness.read_to(Done("1"))
    assert isinstance(first, Written)
    assert isinstance(second, Written)
    assert done == Done("1")
    assert [(w.text, w.arm, w.expected, w.drafts) for w in (first, second)] == [
        ("control 0", "control", 0.25, 8), ("steered 1", "steered", 0.25, 8)
    ]  # fmt: skip


@pytest.mark.usefixtures("picked")
def test_where_what_was_learnt_cannot_be_read_texts_come_as_without_it(start: Start) -> None:
    harness = start()
    harness.send(generate("1", 1, arms=["steered"], learned="missing", drafts=8))
    seen = [m for m in harness.read_to(Done("1")) if isinstance(m, Written)]
    assert [(w.text, w.arm, w.expected) for w in seen] == [("0 1 2", "", None)]
