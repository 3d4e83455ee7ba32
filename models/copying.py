"""How much of what was written is copied from the training text."""

from collections.abc import Iterable, Sequence

from models.corpus.cleaning import words_of
from models.guards import COPY_WORDS

Run = tuple[str, ...]


def copied(texts: Iterable[str], training: Iterable[str], size: int = COPY_WORDS) -> float:
    """Return the share of `texts` that is copied, in characters of their words.

    A character is copied if its word stands in a run of at least `size` words that is found,
    case and punctuation aside, within one of the `training` texts. A shorter text is copied if it
    is, as a whole, one of them. Whole words are counted since runs of letters are shared by any
    two texts of a language, and `size` is that of the guard against copies when writing.
    """
    known = {run for text in training for run in _runs(words_of(text), size)}
    all_letters = copied_letters = 0
    for text in texts:
        words = words_of(text)
        marked = [False] * len(words)
        for start, run in enumerate(_runs(words, size)):
            if run in known:
                marked[start : start + len(run)] = [True] * len(run)
        all_letters += sum(map(len, words))
        copied_letters += sum(len(w) for w, mark in zip(words, marked, strict=True) if mark)
    return copied_letters / max(1, all_letters)


def _runs(words: Sequence[str], size: int) -> list[Run]:
    """Return the runs of `size` words, or all the words where there are fewer."""
    starts = range(max(1, len(words) - size + 1))
    return [tuple(words[start : start + size]) for start in starts if words]
