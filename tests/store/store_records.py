"""Small records to store, numbered, so that a test can tell which are there."""

from curator.domain.records import Event, Request, Sample, Song
from curator.domain.steps import Mark, PostStep, VersionStep
from curator.store import Store

AT = "2026-05-01T12:00:00.000000+00:00"
HOSTILE = 'a "quoted" }],["samples","x",{"id":"y"}] \\ \x00\x1b[31m\u202e\ud800 \u2028 é\n'


def request(number, **fields):
    fields = {"text": f"song {number}", "song": Song("Artist", f"Title {number}")} | fields
    return Request(id=f"R{number:04}", at=AT, source="typed", ref=f"ref-{number}", **fields)


def sample(number, of=0, **fields):
    fields = {"text": f"text {number}", "model": "cvae"} | fields
    return Sample(id=f"S{number:04}", request_id=f"R{of:04}", at=AT, **fields)


def event(number, **data):
    return Event(f"E{number:04}", AT, "iris", "judged", f"S{number:04}", {"n": number} | data)


def step(number, **data):
    return PostStep(f"P{number:04}", AT, f"S{number:04}", "queued", {"text": "t"} | data)


def mark(number, **more):
    return Mark(f"M{number:04}", AT, "x:mentions:7", since=str(number), **more)


def version(number, **data):
    return VersionStep(f"V{number:04}", AT, "iris", f"v{number}", "trained", {"n": 1} | data)


def filled(counts):
    """The tables that hold something."""
    return {table: count for table, count in counts.items() if count}


def everything(store: Store):
    """All that a store holds, by id."""
    found = {r.id: r for r in _all(store)}
    assert len(found) == sum(store.counts().values())
    return found


def _all(store: Store):
    return [
        *store.requests(),
        *store.samples(),
        *store.events(),
        *store.posts(),
        *store.marks(),
        *store.versions(),
    ]


def killed(store: Store):
    """End a store's thread and lock as a kill would: nothing folded, nothing said."""
    store._writer.stop()
    store._writer.journal.close()
    store._lock.release()
