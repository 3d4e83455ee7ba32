"""`curator generate`: texts about a song, without the desk."""

import base64
import contextlib
import secrets
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from curator.cli.conditions import read_features, read_genres
from curator.cli.exits import INTERRUPTED
from curator.cli.interrupts import Wish, watching
from curator.cli.options import Home, Json, folder
from curator.cli.streams import Status, count, duration, json_line, say
from curator.cli.wiring import load_steering, load_writer, open_store, settings_of
from curator.domain.records import Request, Sample, Song

if TYPE_CHECKING:
    from curator.config import Settings
    from curator.store import Store
    from models.writer import SampleEvent, Steering, Writer


def generate(
    artist: Annotated[
        str | None, typer.Option(metavar="A", show_default=False, help="Who plays it.")
    ] = None,
    title: Annotated[
        str | None, typer.Option(metavar="T", show_default=False, help="What it is called.")
    ] = None,
    genre: Annotated[
        list[str] | None,
        typer.Option(metavar="G", show_default=False, help="A genre; may be given again."),
    ] = None,
    feature: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=X",
            show_default=False,
            help="An audio feature such as energy=0.9 or tempo=128; may be given again.",
        ),
    ] = None,
    n: Annotated[
        int, typer.Option("-n", metavar="N", min=1, max=100_000, help="How many texts.")
    ] = 5,
    seed: Annotated[
        int | None,
        typer.Option(
            metavar="S",
            min=0,
            max=2**63 - 1,
            show_default=False,
            help="The same seed gives the same texts, however many; a random one without.",
        ),
    ] = None,
    temperature: Annotated[
        float | None,
        typer.Option(
            metavar="T", min=0.05, max=2.0, show_default=False, help="How daring: 0.05 to 2."
        ),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            metavar="M", show_default=False, help="A name from `curator models`, or a folder."
        ),
    ] = None,
    steer: Annotated[
        str | None,
        typer.Option(
            metavar="DIR",
            show_default=False,
            help="A generator that `curator train lcgan` or `curator learn` made: folder or name.",
        ),
    ] = None,
    device: Annotated[
        str | None, typer.Option(metavar="D", show_default=False, help="cuda, mps or cpu.")
    ] = None,
    save: Annotated[
        bool, typer.Option("--save", help="Keep request and texts in the data folder.")
    ] = False,
    json: Json = False,
    home: Home = None,
) -> None:
    """Write texts about a song.

    Texts appear as they are finished, one a line. With --json each line holds id, text, model,
    seed, tokens, seconds, row and weights (the hash of the model's weights); with --save also
    request_id, and a line is printed only once its text is on disk.

    \b
    Examples:
      curator generate --artist "Velvet Meridian" --title "Glass Orchard" --genre "dream pop"
      curator generate --artist A --title T --feature energy=0.9 -n 200 --seed 1 --json
    """
    place = folder(home)
    settings = settings_of(place, model=model, device=device, temperature=temperature)
    song = Song(
        artist=artist or None,
        title=title or None,
        genres=read_genres(genre or []),
        features=read_features(feature or []),
        source="typed",
    )
    with contextlib.ExitStack() as stack:
        store = stack.enter_context(open_store(place, write=True)) if save else None
        job = _Job(song, n, *_request_and_seed(song, seed, save=save), settings)
        status = stack.enter_context(Status())
        printer = _Printer(job, store, json=json)
        try:
            status.show(f"loading {settings.model} …", now=True)
            writer = load_writer(settings.model, settings.device, place)
            steering = load_steering(steer, place, writer) if steer else None
            if seed is None:
                status.clear()
                say(f"seed {job.seed}")
            with watching(Wish()) as wish:
                for finished in _in_order(writer, job, status, steering, wish):
                    status.clear()
                    printer.put(finished, writer)
        except KeyboardInterrupt:
            status.clear()
            say(f"stopped after {printer.count:,} of {count(n, 'text')}")
            raise typer.Exit(INTERRUPTED) from None


