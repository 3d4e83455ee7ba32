"""The loop with a judge in the curator's place: write → judge → label → learn → steer.

Judgements go the way that they go at the desk, through a store in a folder that is thrown away:
requests and samples are appended, judgements are events by the same door as `curator judge`, and
labels are what `curator.domain.labels` makes of them.

What is shown is chosen to learn from, one text a song: in a round after the first a fifth or so is
written as if nothing had been learnt; the rest is the best of steered and plain drafts, half of it
by what the head expects, half by one draw of the head at random, so that what it is unsure of is
tried too (Thompson 1933). What was learnt last is in use: nothing is promoted here.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from curator.desk.ledger import new_id, now, stamp
from curator.desk.scripted import ScriptedJudge
from curator.desk.survey import survey
from curator.domain.arms import CONTROL
from curator.domain.labels import Label
from curator.domain.ratings import song_key
from curator.domain.records import Arm, Request, Sample, Song
from curator.domain.vectors import pack, unpack
from curator.simulation.judges import Answer, Judge
from curator.simulation.songs import songs
from curator.store import Store, StoreError
from models.learning import (
    LearnProgress,
    LearnReport,
    LearnSettings,
    Rating,
    RewardHead,
    TasteSteering,
    TooFew,
    learn,
    load_generator,
    load_reward,
)
from models.writer import Conditions, Reader, SampleEvent, Sampling, Steering

CURATOR = "simulated"
_MIDDLE = 3
"""So many stars are as many when they are turned round."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is simulated.

    `ratings` judgements in `rounds`, a share of `flips` of them turned round at random: of those
    that can be, which three stars cannot. `songs` held-out ones tell what it was worth, with
    `candidates` drafts of each in every way.
    """

    ratings: int = 100
    rounds: int = 4
    seed: int = 1
    flips: float = 0.0
    songs: int = 100
    candidates: int = 8
    settings: LearnSettings = field(default_factory=LearnSettings)


@dataclass(frozen=True, slots=True)
class Told:
    """How far a simulation is."""

    stage: str
    done: int = 0
    total: int = 0


Teller = Callable[[Told], None]


@dataclass(frozen=True, slots=True)
class Learnt:
    """What is in use after a round: a head, and mostly a generator."""

    head: RewardHead
    steering: TasteSteering | None
    report: LearnReport


@dataclass(frozen=True, slots=True)
class Round:
    """A round of judgements: how many, and how many of them the judge approved (before flips)."""

    judged: int
    approved: int


@dataclass(frozen=True, slots=True)
class Looped:
    """What a loop came to; `learnt` and `shuffled` are None where there was too little.

    `flipped` counts the judgements that were turned round.
    """

    rounds: tuple[Round, ...]
    labels: int
    flipped: int
    learnt: Learnt | None
    shuffled: Learnt | None
    reason: str = ""


def simulate(
    plan: Plan, writer: Reader, judge: Judge, home: Path, tell: Teller = lambda _: None
) -> Looped:
    """Run the loop in the folder `home`. Raises JudgeError, and what the store raises."""
    loop = _Loop(plan, writer, judge, home, tell)
    with Store.open(home, write=True) as store:
        return loop.run(store)


class _Loop:
    def __init__(self, plan: Plan, writer: Reader, judge: Judge, home: Path, tell: Teller) -> None:
        self._plan, self._writer, self._judge = plan, writer, judge
        self._home, self._tell = home, tell
        self._rng = np.random.default_rng([plan.seed, 11])
        self._turnable = self._flipped = 0
        self._about = songs(writer.drafter(), plan.ratings, plan.seed, held_out=False)
        self._flips = self._which_flip()

    def _which_flip(self) -> set[int]:
        """Draw which are turned round, by their number among those that can be."""
        count = round(self._plan.flips * self._plan.ratings)
        return set(self._rng.choice(self._plan.ratings, count, replace=False).tolist())

    def run(self, store: Store) -> Looped:
        plan = self._plan
        learnt: Learnt | None = None
        rounds: list[Round] = []
        reason = ""
        edges = np.linspace(0, plan.ratings, plan.rounds + 1).round().astype(int).tolist()
        for number, (start, end) in enumerate(pairwise(edges), 1):
            rounds.append(self._round(store, number, range(start, end), learnt))
            labels = survey(store).labels
            last = number == plan.rounds
            try:
                learnt = self._learn(labels, f"round {number}", last=last)
            except TooFew as error:
                reason = str(error)
                if last:  # what fewer labels taught is not what all of them did
                    learnt = None
        ratings = survey(store).labels
        shuffled = None
        if learnt is not None:
            shuffled = self._learn(ratings, "shuffled labels", last=True, shuffle=True)
        return Looped(
            tuple(rounds),
            len(ratings),
            self._flipped,
            learnt,
            shuffled,
            "" if learnt else reason,
        )

    def _round(self, store: Store, number: int, places: range, learnt: Learnt | None) -> Round:
        door = ScriptedJudge(store, CURATOR)
        approved = 0
        for done, place in enumerate(places):
            self._tell(Told(f"round {number}: judging", done, len(places)))
            song = self._about[place]
            request = Request(new_id(), stamp(now()), "simulation", f"song {place}", song)
            sample = self._sample(request, place, learnt)
            store.append(request, sample).result()
            answer = self._judge(sample.text, song)
            approved += answer.approved
            said = {"sample_id": sample.id, **self._said(answer)}
            ack = door.take(json.dumps(said).encode())
            if not ack["ok"]:
                raise StoreError(str(ack["error"]))
        return Round(len(places), approved)

    def _said(self, answer: Answer) -> dict[str, object]:
        """Return what the door is told of an answer, turned round where its number was drawn."""
        if answer.stars == _MIDDLE:
            return {"stars": _MIDDLE}
        flip = self._turnable in self._flips
        self._turnable += 1
        self._flipped += flip
        if answer.stars is None:
            return {"verdict": "approve" if answer.approved != flip else "reject"}
        return {"stars": 2 * _MIDDLE - answer.stars if flip else answer.stars}

    def _sample(self, request: Request, place: int, learnt: Learnt | None) -> Sample:
        """Return the text to be judged on a song, written in its arm."""
        dice = self._rng.random(2)
        seed = 1_000_003 * self._plan.seed + place
        conditions = conditions_of(request.song)
        if learnt is None or dice[0] < CONTROL:
            (event,) = write(self._writer, conditions, 1, seed, None)
            arm: Arm | None = None if learnt is None else "control"
            return sample_of(request, event, self._writer, seed, arm, 1)
        n = self._plan.candidates
        # Steered and plain drafts side by side: where steering errs, the plain ones show it.
        events = write(self._writer, conditions, n, seed, learnt.steering)
        events += write(self._writer, conditions, n // 2, seed + 500_000, None)
        said = learnt.head.members([e.text for e in events], [conditions] * len(events))
        explores = dice[1] < 0.5
        scores = said[:, self._rng.integers(said.shape[1])] if explores else said.mean(1)
        best = int(scores.argmax())
        steered = best < n and learnt.steering is not None
        return sample_of(
            request,
            events[best],
            self._writer,
            seed,
            "steered" if steered else "best-of",
            len(events),
        )

    def _learn(
        self, labels: Sequence[Label], name: str, *, last: bool, shuffle: bool = False
    ) -> Learnt:
        settings = replace(
            self._plan.settings,
            seed=self._plan.seed,
            cache=self._plan.settings.cache or self._home / "learned" / ".drafts",
            shuffle=shuffle,
            compared=0,
        )
        if not last:
            # Between rounds the choice of z does; the generator is trained once there is most to
            # learn from. Steered and plain drafts are one pool then, with one measure of worn.
            lcgan = replace(settings.lcgan, steps=0)
            choices, few = settings.choices[:2], settings.held_out // 2
            settings = replace(
                settings, folds=0, lcgan=lcgan, choices=choices, held_out=few, worn=0
            )
        elif shuffle:
            settings = replace(settings, folds=0)

        def progress(at: LearnProgress) -> None:
            self._tell(Told(f"{name}: {at.phase}", at.done, at.total))

        folder = self._home / "learned" / name.replace(" ", "-")
        ratings = [rating_of(label, self._writer) for label in labels]
        report = learn(ratings, self._writer, settings, folder, on_progress=progress)
        steering = load_generator(folder) if report.generator else None
        return Learnt(load_reward(folder, self._writer), steering, report)


def conditions_of(song: Song) -> Conditions:
    """Return what the model is told of a song."""
    return Conditions(song.artist, song.title, song.genres, song.features)


def write(
    writer: Reader, conditions: Conditions, n: int, seed: int, steering: Steering | None
) -> list[SampleEvent]:
    """Write rows 0 … n − 1, one draft each."""
    events = writer.write(conditions, n, seed, sampling=Sampling(candidates=1), steering=steering)
    return sorted((e for e in events if isinstance(e, SampleEvent)), key=lambda e: e.row)


def sample_of(
    request: Request, event: SampleEvent, writer: Reader, seed: int, arm: Arm | None, drafts: int
) -> Sample:
    """Return the record of a text."""
    return Sample(
        id=new_id(),
        request_id=request.id,
        at=stamp(now()),
        text=event.text,
        model=writer.name,
        weights=writer.weights_hash,
        seed=seed,
        row=event.row,
        tokens=event.tokens,
        seconds=round(event.seconds, 4),
        z="" if event.z is None else pack(tuple(event.z.tolist())),
        logprobs=pack(tuple(event.logprobs.tolist())),
        song=request.song,
        arm=arm,
        drafts=drafts,
    )


def rating_of(label: Label, writer: Reader) -> Rating:
    """Return a label as the models learn from it."""
    sample = label.sample
    logprobs = unpack(sample.logprobs)
    return Rating(
        text=label.text,
        conditions=conditions_of(label.song),
        value=(1 + label.value) / 2,
        weight=label.weight,
        z=np.array(unpack(sample.z), np.float32) if sample.z else None,
        logprob=sum(logprobs) / len(logprobs) if logprobs else None,
        song=song_key(label.song, sample.request_id),
        id=label.id,
    )
