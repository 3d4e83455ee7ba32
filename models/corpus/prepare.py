"""The whole way from files to training, validation and test sentences."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from models.corpus.cleaning import dull, is_english, sentences, tidy
from models.corpus.duplicates import NearDuplicates, over_cap
from models.corpus.funnel import Funnel
from models.corpus.records import Passage, Sentence, SourceError
from models.corpus.sources import read

Split = Literal["train", "valid", "test"]
SHORTEST, LONGEST = 6, 35
OPENING_CAP = 0.06


@dataclass
class Corpus:
    """Sentences by split, and how they came about."""

    train: list[Sentence] = field(default_factory=list)
    valid: list[Sentence] = field(default_factory=list)
    test: list[Sentence] = field(default_factory=list)
    funnel: Funnel = field(default_factory=Funnel)

    def fingerprint(self) -> str:
        """Return a hash of every sentence: a training run resumes only on the same corpus."""
        digest = hashlib.sha256()
        for part in (self.train, self.valid, self.test):
            for sentence in part:
                digest.update(repr(sentence).encode())
        return digest.hexdigest()[:16]


def split_of(song: str, valid: float = 0.04, test: float = 0.04) -> Split:
    """Return where a song belongs, by a hash of its name alone."""
    place = int.from_bytes(hashlib.sha256(song.encode()).digest()[:8]) / 2**64
    if place < test:
        return "test"
    return "valid" if place < test + valid else "train"


def prepare(paths: Iterable[Path], *, on_stage: Callable[[str], None] = lambda _: None) -> Corpus:
    """Read, clean, filter and split every source.

    Files that cannot be used are named in the funnel; raises SourceError if none can.
    """
    corpus = Corpus()
    funnel = corpus.funnel
    passages: list[Passage] = []
    for path in paths:
        on_stage(f"reading {path.name}")
        try:
            passages += read(path, funnel)
        except SourceError as error:
            funnel.refuse(path, str(error))
    if not passages:
        reasons = "; ".join(f"{path}: {why}" for path, why in funnel.refused.items())
        raise SourceError(f"nothing to learn from: {reasons or 'no files given'}")
    # Our own sentences first: of two near-duplicates theirs is kept.
    passages.sort(key=lambda passage: passage.register != "voice")
    on_stage("cleaning")
    kept = _filtered(passages, funnel)
    excess = over_cap(kept, OPENING_CAP)
    if excess:
        funnel.dropped_sentences["opening used too often"] = len(excess)
    parts = {"train": corpus.train, "valid": corpus.valid, "test": corpus.test}
    for i, sentence in enumerate(kept):
        if i not in excess:
            parts[split_of(sentence.song)].append(sentence)
    funnel.splits = {name: len(part) for name, part in parts.items()}
    funnel.kept = sum(funnel.splits.values())
    return corpus


def _filtered(passages: Iterable[Passage], funnel: Funnel) -> list[Sentence]:
    kept: list[Sentence] = []
    duplicates = NearDuplicates()
    for passage in passages:
        text = tidy(passage.text)
        voice = passage.register == "voice"
        if not voice and not is_english(text):
            funnel.dropped_passages["not English"] += 1
            continue
        for piece in [text] if voice else sentences(text):
            funnel.sentences += 1
            reason = _reason(piece, voice, duplicates)
            if reason:
                funnel.dropped_sentences[reason] += 1
                continue
            kept.append(
                Sentence(piece, passage.song, passage.register, passage.genres, passage.features)
            )
    return kept


def _reason(text: str, voice: bool, duplicates: NearDuplicates) -> str | None:
    """Return why a sentence is dropped, or None."""
    words = len(text.split())
    if words < SHORTEST:
        return "too short"
    if words > LONGEST:
        return "too long"
    if not voice:
        why = dull(text)
        if why:
            return why
    return "duplicate" if duplicates.seen(text) else None
