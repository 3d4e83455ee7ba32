"""Too long for every day: a thousand kills between the approval and X's answer."""

import runpy
from pathlib import Path

import pytest

KILLED = Path(__file__).parents[1] / "publishing" / "test_killed.py"
pytestmark = pytest.mark.soak


@pytest.mark.parametrize("century", range(10))
def test_killed_a_thousand_times_nothing_is_posted_twice(tmp_path, century):
    runpy.run_path(str(KILLED))["test_killed_at_random"](tmp_path, seed=100 + century, kills=100)
