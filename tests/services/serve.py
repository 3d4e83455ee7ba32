"""X, Spotify and MusicBrainz on this machine, for whoever wants to try the whole loop.

    python tests/services/serve.py COMMAND …

runs a command with an environment in which these are the services, and its requests come one
after the other; without a command it says what that environment is, and serves until Ctrl-C.
Nothing leaves the machine, nothing is paid for, and at the end it says what was posted.
"""

import argparse
import contextlib
import json
import os
import random
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from curator.domain.parsing import parse_songs  # noqa: E402
from tests.services.musicbrainz import MusicBrainz  # noqa: E402
from tests.services.spotify import CLIENT_ID, CLIENT_SECRET, Spotify  # noqa: E402
from tests.services.x import XService  # noqa: E402

EXAMPLES = ROOT / "curator" / "examples" / "requests.jsonl"


def examples():
    """Return the requests that ship as examples: texts and authors, with what is known of songs."""
    return [json.loads(line) for line in EXAMPLES.read_text("utf-8").splitlines() if line.strip()]


def catalogue(rows):
    """Return the songs of the examples, as the stand-ins for the music services take them."""
    for row in rows:
        for song in parse_songs(row["text"])[:1]:
            if song.artist and song.title:
                yield {
                    "artist": song.artist,
                    "title": song.title,
                    "genres": row.get("genres", ()),
                    "popularity": 50,
                }


def environment(x, spotify, musicbrainz):
    """Return the variables that make these the services."""
    planted = x.doors.planted
    return {
        "CURATOR_X_BASE_URL": x.url,
        "CURATOR_X_POLL_SECONDS": "5",
        "CURATOR_X_CONSUMER_KEY": planted.consumer_key,
        "CURATOR_X_CONSUMER_SECRET": planted.consumer_secret,
        "CURATOR_X_ACCESS_TOKEN": planted.access_token,
        "CURATOR_X_ACCESS_SECRET": planted.access_secret,
        "CURATOR_SPOTIFY_BASE_URL": spotify.api,
        "CURATOR_SPOTIFY_TOKEN_URL": spotify.token_url,
        "CURATOR_SPOTIFY_CLIENT_ID": CLIENT_ID,
        "CURATOR_SPOTIFY_CLIENT_SECRET": CLIENT_SECRET,
        "CURATOR_MUSICBRAINZ_BASE_URL": musicbrainz.url,
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
    }


def ask_now_and_then(x, rows, every, ended):
    """Let people mention the account, one at a time, until all have."""
    rng = random.Random()
    rng.shuffle(rows)
    while rows and not ended.wait(every * rng.uniform(0.3, 1.7)):
        row = rows.pop()
        name = f"@{x.owner.username}"
        text = row["text"] if name in row["text"] else f"{name} {row['text']}"
        asked = x.post(row.get("author") or "listener", text)
        if rng.random() < 0.1:
            x.mention("same here!", "somebody_else", reply_to=asked.id)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--every", type=float, default=8.0, help="seconds between requests")
    parser.add_argument("command", nargs=argparse.REMAINDER, help="what to run")
    chosen = parser.parse_args()
    rows = examples()
    songs = list(catalogue(rows))
    ended, code = threading.Event(), 0
    with (
        XService(clock=lambda: datetime.now(UTC)) as x,
        Spotify(songs) as spotify,
        MusicBrainz(songs) as musicbrainz,
    ):
        variables = environment(x, spotify, musicbrainz)
        asking = threading.Thread(
            target=ask_now_and_then, args=(x, rows, chosen.every, ended), daemon=True
        )
        asking.start()
        with contextlib.suppress(KeyboardInterrupt):
            if chosen.command:
                code = subprocess.run(chosen.command, env=os.environ | variables).returncode
            else:
                print("\n".join(f"export {name}={value}" for name, value in variables.items()))
                sys.stdout.flush()
                threading.Event().wait()
        ended.set()
        posted = x.own_posts()
        print(f"{len(posted)} posted to the stand-in for X; all would have cost ${x.dollars():.2f}")
        for post in posted:
            print(f"  {'reply' if post.reply_to else 'post'}: {post.full}")
    return code


if __name__ == "__main__":
    sys.exit(main())
