"""A torn last line is dropped and said; any other damage stops with its line; nothing is lost."""

from zlib import crc32

import pytest
from power import HOME, Node, PowerDisk
from store_records import event, everything, killed

from curator.store import Store, StoreDamaged
from curator.store.layout import seal, to_line, to_op

JOURNAL = "journal-1.jsonl"


@pytest.fixture
def home(tmp_path):
    Store.open(tmp_path).close()
    return tmp_path


def lines(*groups):
    """The lines of transactions of one event each, written together in groups of such sizes."""
    made, number = [], 0
    for size in groups:
        for place in range(size):
            number += 1
            made.append(to_line(number, [to_op(event(number))], joined=place > 0))
    return made


def reopened(home, data):
    """Open for writing on this journal; return the numbers stored, notices, and the journal."""
    (home / JOURNAL).write_bytes(data)
    store = Store.open(home)
    found = [e.data["n"] for e in store.events()]
    killed(store)
    return found, store.notices, (home / JOURNAL).read_bytes()


def test_cut_at_every_byte_all_whole_lines_stay():
    """Also with several records in a transaction, and transactions that were written together."""
    store = Store.open(HOME, disk=PowerDisk())
    store.append(event(1), event(91)).result()
    gate = store._writer.run(lambda: None)
    for n in (2, 3):
        gate = store.append(event(n))
    gate.result()
    files = {path: bytes(node.cache) for path, node in store._disk.medium.names.items()}
    data = files[HOME / JOURNAL]
    for cut in range(len(data) + 1):
        whole = data[:cut].count(b"\n")
        end = data[:cut].rfind(b"\n") + 1
        disk = PowerDisk()
        disk.medium.names = {path: Node(bytearray(content)) for path, content in files.items()}
        del disk.medium.names[HOME / JOURNAL].cache[cut:]
        reader = Store.open(HOME, write=False, disk=disk)
        store = Store.open(HOME, disk=disk)
        assert [e.data["n"] for e in store.events()] == [1, 91, 2, 3][: whole + (whole > 0)]
        assert everything(reader) == everything(store)
        assert disk.medium.names[HOME / JOURNAL].cache == data[:end]
        if cut == end:
            assert store.notices == reader.notices == []
        else:
            torn = f"the last line of {JOURNAL} was torn and dropped ({cut - end} bytes)"
            assert store.notices == [torn]
            assert len(reader.notices) == 1
        assert store.append(event(9)).result() == whole + 1
        store.close()


def test_after_a_torn_line_writing_goes_on(home):
    one, two = lines(1, 1)
    reopened(home, one + two[:-1])
    with Store.open(home) as store:
        assert store.append(event(5)).result() == 2
    with Store.open(home) as store:
        assert [e.data["n"] for e in store.events()] == [1, 5]


@pytest.mark.parametrize(
    "tail",
    [
        b"\0",
        b"\0" * 4096,
        b"{",
        b'{"seq":3,"ops":[["events"' + b"\0" * 100,
        b"\xff\xfe random \x13\x81 bytes",
        b"\xff\xfe random \n \x13\x81\n bytes \n",
        lines(1, 1, 1)[2][:90] + b"\n\xff\xfe random\n",
        lines(1, 1, 1)[2][:-1],
        lines(1, 1, 1)[2].replace(b"events", b"\0\0\0\0\0\0"),
        b"\0" + lines(1, 1, 1)[2][1:],
    ],
)
def test_what_a_power_cut_leaves_is_dropped(home, tail):
    good = b"".join(lines(1, 1))
    found, notices, left = reopened(home, good + tail)
    assert found == [1, 2]
    assert f"torn and dropped ({len(tail)} bytes)" in notices[0]
    assert left == good
    kept = [p.read_bytes() for p in home.glob("*.torn-*")]
    assert kept == ([tail] if b"\n" in tail else [])


@pytest.mark.parametrize("bad", [2, 3, 4])
def test_blocks_of_one_write_arrive_in_any_order(home, bad):
    """Of lines written together, later ones may be whole: none of them was acknowledged."""
    made = lines(1, 3)
    holed = [
        line[:9] + bytes(20) + line[29:] if n == bad else line for n, line in enumerate(made, 1)
    ]
    found, notices, left = reopened(home, b"".join(holed))
    assert found == list(range(1, bad))
    assert left == b"".join(made[: bad - 1])
    assert len(notices) == 1


