"""Data to measure with: as many requests, samples and judgements as a curator has after a while.

Written through the store itself. Five samples a request, of which two were rejected and one
approved; the latest requests wait to be judged. Texts and vectors are as long as real ones (120
characters, 32 and 30 numbers).
"""

import base64
import shutil
from collections.abc import Iterator
from pathlib import Path
from random import Random

from curator.bench.lab import Lab
from curator.desk.ledger import new_id
from curator.domain.records import Event, Record, Request, Sample, Song
from curator.store import Store

A_REQUEST = 5
JUDGED = 3
OPEN_REQUESTS = 400
"""How many wait to be judged, if there are so many; at most half."""
LATENT, TOKENS = 32, 30
_AT = "2026-01-01T12:00:00.000Z"
_TOGETHER = 100
_WORDS = (
    "bass drums warm slow bright a the that and over under guitar voice hum of velvet tape strings",
    "pulse drifts like rain on glass into every chorus with brass room low heavy patient neon",
)
_GENRES = ("dream pop", "techno", "black metal", "soul", "folk", "bossa nova", "drill", "ambient")


def make_home(lab: Lab, samples: int) -> Path:
    """Return a data folder with this many samples, all of it in the journal.

    The folder is made once a run; who writes to it works on a copy.
    """
    home = lab.folder / f"journal-{samples}"
    if home.is_dir():
        return home
    lab.tell(f"storing {samples:,} samples to measure with")
    making = lab.place("making")
    with Store.open(making) as store:
        pending: list[Record] = []
        for number, records in enumerate(_records(samples), 1):
            pending += records
            if number % _TOGETHER == 0:
                store.append(*pending).result()
                pending = []
        store.append(*pending).result()
        # Copied while it is open: closing may fold the journal.
        shutil.copytree(making, home, ignore=shutil.ignore_patterns("lock"))
    shutil.rmtree(making)
    return home


def make_folded(lab: Lab, samples: int) -> Path:
    """Return a data folder with this many samples, all of it in the snapshot."""
    home = lab.folder / f"snapshot-{samples}"
    if not home.is_dir():
        shutil.copytree(make_home(lab, samples), home)
        with Store.open(home) as store:
            store.snapshot()
    return home


def open_titles(samples: int) -> list[str]:
    """Return the titles of the requests that wait to be judged, in the order of the queue."""
    return [_title(number) for number in range(_first_open(samples), samples, A_REQUEST)]


def copy_of(lab: Lab, home: Path) -> Path:
    """Return a copy of a data folder, to write to."""
    copy = lab.place(f"{home.name}-copy")
    shutil.copytree(home, copy)
    return copy


def _first_open(samples: int) -> int:
    requests = -(-samples // A_REQUEST)
    return A_REQUEST * (requests - min(OPEN_REQUESTS, requests // 2))


def _title(number: int) -> str:
    return f"Title {number:06}"


def _records(samples: int) -> Iterator[list[Record]]:
    """Yield each request with its samples and judgements."""
    random = Random(0)
    first_open = _first_open(samples)
    for number in range(0, samples, A_REQUEST):
        song = Song(
            artist=f"Artist {number}",
            title=_title(number),
            genres=tuple(random.sample(_GENRES, 2)),
            features={"energy": 0.8, "valence": 0.3, "tempo": 120.0},
        )
        request = Request(
            new_id(), _AT, "typed", f"{song.artist} - {song.title}", song, ref=str(number)
        )
        own = [_sample(random, request, row) for row in range(min(A_REQUEST, samples - number))]
        judged = own[:JUDGED] if number < first_open else []
        yield [request, *own, *(_judged(sample) for sample in judged)]


def _sample(random: Random, request: Request, row: int) -> Sample:
    text = " ".join(random.choices(" ".join(_WORDS).split(), k=24))[:119].capitalize() + "."
    return Sample(
        id=new_id(),
        request_id=request.id,
        at=_AT,
        text=text,
        model="cvae-small",
        weights="0" * 64,
        seed=1,
        row=row,
        tokens=TOKENS,
        seconds=0.25,
        temperature=0.8,
        top_p=0.92,
        z=_vector(random, LATENT),
        logprobs=_vector(random, TOKENS),
        song=request.song,
    )


def _vector(random: Random, length: int) -> str:
    """Return the base64 of float32 numbers; their values matter to nobody."""
    return base64.b64encode(random.randbytes(4 * length)).decode()


def _judged(sample: Sample) -> Event:
    data = {
        "request": sample.request_id,
        "verdict": "approve" if sample.row == JUDGED - 1 else "reject",
        "seconds": 3.5,
    }
    return Event(new_id(), _AT, "bench", "judged", sample.id, data)
