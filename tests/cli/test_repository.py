"""Rules that the whole repository keeps."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
LONGEST = 400
HEAVY = ("torch", "tokenizers", "pyarrow", "transformers", "ftfy", "pysbd", "models.cvae_writer")


def test_no_python_file_is_over_400_lines():
    files = [f for top in ("curator", "models", "tests") for f in (ROOT / top).rglob("*.py")]
    assert len(files) > 50
    long = {
        str(file.relative_to(ROOT)): lines
        for file in files
        if (lines := len(file.read_text("utf-8").splitlines())) > LONGEST
    }
    assert not long


def test_the_first_screen_loads_nothing_heavy():
    code = (
        "import curator.cli.main, curator.cli.desk, curator.tui.app, curator.desk.desk,"
        "curator.store, curator.engine.client, sys\n"
        f"print(*(m for m in {HEAVY!r} if m in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
