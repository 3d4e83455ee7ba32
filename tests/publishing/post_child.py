"""Processes to kill: each line of standard input, `HOME URL END KEYS`, forks one that posts.

What takes long, the imports, is done once before. The child says its process id, then that it is
open, approves one text after the other and sends it, and writes each approval into `HOME/acks`
once it is acknowledged. Where END is 1 it approves nothing new and sees to it that everything is
settled. Its exit status is said when it is gone.
"""

import json
import os
import sys
from pathlib import Path

import requests  # noqa: F401
import tweepy  # noqa: F401

from curator.config import Settings
from curator.desk.scripted import ScriptedJudge
from curator.net.x import X
from curator.net.x_keys import OAuth1Keys
from curator.publishing.sender import Sender
from curator.store import Store


def send(sender):
    while sender.work() is not None:
        pass


def main(home, url, end, keys):
    with Store.open(home) as store, (home / "acks").open("a", buffering=1) as acks:
        print("open", flush=True)
        settings = Settings(curator="ann", undo_seconds=0, post_monthly_dollars=1000)
        judge = ScriptedJudge(store, "ann", settings=settings)
        outbox = judge.book.outbox
        account = X(OAuth1Keys(*keys), base_url=url, timeout=1.0)
        sender = Sender(judge.book, account, budget=1000)
        sender.recover()
        send(sender)
        while end and (
            outbox.open("queued") or any(not p.looked for p in outbox.open("uncertain"))
        ):
            sender.start_again()
            send(sender)
        for request in () if end else store.requests():
            if outbox.post(sample := request.id.replace("r", "s")) is None:
                line = json.dumps({"sample_id": sample, "verdict": "approve"}).encode()
                assert judge.take(line)["posts"] == {sample: "queued"}
                acks.write(f"{sample}\n")
                sender.start_again()
                send(sender)


for line in sys.stdin:
    home, url, end, *keys = line.split()
    pid = os.fork()
    if pid == 0:
        print(os.getpid(), flush=True)
        main(Path(home), url, end == "1", keys)
        os._exit(0)
    print(os.waitpid(pid, 0)[1], flush=True)
