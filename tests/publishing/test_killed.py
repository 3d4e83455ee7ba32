"""Killed at any moment against an X that fails in every way: no post twice, none forgotten."""

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from curator.domain.outbox import Outbox
from curator.domain.records import Request, Sample, Song
from curator.store import Store
from tests.services.x import XService

CHILD = Path(__file__).with_name("post_child.py")
FAULTS = [
    "timeout-before",
    "timeout-after",
    "dropped-before",
    "dropped-after",
    "dropped-body",
    "503",
    "500-after",
    "malformed",
    "text",
]


@pytest.mark.parametrize(("seed", "kills"), [(1, 30)])
def test_killed_at_random(tmp_path, seed, kills):
    """An approval's text is asked to be posted once at most, and in the end its fate is known."""
    chance = random.Random(seed)
    with XService() as service:
        children = _Children(tmp_path, service)
        try:
            _mentions(tmp_path, service, kills * 8)
            for _ in range(kills):
                if chance.random() < 0.3:
                    service.fail("POST /2/tweets", chance.choice(FAULTS))
                if chance.random() < 0.1:
                    service.fail("GET /2/users/:id/tweets", chance.choice(FAULTS))
                children.kill_after(chance.randint(0, 6), chance.expovariate(50))
            children.end()
        finally:
            children.close()
        posts = Outbox(Store.open(tmp_path, write=False).posts())
        acked = (tmp_path / "acks").read_text().split()
        asked = Counter(filter(None, map(_text, service.calls)))
        on_x = {post.plain: post for post in service.own_posts()}
    assert acked, "nothing was done to be killed"
    assert max(asked.values()) == 1, "asked for twice"
    assert len(on_x) == len(service.own_posts())
    assert all(posts.post(id) is not None for id in acked), "an approval is forgotten"
    assert posts.open("queued", "sending") == []
    for post in posts.posts():
        there = on_x.get(post.text)
        assert post.state == ("posted" if there else "uncertain")
        assert there is None or (there.id, there.reply_to.id) == (post.tweet, post.reply_to)
        assert there or post.looked, "nobody looked for it"


def _text(call):
    """Return what a call asks to post, None where it was killed in the middle of asking."""
    try:
        return json.loads(call.body)["text"] if call.method == "POST" else None
    except ValueError:
        return None


def _mentions(home, service, number):
    with Store.open(home) as store:
        records = []
        for n in range(number):
            mention = service.mention(f"song {n}?")
            request = Request(f"r{n}", "", "mention", "?", Song("A", "B"), "listener", mention.id)
            records += [request, Sample(f"s{n}", request.id, "", f"It glows {n} & <3.", "m")]
        store.append(*records).result()


class _Children:
    def __init__(self, home, service):
        keys = service.doors.planted
        self._service = service
        self._line = f"{home} {service.url}"
        self._keys = " ".join(
            (keys.consumer_key, keys.consumer_secret, keys.access_token, keys.access_secret)
        )
        self._mother = subprocess.Popen(
            [sys.executable, CHILD],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
        )

    def _start(self, end):
        self._mother.stdin.write(f"{self._line} {end} {self._keys}\n")
        self._mother.stdin.flush()
        return int(self._mother.stdout.readline())

    def kill_after(self, calls, seconds):
        """Kill a child so long after X has heard so much of it, or when that takes too long."""
        before = len(self._service.calls)
        pid, said = self._start(0), ""
        until = time.monotonic() + 3.0
        while len(self._service.calls) < before + calls and time.monotonic() < until:
            time.sleep(0.001)
        time.sleep(seconds)  # at which moment it dies is chance; nothing is asserted of that
        with contextlib.suppress(ProcessLookupError):  # it may have come to its end by then
            os.kill(pid, signal.SIGKILL)
        while said not in ("9\n", "0\n"):
            said = self._mother.stdout.readline()

    def end(self):
        self._start(1)
        assert self._mother.stdout.readline() == "open\n"
        assert self._mother.stdout.readline() == "0\n"

    def close(self):
        self._mother.stdin.close()
        self._mother.wait()
        self._mother.stdout.close()