@pytest.mark.parametrize("hurt", [b"\0\0\0\0", b"XXXX", b"\xff\xff\xff\xff", b"\n"])
@pytest.mark.parametrize("write", [True, False])
def test_a_damaged_line_before_another_write_stops(home, hurt, write):
    made = lines(1, 1, 1, 2)
    made[2] = made[2][:40] + hurt + made[2][44:]
    data = b"".join(made)
    (home / JOURNAL).write_bytes(data)
    with pytest.raises(StoreDamaged) as error:
        Store.open(home, write=write)
    assert (error.value.path, error.value.line) == (home / JOURNAL, 3)
    assert f"{JOURNAL}, line 3" in str(error.value)
    assert "curator store repair" in str(error.value)
    assert (home / JOURNAL).read_bytes() == data


@pytest.mark.parametrize("place", [1, 8, 40, -24, -20, -15, -8, -2])
def test_a_last_line_that_was_whole_and_is_damaged_stops(home, place):
    """It has its end, so it was acknowledged: one wrong byte is no torn line."""
    made = lines(1, 1)
    hurt = bytearray(made[1])
    hurt[place] ^= 4
    (home / JOURNAL).write_bytes(made[0] + bytes(hurt))
    with pytest.raises(StoreDamaged) as error:
        Store.open(home)
    assert error.value.line == 2


@pytest.mark.parametrize(
    "hurt",
    [
        lambda line: line[:50] + b"\n" + line[51:],
        lambda line: line[:50] + b"\xff\xfe\xfd" + line[53:],
        lambda line: line[:-6] + b"\xff\xfe\xfd" + line[-3:],
        lambda line: b"X" * len(line[:-1]) + b"\n",
        lambda line: b"\n",
    ],
)
def test_a_last_line_that_was_whole_and_is_badly_damaged_stops(home, hurt):
    made = lines(1, 2)
    (home / JOURNAL).write_bytes(made[0] + made[1] + hurt(made[2]))
    with pytest.raises(StoreDamaged) as error:
        Store.open(home)
    assert error.value.line == 3


@pytest.mark.parametrize(
    ("order", "line"),
    [([0, 2], 2), ([1], 1), ([0, 1, 1], 3), ([1, 0], 1), ([0, 1, 0], 3)],
    ids=["gap", "late start", "twice", "swapped", "back"],
)
def test_lines_out_of_order_stop(home, order, line):
    made = lines(1, 1, 1)
    (home / JOURNAL).write_bytes(b"".join(made[n] for n in order))
    with pytest.raises(StoreDamaged) as error:
        Store.open(home)
    assert error.value.line == line


def test_an_id_stored_twice_stops(home):
    data = b"".join(to_line(n, [to_op(event(7))], joined=False) for n in (1, 2))
    (home / JOURNAL).write_bytes(data)
    with pytest.raises(StoreDamaged, match="E0007") as error:
        Store.open(home)
    assert error.value.line == 2


def test_lines_that_the_snapshot_holds_are_skipped(home):
    store = Store.open(home)
    for n in (1, 2, 3):
        store.append(event(n)).result()
    old = (home / JOURNAL).read_bytes()
    store.snapshot()
    store.append(event(4)).result()
    killed(store)
    (home / JOURNAL).write_bytes(old)
    with Store.open(home) as store:
        assert [e.data["n"] for e in store.events()] == [1, 2, 3, 4]
        assert not (home / JOURNAL).exists()


@pytest.mark.parametrize("place", [0, 5, 60, 300, -10, -3])
def test_any_changed_byte_of_the_snapshot_stops(home, place):
    with Store.open(home) as store:
        for n in (1, 2, 3):
            store.append(event(n)).result()
    path = home / "curator.json"
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)
    with pytest.raises(StoreDamaged) as error:
        Store.open(home)
    assert error.value.path == path
    assert path.read_bytes() == data


def test_a_sealed_snapshot_in_another_layout_stops(home):
    body = b'{"requests":{\n\n},"samples":{\n\n},"events":{\n\n},"_meta":{\n"1":{"format":1,'
    body += b'"generation":1,"last_seq":0'
    (home / "curator.json").write_bytes(body + seal(crc32(body)) + b"}}\n")
    with pytest.raises(StoreDamaged):
        Store.open(home)
