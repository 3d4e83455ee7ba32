"""Labels as a training reads them: one JSON object a line, kept beside what was learnt from them.

Each line names its label, so that a version can be traced to what taught it: the sample, what was
said of it and by whom, the text, the song as the model was told of it, and, for a text as it was
written, what the model knows of it.
"""

import json
from collections.abc import Iterable

from curator.domain.finding import for_model
from curator.domain.labels import Label
from curator.domain.records import Song
from curator.domain.vectors import unpack


def rating_lines(labels: Iterable[Label], sources: tuple[str, ...]) -> str:
    """Return a line a label; `sources` are those whose words may reach the model."""
    return "".join(_line(label, for_model(label.song, sources)) + "\n" for label in labels)


def _line(label: Label, song: Song) -> str:
    sample = label.sample
    logprobs = unpack(sample.logprobs) if sample.logprobs else ()
    line = {
        "id": label.id,
        "sample": sample.id,
        "curator": label.curator,
        "said": label.said,
        "raw": label.raw,
        "liked": (1 + label.value) / 2,
        "weight": label.weight,
        "text": label.text,
        "song": song_key(song, sample.request_id),
        "about": {
            "artist": song.artist,
            "title": song.title,
            "genres": list(song.genres),
            "features": dict(song.features),
        },
        "model": sample.model,
        "weights": sample.weights,
        "arm": sample.arm,
        "learned": sample.learned,
        "z": sample.z if label.as_written else "",
        "logprob": sum(logprobs) / len(logprobs) if logprobs and label.as_written else None,
    }
    return json.dumps(line, separators=(",", ":"))


def song_key(song: Song, request_id: str) -> str:
    """Return what is the same for two texts on the same song; a song without a name is its own."""
    names = [" ".join((name or "").casefold().split()) for name in (song.artist, song.title)]
    return " – ".join(names) if all(names) else request_id
