"""The whole way from files to training, validation and test sentences."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from models.corpus.cleaning import dull, is_english, sentences, tidy
from models.corpus.duplicates import NearDuplicates, over_cap, without_repeats
from models.corpus.folder import is_built, load, walk
from models.corpus.funnel import Funnel
from models.corpus.placeholders import with_placeholders
from models.corpus.records import Passage, Sentence, SourceError
from models.corpus.roundups import is_roundup
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
    # Names come from anywhere; half a surrogate pair is no UTF-8, and still a name.
    digest = hashlib.sha256(song.encode(errors="surrogatepass")).digest()
    place = int.from_bytes(digest[:8]) / 2**64
    if place < test:
        return "test"
    return "valid" if place < test + valid else "train"


def prepare(paths: Iterable[Path], *, on_stage: Callable[[str], None] = lambda _: None) -> Corpus:
    """Read, clean, filter and split every source; folders are walked.

    The sentences of a corpus that was built before stay as they are, where they are; of several
    such corpora each sentence counts once. Files that cannot be used are named in the funnel;
    raises SourceError if none can.
    """
    corpus = Corpus()
    funnel = corpus.funnel
    parts = {"train": corpus.train, "valid": corpus.valid, "test": corpus.test}
    duplicates = NearDuplicates()
    passages: list[Passage] = []
    built_before = 0
    for path in walk(paths, funnel):
        on_stage(f"reading {path.name}")
        try:
            if is_built(path):
                for name, built in load(path, funnel).items():
                    parts[name] += built
                built_before += 1
            else:
                passages += read(path, funnel)
        except SourceError as error:
            funnel.refuse(path, str(error))
    if not passages and not any(parts.values()):
        reasons = "; ".join(f"{path}: {why}" for path, why in funnel.refused.items())
        raise SourceError(f"nothing to learn from: {reasons or 'no files given'}")
    on_stage("cleaning")
    repeats = without_repeats(parts) if built_before > 1 else 0
    if repeats:
        funnel.dropped_sentences["duplicate"] = repeats
    if passages:
        for part in parts.values():
            for sentence in part:
                duplicates.seen(sentence.text)
    # Our own sentences first: of two near-duplicates theirs is kept.
    passages.sort(key=lambda passage: passage.register != "voice")
    kept = _filtered(passages, funnel, duplicates)
    excess = over_cap(kept, OPENING_CAP)
    if excess:
        funnel.dropped_sentences["opening used too often"] = len(excess)
    for i, sentence in enumerate(kept):
        if i not in excess:
            parts[split_of(sentence.song)].append(sentence)
    funnel.splits = {name: len(part) for name, part in parts.items()}
    funnel.kept = sum(funnel.splits.values())
    return corpus


def _filtered(
    passages: Iterable[Passage], funnel: Funnel, duplicates: NearDuplicates
) -> list[Sentence]:
    kept: list[Sentence] = []
    for passage in passages:
        texts = passage.text.split("\n\n") if passage.post else [passage.text]
        texts = [tidy(text) for text in texts]
        reason = _unfit(passage, texts)
        if reason:
            funnel.dropped_passages[reason] += 1
            continue
        for piece in _pieces(passage, texts):
            funnel.sentences += 1
            reason = _reason(piece, passage, duplicates)
            if reason:
                funnel.dropped_sentences[reason] += 1
                continue
            kept.append(
                Sentence(piece, passage.song, passage.register, passage.genres, passage.features)
            )
    return kept


def _unfit(passage: Passage, texts: list[str]) -> str | None:
    """Return why a whole passage is dropped, or None."""
    post = passage.post
    if post and is_roundup(post.headline, post.headings, texts):
        return "about many songs"
    if passage.register != "voice" and not is_english(" ".join(texts)):
        return "not English"
    return None


def _pieces(passage: Passage, texts: list[str]) -> Iterator[str]:
    """Yield the sentences of a passage, names as placeholders; ours are one line each already."""
    if passage.register == "voice":
        yield from texts
        return
    artist, title = (passage.post.artist, passage.post.title) if passage.post else (None, None)
    for text in texts:
        yield from sentences(with_placeholders(text, artist, title))


def _reason(text: str, passage: Passage, duplicates: NearDuplicates) -> str | None:
    """Return why a sentence is dropped, or None."""
    words = len(text.split())
    if words < SHORTEST:
        return "too short"
    if words > LONGEST:
        return "too long"
    if passage.register != "voice":
        why = dull(text, "news.txt" if passage.post else "dull.txt")
        if why:
            return why
    return "duplicate" if duplicates.seen(text) else None
