"""The laid-out decoder on texts that are there already, in a precision that it writes in."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from models.control import conditions_of
from models.corpus.records import Sentence
from models.pretrained.cache import Cache
from models.pretrained.products import Precision
from models.pretrained.prompt import told
from models.pretrained.reading import posteriors
from models.pretrained.stepping import Stepper
from models.pretrained.writer import PretrainedWriter
from models.reading import template_of
from models.rows import MAX_TOKENS
from models.tokenizer import BOS, EOS
from models.writer import Conditions, Vector
from models.writing import BLOCK


class Heard(NamedTuple):
    """What a critic is shown of texts: readings (N, R), and of each the log-probabilities (T,) of
    those of its tokens that can be written."""

    readings: Vector
    logprobs: list[Vector]


class _Step(NamedTuple):
    """One token of a text: its number, logits (A,) before the token `target`, None for one that
    can't be written, and the readings (R,) of what is before."""

    text: int
    logits: Tensor
    target: int | None
    readings: Tensor


@torch.inference_mode()
def nats_a_token(
    writer: PretrainedWriter, sentences: Sequence[Sentence], precision: Precision
) -> float:
    """Return the mean nats of the writable tokens of `sentences`, each from its own z.

    Tokens that cannot be written are passed over: what is compared is precisions, not models.
    """
    songs = [conditions_of(sentence) for sentence in sentences]
    total, count = 0.0, 0
    for step in _steps(writer, precision, [s.text for s in sentences], songs):
        if step.target is not None:
            target = step.logits.new_tensor(step.target, dtype=torch.long)
            total += float(F.cross_entropy(step.logits, target))
            count += 1
    return total / max(1, count)


@torch.inference_mode()
def hear(
    writer: PretrainedWriter,
    texts: Sequence[str],
    conditions: Sequence[Conditions],
    z: Sequence[Vector | None] | None = None,
) -> Heard:
    """Return what a critic would be shown of texts when they are written from z: that of their
    posterior where none is given. What is longer than anything written is shown as far as that."""
    readings: dict[int, Vector] = {}
    logprobs: list[list[float]] = [[] for _ in texts]
    for step in _steps(writer, writer.precision, texts, conditions, z):
        if step.target is not None:
            logprobs[step.text].append(float(step.logits.log_softmax(0)[step.target]))
        readings[step.text] = step.readings.cpu().numpy().copy()  # the last ones stand
    return Heard(
        np.stack([readings[number] for number in range(len(texts))]),
        [np.array(of, np.float32) for of in logprobs],
    )


def _steps(
    writer: PretrainedWriter,
    precision: Precision,
    texts: Sequence[str],
    conditions: Sequence[Conditions],
    given: Sequence[Vector | None] | None = None,
) -> Iterator[_Step]:
    """Step through texts, sixteen at a time, each as far as `MAX_TOKENS`, its end among them; what
    is yielded is overwritten by the next step."""
    pairs = zip(texts, conditions, strict=True)
    whole = [template_of(writer.tokenizer, *pair)[0] for pair in pairs]
    tokens = [(*text, EOS)[:MAX_TOKENS] for text in whole]
    strange = sorted({token for row in tokens for token in row}.difference(writer.writable))
    stepper = Stepper(writer.model, writer.writable, precision, strange)
    place = {token: i for i, token in enumerate([*writer.writable, BOS, *strange])}
    known = [writer.known(song) for song in conditions]
    z = _drawn_from(writer, stepper, whole, known, given or [None] * len(texts))
    for first in range(0, len(texts), BLOCK):
        songs = conditions[first : first + BLOCK]
        begins = [
            tuple(told(writer.tokenizer, known[first + slot], song.artist, song.title))
            for slot, song in enumerate(songs)
        ]
        each = list(dict.fromkeys(begins))  # drafts of one song often stand side by side
        before = dict(zip(each, stepper.prompts(each), strict=True))
        cache = Cache(stepper, max(map(len, each)))
        for slot in range(len(songs)):
            own = torch.from_numpy(z[first + slot])[None]
            keys, values, words = stepper.memory(own.to(writer.device))
            cache.begin(slot, (keys[0], values[0]), words[0], before[begins[slot]])
        rows = [[place[token] for token in row] for row in tokens[first : first + BLOCK]]
        last = torch.full((BLOCK,), stepper.start_token, device=writer.device)
        for step in range(max(map(len, rows))):
            logits, heard = stepper.step(last, cache), cache.readings()
            for slot, row in enumerate(rows):
                if step < len(row):
                    target = row[step] if row[step] < stepper.start_token else None
                    yield _Step(first + slot, logits[slot], target, heard[slot])
                    last[slot] = row[step]


def _drawn_from(
    writer: PretrainedWriter,
    stepper: Stepper,
    tokens: Sequence[Sequence[int]],
    known: Sequence[Vector],
    given: Sequence[Vector | None],
) -> list[Vector]:
    """Return the z of each text: the one given, or that of its posterior."""
    without = [row for row, z in enumerate(given) if z is None]
    if not without:
        return [z for z in given if z is not None]
    texts = [tokens[row] or [EOS] for row in without]
    songs = np.stack([known[row] for row in without])
    found = iter(posteriors(writer.model, stepper, texts, songs))
    return [next(found) if z is None else z for z in given]
