"""A stage for the screens: real app, real desk, real store; only the model follows a script.

All artists, titles and sentences are invented. Time stands still, so pictures repeat.
"""

import asyncio
import contextlib
import re
import zlib
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from curator.config import Settings
from curator.desk.changes import OutboxChanged
from curator.desk.desk import Desk
from curator.domain.records import Event, Request, Sample, Song
from curator.domain.steps import PostStep
from curator.domain.vectors import pack, unpack
from curator.engine.client import EngineError
from curator.engine.messages import Ready, Tokens, Written
from curator.tui.app import CuratorApp
from tests.tui.pictures import look  # noqa: F401 - a fixture

NOON = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)

LINES = (
    "The guitars arrive like weather, slow and total, and the voice just stands in it.",
    "A drum machine with a limp and a synth that glows like a vending machine at 3 a.m. 🌃",
    "Everything here is reverb except the doubt; even the tambourine sounds like it is leaving.",
    "It opens as a lullaby and ends as a dare, and I never heard the moment it turned.",
    "The guitars arrive like weather, slow and total, and the voice stands right in it.",
    "Bass as thick as porridge, hi-hats like rain on a tin roof: a kitchen you can dance in.",
    "Two chords, one grudge, and a chorus that keeps the porch light on. #lofi",
    "She sings the whole thing as if someone were asleep in the next room.",
    "A waltz for people who count to four: it limps, it spins, it almost smiles.",
    "The strings do not swell, they lean. By the last bar I was leaning too.",
)

SONGS = (
    ("Night Ferry", "Lanterns", ("dream pop", "shoegaze"),
     {"danceability": 0.41, "energy": 0.63, "acousticness": 0.18, "valence": 0.28,
      "loudness": -7.5, "tempo": 118.0, "instrumentalness": 0.07, "liveness": 0.11,
      "speechiness": 0.04},
     "typed", None, "Night Ferry – Lanterns", "11:58"),
    ("Kelpie Choir", "Saltwater Hymn", ("indie folk", "choral"),
     {"energy": 0.22, "acousticness": 0.91, "valence": 0.35},
     "mention", "harbourlights", "@deephypebot have you heard Kelpie Choir - \"Saltwater Hymn\" "
     "yet?? been on repeat since the ferry, need words for it 🌊 https://example.com/w/9f2a",
     "11:40"),
    ("Ada Moss", "Undertow (Glass Remix)", ("techno",), {"tempo": 132.0, "energy": 0.88},
     "file", None, "Ada Moss – Undertow (Glass Remix) [Premiere]", "10:12"),
    ("Bruno & the Tin Roofs", "Sunday Carburettor", (), {}, "timeline", "lowtide_fm",
     "now playing: Bruno & the Tin Roofs - Sunday Carburettor", "09:30"),
    (None, None, (), {}, "mention", "mirela_k",
     "what a night, my ears are still ringing in the best "
     "way", "08:02"),
    ("山本みどり", "夜の電車", ("city pop",), {"valence": 0.72, "danceability": 0.77},
     "mention", "tokyo_tapes", "山本みどり「夜の電車」最高でした 🚃✨", "07:45"),
)  # fmt: skip


def requests():
    """Return the requests of the script, oldest first."""
    made = []
    for n, (artist, title, genres, features, source, author, text, at) in enumerate(SONGS):
        made.append(
            Request(
                id=f"0REQUEST{n}",
                at=f"2026-03-14T{at}:00.000Z",
                source=source,
                text=text,
                song=Song(artist, title, genres, features, "file") if title else Song(),
                author=author,
                ref=f"190000000000000000{n}" if source in ("mention", "timeline") else None,
                others=("Ada Moss – Slack Water",) if n == 1 else (),
            )
        )
    return made


