"""The stand-ins that `make demo-services` starts are services that a desk can use."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.services.service import Call

SERVE = Path(__file__).with_name("serve.py")


def test_a_command_runs_among_services_whose_requests_come_by_themselves(tmp_path):
    poll = (
        "import time, subprocess, sys; time.sleep(1); sys.exit(subprocess.call([sys.executable, "
        f"'-m', 'curator.cli.main', 'poll', '--once', '--from-start', '--json', '--home', "
        f"{str(tmp_path / 'home')!r}]) + 7)"
    )
    done = subprocess.run(
        [sys.executable, SERVE, "--every", "0.05", sys.executable, "-c", poll],
        capture_output=True,
        text=True,
        timeout=120,
        env=os.environ | {"PYTHONPATH": str(SERVE.parents[2])},
    )
    assert done.returncode == 7, done.stderr
    requests = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert requests
    assert all(request["source"] == "mention" for request in requests)
    assert "0 posted to the stand-in" in done.stdout


def test_a_call_is_read_as_it_arrived():
    call = Call("GET", "/2/tweets?ids=1,2&expansions=author_id", {}, b"a=b&c=%20")
    assert (call.path, call.query["ids"], call.form["c"]) == ("/2/tweets", "1,2", " ")
