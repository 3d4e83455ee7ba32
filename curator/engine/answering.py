"""What the worker does with a request: it holds the writer, and answers in messages.

One step of a `Writer` is one token for all rows in progress; between steps it looks up whether the
request was cancelled meanwhile, or nobody listens any more.
"""

import base64
import traceback
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np

from curator.engine.asked import conditions_of, sampling_of
from curator.engine.boxes import Inbox, Outbox
from curator.engine.messages import (
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
    Ready,
    Request,
    Surprisal,
    Surprisals,
    Tokens,
    Train,
    Trained,
    Written,
)
from models.writer import (
    LatentWriter,
    SampleEvent,
    TokenEvent,
    Vector,
    Writer,
    WriterEvent,
)

if TYPE_CHECKING:
    from curator.engine.learnt import Learnt

Loader = Callable[[str, str | None], Writer]
"""Loads a model by name or folder, onto a device or the best there is."""

FRAMES_A_SECOND = 30
INTEGRAL_STEPS = 8
"""Points of each integral: exact to a hundredth of a nat, and half as long a wait as sixteen."""
MOST_EXPLAINED = 96
"""Tokens of a text whose conditions are weighed: any post in English has fewer."""
SMALL = "cvae-small"
"""The model that always works."""


class Worker:
    """Holds the writer and does what a request asks of it."""

    def __init__(
        self, load: Loader, inbox: Inbox, outbox: Outbox, clock: Callable[[], float]
    ) -> None:
        self._load = load
        self._inbox = inbox
        self._send = outbox.send
        self._clock = clock
        self._loaded: Writer | None = None
        self._missing = ""  # why it is not the writer that was asked for
        self._next_frame = -float("inf")
        self._learnt_in: dict[str, Learnt | None] = {}  # folder → what was read from it

    def handle(self, request: Request) -> None:
        """Answer a request; if it fails, that is the answer."""
        if self._inbox.is_cancelled(request.id):
            self._send(Cancelled(request.id))
            return
        try:
            self._answer(request)
        except BrokenPipeError:
            raise
        except Exception as error:
            traceback.print_exc()
            self._send(Failed(request.id, _describe(error)))

    def _answer(self, request: Request) -> None:
        match request:
            case Load():
                start = self._clock()
                writer, missing = self._some_writer(request)
                self._loaded, self._missing = writer, missing
                self._learnt_in = {}
                note = f"{missing}. {SMALL} writes meanwhile" if missing else ""
                seconds = round(self._clock() - start, 3)
                self._send(
                    Ready(
                        request.id,
                        writer.name,
                        writer.weights_hash,
                        [*writer.kin],
                        writer.device,
                        seconds,
                        note,
                    )
                )
            case Generate() if request.arms and (learnt := self._learnt(request.learned)):
                self._choose(request, learnt)
            case Generate():
                events = self._writer.write(
                    conditions_of(request),
                    request.n,
                    request.seed,
                    first_row=request.first_row,
                    sampling=sampling_of(request),
                )
                self._stream(request.id, events)
            case Decode():
                events = self._latent_writer.decode(
                    np.stack([_unpack(z) for z in request.z]),
                    conditions_of(request),
                    request.seed,
                    sampling=sampling_of(request),
                )
                self._stream(request.id, events)
            case Encode():
                z = self._latent_writer.encode(request.text, conditions_of(request))
                self._send(Encoded(request.id, _pack(z)))
            case Surprisal():
                found = self._writer.surprisal(request.text, conditions_of(request))
                self._send(Surprisals(request.id, [(s.piece, float(s.nats)) for s in found]))
            case Contributions():
                self._explain(request)
            case Train():
                self._train(request)

    def _some_writer(self, request: Load) -> tuple[Writer, str]:
        """Load what is asked for, or the small model where its base is missing, and say why."""
        from models.pretrained.base import NoBase

        try:
            return self._load(request.model, request.device), ""
        except NoBase as error:
            return self._load(SMALL, request.device), str(error)

    def _explain(self, request: Contributions) -> None:
        from models.contributions import contributions  # torch comes with it

        try:
            found = contributions(
                self._writer,
                request.text,
                conditions_of(request),
                z=_unpack(request.z) if request.z else None,
                steps=INTEGRAL_STEPS,
                most=MOST_EXPLAINED,
                should_stop=partial(self._is_called_off, request.id),
            )
        except InterruptedError:
            self._send(Cancelled(request.id))
            return
        pieces = [(c.piece, {name: float(n) for name, n in c.by_condition.items()}) for c in found]
        self._send(Contributed(request.id, pieces))

    def _is_called_off(self, request_id: str) -> bool:
        return self._inbox.ended or self._inbox.is_cancelled(request_id)

    def _train(self, request: Train) -> None:
        from curator.engine.training import train

        if self._missing:  # what is learnt for the small model is of no use to the one asked for
            raise ValueError(self._missing)
        try:
            report = train(
                request, self._writer, self._send, partial(self._is_called_off, request.id)
            )
        except InterruptedError:
            self._send(Cancelled(request.id))
        else:
            self._send(Trained(request.id, report))

    def _learnt(self, folder: str) -> "Learnt | None":
        """Return what was learnt, None where it can't be used with this model: the log says why."""
        if folder not in self._learnt_in:
            from curator.engine.learnt import Learnt

            try:
                found = Learnt(Path(folder), self._writer)
            except Exception:  # whatever is wrong with the folder, the curator gets texts
                traceback.print_exc()
                found = None
            self._learnt_in = {folder: found}
        return self._learnt_in[folder]

    def _choose(self, request: Generate, learnt: "Learnt") -> None:
        """Write each row in its arm; they are sent together, so that none tells its own by when."""
        finished = []
        for chosen in learnt.write(request, conditions_of(request)):
            if self._inbox.ended:
                return
            if self._inbox.is_cancelled(request.id):
                self._send(Cancelled(request.id))
                return
            if chosen is not None:
                finished.append(chosen)
        for one in finished:
            written = self._written(request.id, one.event)
            self._send(
                replace(written, arm=one.arm, expected=round(one.expected, 6), drafts=one.drafts)
            )
        self._send(Done(request.id))

    def _stream(self, request_id: str, events: Iterable[WriterEvent]) -> None:
        growing: dict[int, str] = {}
        for event in events:
            if self._inbox.ended:
                return
            if self._inbox.is_cancelled(request_id):
                self._send(Cancelled(request_id))
                return
            match event:
                case TokenEvent(rows=rows):
                    growing.update(rows)
                    now = self._clock()
                    if growing and now >= self._next_frame:
                        self._next_frame = now + 1 / FRAMES_A_SECOND
                        self._send(Tokens(request_id, {str(r): t for r, t in growing.items()}))
                case SampleEvent(row=row):
                    growing.pop(row, None)
                    self._send(self._written(request_id, event))
        self._send(Done(request_id))

    def _written(self, request_id: str, sample: SampleEvent) -> Written:
        return Written(
            id=request_id,
            row=sample.row,
            text=sample.text,
            tokens=sample.tokens,
            seconds=sample.seconds,
            z="" if sample.z is None else _pack(sample.z),
            logprobs=_pack(sample.logprobs),
            model=self._writer.name,
            weights=self._writer.weights_hash,
            temperature=sample.temperature,
        )

    @property
    def _writer(self) -> Writer:
        if self._loaded is None:
            raise ValueError("no model is loaded")
        return self._loaded

    @property
    def _latent_writer(self) -> LatentWriter:
        if not hasattr(self._writer, "latent"):
            raise ValueError(f"{self._writer.name} has no latent space")
        return cast(LatentWriter, self._writer)


def _pack(vector: Vector) -> str:
    return base64.b64encode(np.ascontiguousarray(vector, "<f4").tobytes()).decode()


def _unpack(packed: str) -> Vector:
    return np.frombuffer(base64.b64decode(packed, validate=True), "<f4").astype(np.float32)


def _describe(error: Exception) -> str:
    """Say what went wrong; the errors that a model raises on purpose need no name of a class."""
    if isinstance(error, ValueError | OSError) and str(error):
        return str(error)
    return f"{type(error).__name__}: {error}"
