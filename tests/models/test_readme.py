"""The example in models/README.md is run as it stands, and needs nothing of the application."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = ROOT / "models" / "README.md"


def example():
    (code,) = re.findall(r"```python\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    return code


def test_the_example_is_short():
    assert len([line for line in example().splitlines() if line.strip()]) <= 15


def test_the_example_runs_without_the_application(tmp_path):
    # The same code on a handful of sentences and small sizes: a whole epoch takes minutes.
    few = tmp_path / "few.jsonl"
    voice = sorted((ROOT / "models/corpus/voice").glob("*.jsonl"))
    few.write_text("\n".join(voice[0].read_text("utf-8").splitlines()[:120]))
    code = (
        example()
        .replace("own_voice()", f"[Path({str(few)!r})]")
        .replace("samples=5", "samples=5, sizes={'hidden': 32, 'encoder': 16, 'embedding': 16}")
    )
    script = f"""
import sys
from pathlib import Path
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("curator", "textual"):
            raise ImportError(f"{{name}} is none of the library's business")
sys.meta_path.insert(0, Refuse())
OUT = Path({str(tmp_path / "out")!r})
{code}"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "nats" in done.stdout
    assert (tmp_path / "out" / "model.json").is_file()
