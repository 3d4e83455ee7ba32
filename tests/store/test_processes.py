"""Real processes: killed in the middle of writing, and two at once."""

import json
import os
import random
import subprocess
import sys
import tempfile
import textwrap
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from store_records import event, everything

from curator.store import Store, StoreLocked

CHILD = Path(__file__).with_name("store_child.py")


def start(home, name, *more):
    return subprocess.Popen(
        [sys.executable, CHILD, str(home), name, *more],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def kill_after(child, acks):
    """Kill the child after so many acknowledgements; return all that it gave."""
    heard = [child.stdout.readline() for _ in range(acks + 1)]
    child.kill()
    heard += child.stdout.readlines()
    child.wait()
    child.stdin.close()
    child.stdout.close()
    assert heard[0] == "open\n"
    return [line.strip() for line in heard[1:] if line.endswith("\n")]


@pytest.mark.parametrize("more", [[], ["fold"]], ids=["appending", "folding"])
def test_a_killed_process_loses_nothing_that_it_acknowledged(tmp_path, more):
    acked = []
    for round in range(3):
        acks = random.Random(round).randint(1, 60)
        acked += kill_after(start(tmp_path, f"round{round}", *more), acks)
        with Store.open(tmp_path) as store:
            for id in acked:
                assert store.has_event(f"E-{id}")
                assert store.sample(f"S-{id}")
            counts = store.counts()
            assert counts["samples"] == counts["events"], "half a transaction"
    assert len(acked) > 3


def test_a_second_writer_is_told_who_holds_the_store(tmp_path):
    child = start(tmp_path, "hold")
    assert child.stdout.readline() == "open\n"
    with pytest.raises(StoreLocked) as error:
        Store.open(tmp_path)
    for part in (f"process {child.pid}", os.uname().nodename, "store_child.py", "since 2"):
        assert part in error.value.holder
        assert part in str(error.value)
    reader = Store.open(tmp_path, write=False)
    assert reader.counts()["events"] == 0
    child.communicate("")
    with Store.open(tmp_path) as store:
        store.append(event(1)).result()


def test_a_killed_writer_s_lock_blocks_nobody(tmp_path):
    child = start(tmp_path, "hold")
    assert child.stdout.readline() == "open\n"
    child.kill()
    child.communicate()
    assert json.loads((tmp_path / "lock").read_text())["pid"] == child.pid
    Store.open(tmp_path).close()


@pytest.mark.parametrize("left", [b"", b"\xff{", b"[1]", b'{"pid": 1}', b'{"pid":'])
def test_a_lock_that_names_nobody_still_locks(tmp_path, left):
    with Store.open(tmp_path):
        (tmp_path / "lock").write_bytes(left)
        with pytest.raises(StoreLocked, match="another process"):
            Store.open(tmp_path)


def test_a_holder_s_name_is_data(tmp_path):
    with Store.open(tmp_path):
        held = json.loads((tmp_path / "lock").read_text())
        (tmp_path / "lock").write_text(json.dumps(held | {"command": "\x1b[2J\u202ecurator"}))
        with pytest.raises(StoreLocked) as error:
            Store.open(tmp_path)
        assert error.value.holder.startswith("`�[2J�curator`")
        assert error.value.holder.isprintable()


def test_one_process_cannot_open_it_twice_either(tmp_path):
    with Store.open(tmp_path):
        with pytest.raises(StoreLocked, match=str(os.getpid())):
            Store.open(tmp_path)
        assert Store.open(tmp_path, write=False).counts()["events"] == 0


def test_one_thread_may_open_it_and_another_close_it(tmp_path):
    with ThreadPoolExecutor(1) as other:
        store = other.submit(Store.open, tmp_path).result()
        store.append(event(1)).result()
        store.close()
        other.submit(Store.open, tmp_path).result().close()


def test_a_reader_beside_a_folding_writer_sees_whole_states(tmp_path):
    child = start(tmp_path, "busy", "fold", "paced")
    assert child.stdout.readline() == "open\n"
    seen = -1
    for _ in range(20):
        child.stdin.write("\n\n")
        child.stdin.flush()
        acked = child.stdout.readline().strip()
        reader = Store.open(tmp_path, write=False)
        counts = reader.counts()
        assert reader.has_event(f"E-{acked}")
        assert counts["samples"] == counts["events"] >= seen
        assert len(everything(reader)) == counts["samples"] * 2
        seen = counts["events"]
    child.kill()
    child.communicate()


READ_ONLY = textwrap.dedent(
    """
    import os, sys
    from pathlib import Path
    from curator.store import Store, StoreReadOnly

    home = Path(sys.argv[1])
    Store.open(home.parent / "warm").close()
    if os.geteuid() == 0:  # whom permissions do not hold
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
    try:
        Store.open(home)
    except StoreReadOnly as error:
        print(error)
    reader = Store.open(home, write=False)
    assert [e.id for e in reader.events()] == ["E0001"], reader.notices
    """
)


def test_a_read_only_folder_is_read():
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        home = Path(folder) / "home"
        with Store.open(home) as store:
            store.append(event(1)).result()
        (home / "lock").unlink()
        home.chmod(0o555)
        done = subprocess.run(
            [sys.executable, "-c", READ_ONLY, str(home)],
            capture_output=True,
            text=True,
            check=False,
        )
        home.chmod(0o755)
        if "in <module>\n    os.set" in done.stderr:
            pytest.skip("this root may not become another user")
        assert done.returncode == 0, done.stderr
        assert "Permission denied" in done.stdout
        assert "--home" in done.stdout
        assert str(home) in done.stdout
        assert not (home / "lock").exists()