@dataclass(frozen=True, slots=True)
class _Job:
    """What is to be written; the request only where it is to be kept."""

    song: Song
    n: int
    request: Request | None
    seed: int
    settings: "Settings"


def _request_and_seed(song: Song, seed: int | None, *, save: bool) -> tuple[Request | None, int]:
    """Return the request to keep, if any, and the seed: the one that the desk would take for it.

    So the desk, where more of the same request is wanted, goes on after the last row.
    """
    from curator.desk.ledger import new_id, now, stamp
    from curator.desk.writing import seed_of

    if not save:
        return None, secrets.randbelow(2**31) if seed is None else seed
    names = [name for name in (song.artist, song.title) if name]
    text = " – ".join(names) or ", ".join(song.genres) or "anything"
    request = Request(new_id(), stamp(now()), "generate", text, song)
    return request, seed_of(request.id) if seed is None else seed


def _in_order(
    writer: "Writer", job: _Job, status: Status, steering: "Steering | None", wish: Wish
) -> Iterator[list["SampleEvent"]]:
    """Yield finished rows in the order of their numbers, as soon as that order allows.

    Raises KeyboardInterrupt between two tokens where `wish` says so.
    """
    from models.writer import Conditions, SampleEvent, Sampling

    song, settings = job.song, job.settings
    events = writer.write(
        Conditions(song.artist, song.title, song.genres, song.features),
        job.n,
        job.seed,
        sampling=Sampling(settings.temperature, settings.top_p),
        steering=steering,
    )
    began = time.monotonic()
    held: dict[int, SampleEvent] = {}
    following = written = 0
    for event in events:
        wish.heed()
        if isinstance(event, SampleEvent):
            held[event.row] = event
            written += 1
            ready = []
            while following in held:
                ready.append(held.pop(following))
                following += 1
            if ready:
                yield ready
        left = (time.monotonic() - began) / max(written, 1) * (job.n - written)
        guess = f" · {duration(left)} left" if written else ""
        status.show(f"writing {written:,}/{job.n:,}{guess}")


class _Printer:
    """Prints texts, and stores them before that if there is a store."""

    def __init__(self, job: _Job, store: "Store | None", *, json: bool) -> None:
        self._job = job
        self._store = store
        self._json = json
        self.count = 0

    def put(self, finished: Sequence["SampleEvent"], writer: "Writer") -> None:
        """Store and print. Raises `StoreError`; what is not stored is not printed."""
        from curator.domain.plain import shown

        samples = [self._sample(event, writer) for event in finished]
        if self._store and self._job.request:
            first = [] if self.count else [self._job.request]
            self._store.append(*first, *samples).result()
        for sample in samples:
            print(json_line(self._body(sample)) if self._json else shown(sample.text), flush=True)
        self.count += len(samples)

    def _sample(self, event: "SampleEvent", writer: "Writer") -> Sample:
        from curator.desk.ledger import new_id, now, stamp

        job = self._job
        return Sample(
            id=new_id(),
            request_id=job.request.id if job.request else "",
            at=stamp(now()),
            text=event.text,
            model=writer.name,
            weights=writer.weights_hash,
            seed=job.seed,
            row=event.row,
            tokens=event.tokens,
            seconds=round(event.seconds, 4),
            temperature=event.temperature,
            top_p=job.settings.top_p,
            z="" if event.z is None else _pack(event.z),
            logprobs=_pack(event.logprobs),
            song=job.song,
        )

    def _body(self, sample: Sample) -> dict[str, object]:
        names = ("id", "text", "model", "seed", "tokens", "seconds", "row", "weights")
        body: dict[str, object] = {name: getattr(sample, name) for name in names}
        return body | ({"request_id": sample.request_id} if self._store else {})


def _pack(vector: Any) -> str:
    """Return a vector as base64 of little-endian float32, as samples keep it."""
    return base64.b64encode(vector.astype("<f4").tobytes()).decode()
