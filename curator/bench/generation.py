"""Samples a second: what ships against the original's way of decoding, in turns on one machine.

Imported only when it is run: torch comes with it.
"""

import itertools
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import torch

from curator.bench import machine
from curator.bench.lab import CannotMeasure, Lab
from curator.bench.original import OriginalDecoder
from curator.bench.results import Bar, Beside, Measure, Result, times
from curator.bench.spread import Spread
from models import checkpoint, library
from models.checkpoint import Checkpoint, CheckpointError
from models.conditions import condition_space
from models.cvae_writer import CvaeWriter, load_model
from models.writer import Conditions, SampleEvent, Writer

ONE_DRAFT = ", one draft a sample"
SAME, DEPLOYED = "original, same weights", "original as deployed"
BARS: Mapping[int, tuple[tuple[str, float], ...]] = {
    16: ((SAME, 10.0),),
    64: ((SAME, 20.0), (DEPLOYED, 200.0)),
}
"""By batch: a baseline, and how many times its rate ours must be at least."""
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
        measures, facts = _measure(lab)
    finally:
        torch.set_num_threads(before)
    drafts = facts["drafts"]
    many = "s" if threads > 1 else ""
    chosen = f"; of each {drafts} drafts the best is kept" if drafts > 1 else ""
    return Result(
        "generation",
        f"samples a second of {facts['model']} on {facts['device']}, "
        f"{threads} torch thread{many} for all",
        measures,
        notes=(
            f"a sample counts when it is finished, streaming and checks included{chosen}",
            "the original decodes one sample at a time, 50 steps each, whatever the batch",
            f"as deployed its vocabulary had {lab.scale.words:,} words; its other sizes are ours",
            "the bar against it as deployed is held at batch 64",
        ),
        facts={"torch_threads": threads} | facts,
    )


def _measure(lab: Lab) -> tuple[tuple[Measure, ...], dict[str, Any]]:
    """Return the measures, and what the model is: its device, and drafts a sample."""
    lab.tell("loading the model")
    stored, writers = _writers(lab)
    baselines = _originals(lab, stored, writers[""].device)
    ours = {
        f"batch {batch}{how}": (batch, writer)
        for how, writer in writers.items()
        for batch in (BARS if how else lab.scale.batches)
    }
    takers = {name: _ours(writer, batch) for name, (batch, writer) in ours.items()} | baselines
    rates: dict[str, list[float]] = {name: [] for name in takers}
    for write in takers.values():
        write()  # once for nothing: caches, threads, tables made at the first use
    for _ in lab.turns("turns", range(lab.scale.turns)):
        for name, write in takers.items():
            rates[name].append(_rate(write, lab.scale.seconds_a_turn))
    spreads = {name: Spread.of(found) for name, found in rates.items()}
    beside = tuple(Beside(name, spreads[name]) for name in baselines)
    measures = tuple(
        Measure(name, "samples/s", spreads[name], beside, _bars(name, batch, spreads))
        for name, (batch, _) in ours.items()
    )
    facts = {"model": writers[""].name, "device": writers[""].device, "drafts": _drafts(stored)}
    return measures, facts


def _rate(write: Write, seconds: float) -> float:
    """Return samples a second over at least `seconds`, and one call at least."""
    start = time.perf_counter()
    written = write()
    while (passed := time.perf_counter() - start) < seconds:
        written += write()
    return written / passed


def _bars(name: str, batch: int, spreads: Mapping[str, Spread]) -> tuple[Bar, ...]:
    """Return a measure's bars; what was deployed is held against what ships only."""
    return tuple(
        times(spreads[name].median, spreads[baseline].median, "≥", limit, baseline)
        for baseline, limit in BARS.get(batch, ())
        if baseline == SAME or not name.endswith(ONE_DRAFT)
    )


def _writers(lab: Lab) -> tuple[Checkpoint, dict[str, Writer]]:
    """Return the model and, by what sets them apart, writers with it: as it ships, and plain.

    A model that writes several drafts and keeps one does more than the original did. With one
    draft a sample, implementation stands against implementation.
    """
    try:
        folder = library.find(lab.model)
        if checkpoint.describe(folder)["kind"] != "cvae":  # the original was one
            folder = library.find()
        stored = checkpoint.load(folder)
        writers: dict[str, Writer] = {"": library.load(folder, lab.device)}
        if _drafts(stored) > 1:
            single = replace(stored, decoding=stored.decoding | {"candidates": 1})
            writers[ONE_DRAFT] = CvaeWriter(single, folder.name, lab.device)
    except CheckpointError as error:
        raise CannotMeasure(str(error)) from error
    return stored, writers


def _drafts(stored: Checkpoint) -> int:
    return int(stored.decoding.get("candidates", 1))


def _originals(lab: Lab, stored: Checkpoint, device: str) -> dict[str, Write]:
    """Return the same weights decoded the old way, with their vocabulary and the deployed one."""
    model = load_model(stored.config, stored.tensors).to(device)
    known = torch.from_numpy(condition_space().encode(_SONG.genres, _SONG.features))
    with torch.no_grad():
        a = model.condition(known[None].to(device), torch.ones(1, device=device))

    def one_by_one(decoder: OriginalDecoder) -> Write:
        samples = decoder.write(a, _SEED)
        return lambda: 1 if next(samples) else 0

    return {
        SAME: one_by_one(OriginalDecoder.of(model)),
        DEPLOYED: one_by_one(OriginalDecoder.with_vocabulary(model, lab.scale.words)),
    }


def _ours(writer: Writer, batch: int) -> Write:
    seeds = itertools.count(_SEED)

    def write() -> int:
        events = writer.write(_SONG, batch, next(seeds))
        return sum(isinstance(event, SampleEvent) for event in events)

    return write