class ScriptedEngine:
    """Writes the lines above, a batch at a time.

    `stop_at` maps rows to the share of their text after which they stand still until `go_on` is
    called; rows that it does not name are written at once. What is asked about a text waits while
    `silent` is set, until `speak`; it fails with what `refuses` says of it. A text's z is one
    number, its length.
    """

    def __init__(self, lines=LINES):
        self.lines = lines
        self.info = Ready("load", "cvae-small", "a1b2c3", ["a1b2c3"], "cpu", 0.4)
        self.state = "stopped"
        self.error = ""
        self.on_state = None
        self.jobs = []
        self.cancelled = []
        self.fail = None
        self.stop_at = {}
        self._going = asyncio.Event()
        self.asked = []
        self.refuses = {}
        self.silent = False
        self._speaking = asyncio.Event()

    def speak(self):
        """Answer what was asked."""
        self.silent = False
        self._speaking.set()

    async def _listen(self, what):
        self.asked.append(what)
        try:
            if self.silent:
                await self._speaking.wait()
            await asyncio.sleep(0)
        except asyncio.CancelledError:
            self.cancelled.append(what)
            raise
        if why := self.refuses.get(what[0]):
            raise EngineError(why)

    async def surprisal(self, text, song):
        await self._listen(("surprisal", text, song))
        pieces = re.findall(r"\s*\S{1,6}", text)
        return [(piece, zlib.crc32(piece.encode()) % 700 / 100) for piece in pieces]

    async def contributions(self, text, song, *, z=None):
        await self._listen(("contributions", text, song))
        names = [*song.genres, *song.features, "z", "words before"]
        return [
            (word, {n: zlib.crc32((n + word).encode()) % 300 / 100 - 1.5 for n in names})
            for word in re.findall(r"\s*\S+", text)
        ]

    async def encode(self, text, song):
        await self._listen(("encode", text, song))
        return pack((len(text),))

    async def decode(self, z, song, *, seed, temperature=0.5, top_p=0.9):
        await self._listen(("decode", z[0], seed))
        [length] = unpack(z[0])
        text = self.lines[round(length) % len(self.lines)]
        yield Tokens("decode", {"0": text[: len(text) // 2]})
        if self.stop_at:
            await self._going.wait()
        yield Written("decode", 0, text, 20, 0.01, z[0], "", "cvae-small", "a1b2c3")

    def go_on(self):
        """Write on."""
        self.stop_at = {}
        self._going.set()

    def move(self, state, error=""):
        """Be in another state, and say so."""
        self.state, self.error = state, error
        if self.on_state:
            self.on_state()

    async def start(self):
        self.move("ready")

    async def close(self):
        self.state = "stopped"

    async def write(self, job):
        self.jobs.append(job)
        if self.fail:
            raise EngineError(self.fail)
        texts = {
            row: self.lines[(row + len(job.song.title or "") - 8) % len(self.lines)]
            for row in range(job.first_row, job.first_row + job.n)
        }
        try:
            await asyncio.sleep(0)
            for row, text in texts.items():
                arm = job.arms[row - job.first_row] if job.arms else ""
                expected = 0.5 if arm else None
                if row not in self.stop_at:
                    yield Written(job.id, row, text, 20, 0.01, "", "", arm=arm, expected=expected)
            if self.stop_at:
                grown = {
                    str(row): text[: round(len(text) * self.stop_at[row])]
                    for row, text in texts.items()
                    if row in self.stop_at
                }
                yield Tokens(job.id, {row: text for row, text in grown.items() if text})
                held = list(self.stop_at)
                await self._going.wait()
                for row in held:
                    if row in texts:
                        yield Written(job.id, row, texts[row], 20, 0.01, "", "")
        except (GeneratorExit, asyncio.CancelledError):
            self.cancelled.append(job.id)
            raise


class ScriptedX:
    """An account on X. `answers` are used up, one a post: an id, or an error to raise.

    `asked` holds the posts, `own` what the account shows as its posts.
    """

    def __init__(self, *answers):
        self.answers = list(answers)
        self.asked = []
        self.own = []

    def post(self, text, reply_to=None):
        self.asked.append((text, reply_to))
        answer = self.answers.pop(0) if self.answers else str(1900000000000005000 + len(self.asked))
        if isinstance(answer, Exception):
            raise answer
        return answer

    def own_posts(self, since_id=None):
        return self.own

    def lookup(self, ids):
        return {}


def make_desk(home, engine=None, account=None, clock=lambda: NOON, trainer=None, **settings):
    """Return a desk on a folder, not opened yet; `account` is that on X, None without one.

    `trainer` learns.
    """
    values = {"curator": "ann", "theme": "curator-dark"} | settings
    return Desk(
        home,
        Settings(**values),
        engine or ScriptedEngine(),
        clock=clock,
        tick=lambda: 0.0,
        account=lambda: account,
        trainer=lambda: trainer,
    )


POSTS = (
    ("queued", {}, "11:59"),
    ("sending", {}, "11:58"),
    ("posted", {"tweet": "1900000000000001001"}, "11:30"),
    ("counted", {"likes": 12}, "10:40"),
    ("rejected", {"why": "X: You are not permitted to perform this action."}, "11:10"),
    ("uncertain", {"why": "X did not answer within 30 s."}, "11:57"),
    ("blocked", {"why": "it is 14 characters too long"}, "11:20"),
    ("withdrawn", {"why": "withdrawn by the curator"}, "11:25"),
    ("given_up", {"why": "given up by the curator"}, "09:20"),
    ("dry", {"why": "a rehearsal: nothing was sent"}, "08:15"),
)
"""What becomes of a post in each state, with what is known of it, and when."""


def fill_outbox(desk, states=POSTS):
    """Put a post into the outbox for each of these states; its ids are those of the states."""
    for n, (state, data, at) in enumerate(states):
        at = f"2026-03-14T{at}:00.000Z"
        [artist, title, *_] = SONGS[n % 4]
        text, id = LINES[n % len(LINES)], f"P{n}{state}"
        request = Request(f"R{id}", at, "mention", f"words for {title}?", Song(artist, title),
                          "harbourlights", f"18000{n}")  # fmt: skip
        desk.ledger.add(request, Sample(id, request.id, at, text, "imported"))
        content = {"request": request.id, "text": text, "reply_to": request.ref, "price": 0.01,
                   "reason": "a reply: its author mentioned the account",
                   "due": "2026-03-14T12:00:14.000Z" if state == "queued" else at}  # fmt: skip
        before = {"blocked": [], "queued": [], "counted": ["queued", "sending", "posted"],
                  "withdrawn": ["queued"], "dry": ["queued"], "sending": ["queued"],
                  "given_up": ["queued", "sending", "rejected"]}  # fmt: skip
        for kind in (*before.get(state, ["queued", "sending"]), state):
            own = content if kind in ("queued", "blocked") else {"tweet": f"19000{n}"}
            own = own | (data if kind == state else {})
            step = PostStep(f"{id}{kind}", at, id, kind, own)
            assert desk.posting.outbox.apply(step), (state, kind)
            desk.ledger.add(step)
        if state != "withdrawn":
            approval = Event(f"{id}A", at, "ann", "judged", id, {"request": request.id,
                             "verdict": "approve"})  # fmt: skip
            desk.ledger.add(approval)
    desk.ledger.tell(OutboxChanged())


def imported(request_id, texts):
    """Return samples that came from a file."""
    return [
        Sample(f"{request_id}S{n}", request_id, "2026-03-14T07:00:00.000Z", text, "imported")
        for n, text in enumerate(texts)
    ]


async def nothing():
    """Stand for work that is not to be done."""


async def until(condition, patience=60.0):
    """Wait until `condition()` holds; fails when it never does."""
    async with asyncio.timeout(patience):
        while not condition():
            await asyncio.sleep(0.005)


async def settled(pilot):
    """Wait until nothing is under way, at the desk or on the screen."""
    app = pilot.app
    desk, review = app.desk, app.review

    def quiet():
        keeper = desk.ledger.keeper
        writing = desk.writing.current is not None and not desk.engine.stop_at
        due = any(review.pauses.is_later(name) for name in ("face", "stream", "filter"))
        return desk.is_open and keeper and not keeper.unsaved and not writing and not due

    for _ in range(3):
        await until(quiet)
        await pilot.pause()


def typed(text):
    """Return the keys that type a text."""
    return ["space" if char == " " else char for char in text]


class Stage:
    """Runs the app on the folder of a test."""

    def __init__(self, home):
        self.home = home

    def app(self, *, keymap=None, **parts):
        """Return an app that does not run yet; the rest is for `make_desk`."""
        return CuratorApp(make_desk(self.home, **parts), keymap=keymap)

    @contextlib.asynccontextmanager
    async def open(self, *, size=(120, 40), asked=None, **parts):
        """Run the app until its desk is open and the first batches are written."""
        app = self.app(**parts)
        async with app.run_test(size=size) as pilot:
            await until(lambda: app.is_ready and app.desk.is_open)
            if asked is None:
                asked = [] if app.desk.ledger.requests else requests()
            if asked:
                app.desk.asking.take(asked)
            await settled(pilot)
            yield pilot


@pytest.fixture(autouse=True)
def without_pauses(monkeypatch):
    """Do at once what otherwise waits for a pause of the curator."""
    for pause in (
        "page.FACE_PAUSE",
        "asking.FILTER_PAUSE",
        "editing.DRAFT_PAUSE",
        "listening.STREAM_PAUSE",
        "listening.KEY_PAUSE",
        "beside.LOOK_PAUSE",
    ):
        monkeypatch.setattr(f"curator.tui.screens.{pause}", 0.001)
    monkeypatch.setattr("curator.tui.screens.telling.SAID_FOR", 1000.0)


@pytest.fixture
def stage(tmp_path):
    return Stage(tmp_path / "home")


@pytest.fixture
def script():
    """The helpers of this file, for tests that need more than a stage."""
    return SimpleNamespace(
        Engine=ScriptedEngine,
        X=ScriptedX,
        LINES=LINES,
        POSTS=POSTS,
        requests=requests,
        requests_noon=NOON,
        fill_outbox=fill_outbox,
        imported=imported,
        nothing=nothing,
        make_desk=make_desk,
        settled=settled,
        typed=typed,
        until=until,
    )


def judgements(app):
    """Return what the app believes of all samples of its requests."""
    ledger = app.desk.ledger
    return {
        sample.id: ledger.session.judgement(sample.id)
        for request_id in ledger.requests
        for sample in ledger.samples(request_id)
    }
