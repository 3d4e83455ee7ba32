"""What is asked of pip, and what is told where it fails."""

import pytest

from models.pretrained.pull import PullError, pip_download


def test_pip_runs_nothing_of_the_current_folder(tmp_path, monkeypatch):
    (tmp_path / "pip.py").write_text("print('ERROR: not the real one'); raise SystemExit(1)")
    (tmp_path / "to").mkdir()
    monkeypatch.chdir(tmp_path)
    told = []
    with pytest.raises(PullError, match="Invalid requirement"):
        pip_download("no such/thing==1", tmp_path / "to", lambda *what: told.append(what))
    assert told[0][0] == "fetching"
    assert not any((tmp_path / "to").iterdir())


RETRYING = (
    "WARNING: Retrying (Retry(total=0, connect=None)) after connection broken by 'NewConnection"
    "Error('<pip._vendor.urllib3.connection.HTTPSConnection object at 0x7f>: Failed to establish a "
    "new connection: [Errno -3] Temporary failure in name resolution')': /simple/tiny/"
)
SKIPPED = "Could not fetch URL https://index/simple/tiny/: the ssl certificate - skipping"
NO_VERSION = (
    "ERROR: Could not find a version that satisfies the requirement tiny==1 (from versions: none)",
    "ERROR: No matching distribution found for tiny==1",
)
TRACEBACK = ("ERROR: Exception:", "Traceback (most recent call last):", '  File "a.py", line 1')


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (
            (RETRYING, *NO_VERSION),
            "'NewConnectionError('Failed to establish a new connection: [Errno -3] Temporary "
            "failure in name resolution')': /simple/tiny/; see whether there is a "
            "network and pull again",
        ),
        (
            (SKIPPED, *NO_VERSION),
            "https://index/simple/tiny/: the ssl certificate - skipping; see "
            "whether there is a network and pull again",
        ),
        (NO_VERSION, "No matching distribution found for tiny==1"),
        (
            (*TRACEBACK, "OSError: [Errno 28] No space left on device"),
            "OSError: [Errno 28] No space left on device; make room and pull again",
        ),
        ((RETRYING, *TRACEBACK, "ValueError: no"), "ValueError: no"),
        ((), ""),
    ],
)
def test_why_pip_failed_is_found_in_what_it_told(tmp_path, monkeypatch, lines, said):
    (tmp_path / "path").mkdir()
    text = "\n".join(lines)
    (tmp_path / "path" / "pip.py").write_text(f"print({text!r}); raise SystemExit(1)")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "path"))
    with pytest.raises(PullError) as raised:
        pip_download("tiny==1", tmp_path, lambda *_: None)
    assert str(raised.value) == f"pip could not fetch tiny==1: {said}"
