"""Samples a second: what ships against the original's way of decoding, in turns on one machine.

Imported only when it is run: torch comes with it.
"""

import itertools
import time
from collections.abc import Callable
from pathlib import Path

import torch

from curator.bench import machine
from curator.bench.lab import CannotMeasure, Lab
from curator.bench.original import OriginalDecoder
from curator.bench.results import Bar, Beside, Measure, Result, times
from curator.bench.spread import Spread
from models import checkpoint, library
from models.conditions import condition_space
from models.cvae_writer import load_model
from models.writer import Conditions, SampleEvent, Writer

SAME, DEPLOYED = "original, same sizes and weights", "original as deployed"
BARS = {16: ((SAME, 10.0),), 64: ((SAME, 20.0), (DEPLOYED, 200.0))}
_SEED = 1
_SONG = Conditions("Velvet Meridian", "Glass Orchard", ("dream pop",), {"energy": 0.6})

Write = Callable[[], int]
"""Writes some samples and returns how many."""


def generation(lab: Lab) -> Result:
    """Measure samples a second at each batch size. Raises `CannotMeasure`."""
    before = torch.get_num_threads()
    threads = max(1, machine.cores() - 1)  # as the worker has it: a core is the screen's
    torch.set_num_threads(threads)
    try:
        measures, device = _measure(lab)
    finally:
        torch.set_num_threads(before)
    return Result(
        "generation",
        f"samples a second on {device}, {threads} torch thread{'s' * (threads > 1)} for all",
        measures,
        notes=(
            "a sample counts when it is finished; streaming is in, and so is what is drawn anew",
            "the original decodes one sample at a time, 50 steps each, whatever the batch",
            f"as deployed its vocabulary had {lab.scale.words:,} words; its other sizes are ours",
            "the bar against it as deployed is held at batch 64",
        ),
        facts={"model": lab.model, "device": device, "torch_threads": threads},
    )


def _measure(lab: Lab) -> tuple[tuple[Measure, ...], str]:
    lab.tell("loading the model")
    writer, original, deployed = _load(lab)
    batches = {f"batch {batch}": _ours(writer, batch) for batch in lab.scale.batches}
    takers = batches | {SAME: original, DEPLOYED: deployed}
    rates: dict[str, list[float]] = {name: [] for name in takers}
    for write in takers.values():
        write()  # once for nothing: caches, threads, tables made at the first use
    for _ in lab.turns("turns", range(lab.scale.turns)):
        for name, write in takers.items():
            rates[name].append(_rate(write, lab.scale.seconds_a_turn))
    spreads = {name: Spread.of(found) for name, found in rates.items()}
    beside = tuple(Beside(name, spreads[name]) for name in (SAME, DEPLOYED))
    measures = tuple(
        Measure(name, "samples/s", spreads[name], beside, _bars(batch, spreads[name], beside))
        for batch, name in zip(lab.scale.batches, batches, strict=True)
    )
    return measures, writer.device


def _rate(write: Write, seconds: float) -> float:
    """Return samples a second over at least `seconds`, and one call at least."""
    start = time.perf_counter()
    written = write()
    while (passed := time.perf_counter() - start) < seconds:
        written += write()
    return written / passed


def _bars(batch: int, ours: Spread, beside: tuple[Beside, ...]) -> tuple[Bar, ...]:
    baselines = {b.name: b.spread.median for b in beside}
    return tuple(
        times(ours.median, baselines[name], "≥", limit, name) for name, limit in BARS.get(batch, ())
    )


def _load(lab: Lab) -> tuple[Writer, Write, Write]:
    """Return the model that ships, and its weights decoded the old way, twice."""
    try:
        writer = library.load(lab.model, lab.device)
        shipped = {info.name: info.folder for info in library.available()}
        stored = checkpoint.load(shipped.get(lab.model) or Path(lab.model))
        model = load_model(stored.config, stored.tensors).to(writer.device)
    except checkpoint.CheckpointError as error:
        raise CannotMeasure(str(error)) from error
    known = torch.from_numpy(condition_space().encode(_SONG.genres, _SONG.features))
    with torch.no_grad():
        a = model.condition(known[None].to(writer.device), torch.ones(1, device=writer.device))

    def one_by_one(decoder: OriginalDecoder) -> Write:
        samples = decoder.write(a, _SEED)
        return lambda: 1 if next(samples) else 0

    own = OriginalDecoder.of(model)
    large = OriginalDecoder.with_vocabulary(model, lab.scale.words)
    return writer, one_by_one(own), one_by_one(large)


def _ours(writer: Writer, batch: int) -> Write:
    seeds = itertools.count(_SEED)

    def write() -> int:
        events = writer.write(_SONG, batch, next(seeds))
        return sum(isinstance(event, SampleEvent) for event in events)

    return write
