"""The worker as a process of its own."""

import os
import subprocess
import sys

import pytest


def test_the_real_worker_ends_quietly_with_its_stdin() -> None:
    command = [sys.executable, "-P", "-m", "curator.engine.worker"]
    ended = subprocess.run(command, input=b"", capture_output=True, timeout=60, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, b"", b"")


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="needs to choose the cores")
def test_a_core_is_left_to_the_screen() -> None:
    program = """
import os
from curator.engine import worker
before = os.nice(0)
os.sched_getaffinity = lambda pid: {0, 1, 2, 3}
worker._keep_a_core_free()
print(os.environ["OMP_NUM_THREADS"], os.nice(0) - before)
"""
    environment = {k: v for k, v in os.environ.items() if k != "OMP_NUM_THREADS"}
    command = [sys.executable, "-c", program]
    said = subprocess.run(command, capture_output=True, env=environment, check=True, timeout=60)
    assert said.stdout.split() == [b"3", b"5"]
