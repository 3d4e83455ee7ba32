"""What finishing any kind of model needs: the tokens it may write, and samples to look at."""

from collections import Counter
from collections.abc import Sequence

from models.corpus import Sentence
from models.tokenizer import EOS
from models.units import Tokenizer
from models.writer import Conditions, SampleEvent, Writer


def writable_tokens(sentences: Sequence[Sentence], tokenizer: Tokenizer) -> list[int]:
    """Return the tokens that a text may be written with: those our own sentences are made of.

    PAD, BOS and UNK are not among them, so they cannot be written; and leaving out what only
    captions use saves a quarter of the output layer.
    """
    counts = Counter(token for s in sentences for token in tokenizer.encode(s.text))
    return sorted({*counts, EOS})


def write_samples(
    writer: Writer, sentences: Sequence[Sentence], count: int
) -> list[tuple[tuple[str, ...], str]]:
    """Write one text for each of the first test songs' conditions, unselected."""
    songs = [s for s in sentences if s.register == "voice"] or list(sentences)
    samples: list[tuple[tuple[str, ...], str]] = []
    for row in range(count):
        song = songs[row % len(songs)]
        conditions = Conditions("Artist", "Title", song.genres, song.features)
        events = writer.write(conditions, 1, seed=1, first_row=row)
        samples += [(song.genres, e.text) for e in events if isinstance(e, SampleEvent)]
    return samples
