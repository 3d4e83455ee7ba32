"""Repair keeps all that is whole, says what is not, and destroys nothing."""

import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from power import HOME, PowerDisk
from store_records import HOSTILE, event, everything, filled, killed, mark, request, sample, step

from curator.store import Store, StoreDamaged, StoreLocked, StoreTooNew
from curator.store.repair import check, repair

FOLDED, JOURNALLED = 4, 4


@pytest.fixture
def home(tmp_path):
    """A store with four transactions in its snapshot and four in its journal."""
    make(tmp_path)
    return tmp_path


def make(home):
    store = Store.open(home)
    for n in range(FOLDED + JOURNALLED):
        if n == FOLDED:
            store.snapshot()
        store.append(request(n, text=HOSTILE), sample(n, of=n, text=HOSTILE), event(n)).result()
    killed(store)


def snapshot(home):
    return home / "curator.json"


def journal(home):
    return home / "journal-2.jsonl"


def numbers(home):
    """Which transactions are there, and that those are there as they were."""
    with Store.open(home) as store:
        found = everything(store)
        for n in range(FOLDED + JOURNALLED):
            for record in (
                request(n, text=HOSTILE),
                sample(n, of=n, text=HOSTILE),
                event(n),
            ):
                assert found.get(record.id, record) == record
        store.append(event(999)).result()
        return [int(r.id[1:]) for r in store.requests()]


def files(home):
    return {p.name: p.read_bytes() for p in home.iterdir() if p.name != "lock"}


def change_line(path, line, change):
    lines = path.read_bytes().splitlines(keepends=True)
    lines[line - 1] = change(lines[line - 1])
    path.write_bytes(b"".join(lines))


def test_a_sound_store_is_left_alone(home):
    before = files(home)
    for look in (check, repair):
        report = look(home)
        assert report.ok
        assert not report.problems
        assert filled(report.counts) == dict.fromkeys(("requests", "samples", "events"), 8)
        assert "All is well." in report.lines()
    assert files(home) == before
    assert [(f.path.name, f.lines) for f in report.files] == [
        ("curator.json", 25),
        ("journal-2.jsonl", 4),
    ]


def test_a_torn_last_line_is_no_damage(home):
    journal(home).write_bytes(journal(home).read_bytes()[:-20])
    before = files(home)
    report = repair(home)
    assert report.ok
    assert not report.repaired
    assert "torn" in report.notices[0]
    assert files(home) == before
    assert numbers(home) == [0, 1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("line", [1, 2, 3])
@pytest.mark.parametrize(
    "hurt", [lambda x: x[:50] + b"?" + x[51:], lambda x: b"\n", lambda x: b"\0" * 9 + x]
)
def test_a_damaged_line_costs_its_transaction_alone(home, line, hurt):
    change_line(journal(home), line, hurt)
    damaged = journal(home).read_bytes()
    with pytest.raises(StoreDamaged) as error:
        Store.open(home)
    before = files(home)
    found = check(home)
    assert files(home) == before
    assert [(p.path, p.line) for p in found.problems] == [(journal(home), line)]
    assert error.value.line == line
    assert any(f"journal-2.jsonl, line {line}: " in text for text in found.lines())
    report = repair(home)
    assert report.ok
    assert report.problems == found.problems
    assert report.counts["requests"] == 7
    assert [p.read_bytes() for p in report.kept] == [damaged]
    assert report.kept[0].name.startswith("journal-2.jsonl.damaged-")
    assert numbers(home) == [n for n in range(8) if n != FOLDED + line - 1]
    assert check(home).ok


def test_a_torn_line_behind_a_damaged_one_is_kept_aside_with_it(home):
    change_line(journal(home), 2, lambda line: b"??" + line)
    journal(home).write_bytes(journal(home).read_bytes()[:-5])
    damaged = journal(home).read_bytes()
    report = repair(home)
    assert [p.line for p in report.problems] == [2]
    assert [p.read_bytes() for p in report.kept] == [damaged]
    assert numbers(home) == [0, 1, 2, 3, 4, 6]


def test_a_missing_line_is_said(home):
    change_line(journal(home), 2, lambda line: b"")
    report = repair(home)
    assert [p.line for p in report.problems] == [2]
    assert "transaction 7 is where 6 should be" in report.problems[0].what
    assert numbers(home) == [0, 1, 2, 3, 4, 6, 7]


def test_a_line_twice_is_said_and_stored_once(home):
    change_line(journal(home), 2, lambda line: line * 2)
    report = repair(home)
    assert report.problems[0].line == 3
    assert numbers(home) == list(range(8))


def test_a_missing_journal_is_said(home):
    journal(home).unlink()
    assert "journal is missing" in check(home).problems[0].what
    report = repair(home)
    assert report.ok
    assert report.counts["samples"] == 4
    assert numbers(home) == [0, 1, 2, 3]


def test_a_missing_snapshot_is_said(home):
    snapshot(home).unlink()
    report = repair(home)
    assert "snapshot is missing" in report.problems[0].what
    assert any("transaction 5 is where 1 should be" in p.what for p in report.problems)
    assert numbers(home) == [4, 5, 6, 7]


@pytest.mark.parametrize("line", range(1, 26))
def test_a_broken_line_of_the_snapshot_costs_its_row_alone(home, line):
    """Whatever it was: a row, or a heading between two."""
    whole = snapshot(home).read_bytes().splitlines()[line - 1]
    change_line(snapshot(home), line, lambda x: x[:4] + b"!" + x[5:])
    damaged = snapshot(home).read_bytes()
    found = check(home)
    assert not found.ok
    assert found.problems[0].path == snapshot(home)
    report = repair(home)
    is_row = whole.startswith(b'{"id"')
    assert sum(report.counts.values()) == 24 - is_row
    assert [p.read_bytes() for p in report.kept] == [damaged]
    if is_row:
        assert any(p.line == line for p in report.problems)
    numbers(home)


def test_a_changed_word_in_the_snapshot_is_kept_and_said(home):
    data = snapshot(home).read_bytes().replace(b"iris", b"isis", 1)
    snapshot(home).write_bytes(data)
    report = repair(home)
    assert "not as this program writes it" in report.problems[0].what
    assert sum(report.counts.values()) == 24
    with Store.open(home) as store:
        assert [e.curator for e in store.events()].count("isis") == 1


def test_a_foreign_byte_in_a_row_is_said_with_its_line(home):
    change_line(
        snapshot(home), 12, lambda x: x.replace(b"song" if b"song" in x else b"cvae", b"c\x07\xffe")
    )
    report = repair(home)
    assert any(p.line == 12 and "never written" in p.what for p in report.problems)
    assert sum(report.counts.values()) == 24


@pytest.mark.parametrize("indent", [None, 4])
def test_a_snapshot_that_another_program_wrote_is_taken_over(home, indent):
    tables = json.loads(snapshot(home).read_bytes())
    snapshot(home).write_text(json.dumps(tables, indent=indent))
    with pytest.raises(StoreDamaged, match="another one changed it"):
        Store.open(home)
    report = repair(home)
    assert sum(report.counts.values()) == 24
    assert numbers(home) == list(range(8))


@pytest.mark.parametrize("indent", [None, 4])
def test_a_snapshot_cut_off_keeps_its_rows(home, indent):
    text = json.dumps(json.loads(snapshot(home).read_bytes()), indent=indent)
    cut = text.index("S0002")
    snapshot(home).write_text(text[:cut])
    report = repair(home)
    assert filled(report.counts) == {"requests": 8, "samples": 6, "events": 4}
    assert any("cannot be read" in p.what for p in report.problems)


def test_posts_and_marks_are_kept_when_a_snapshot_is_mended(home):
    with Store.open(home) as store:
        store.append(step(1, text=HOSTILE), step(2), mark(1)).result()
        store.snapshot()
    whole = snapshot(home).read_bytes()
    snapshot(home).write_bytes(whole.replace(b'"posts":', b'"p\0sts":'))
    assert repair(home).counts["posts"] == 2
    with Store.open(home) as store:
        assert store.posts() == [step(1, text=HOSTILE), step(2)]
        assert store.marks() == [mark(1)]


def test_a_journal_s_row_is_believed_before_a_doubtful_snapshot_s(home):
    old = home / "journal-1.jsonl"
    store = Store.open(home)
    killed(store)
    lines = journal(home).read_bytes()
    snapshot(home).write_bytes(snapshot(home).read_bytes().replace(b"R0003", b"R0004"))
    report = repair(home)
    assert any("R0004 is in requests twice" in p.what for p in report.problems)
    with Store.open(home) as store:
        assert store.request("R0004") == request(4, text=HOSTILE)
    assert not old.exists()
    assert [p.read_bytes() for p in report.kept][1:] == [lines]


@given(st.binary(max_size=40), st.integers(0, 5000), st.integers(0, 60), st.booleans())
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_whatever_happened_repair_opens_it_again(tmp_path_factory, new, place, length, which):
    home = tmp_path_factory.mktemp("home")
    make(home)
    path = (snapshot if which else journal)(home)
    data = path.read_bytes()
    place = place % len(data)
    path.write_bytes(data[:place] + new + data[place + length :])
    damaged = path.read_bytes()
    try:
        Store.open(home).close()
    except StoreDamaged:
        report = repair(home)
        assert report.problems
        assert report.ok
        assert damaged in [p.read_bytes() for p in report.kept]
        with Store.open(home) as store:
            assert store.counts() == report.counts
        touched = 1 + data[place : place + length].count(b"\n")
        assert sum(report.counts.values()) >= 24 - touched * (1 if which else 3)
    assert check(home).ok


def test_repair_waits_for_nobody_and_checking_disturbs_nobody(home):
    with Store.open(home) as store:
        assert check(home).ok
        with pytest.raises(StoreLocked):
            repair(home)
        assert store.append(event(99)).result() == 9
    assert repair(home).ok


class Folding(PowerDisk):
    """The writer folds between a look at the snapshot and a look at the journal."""

    folds = 3
    writer = None

    def read(self, path):
        data = super().read(path)
        if path.name == "curator.json" and self.folds:
            self.folds -= 1
            self.writer.append(event(100 + self.folds)).result()
            self.writer.snapshot()
        return data


def test_a_fold_under_the_check_is_no_damage():
    writer = Store.open(HOME, disk=PowerDisk())
    writer.append(event(1)).result()
    disk = Folding(writer._disk.medium)
    disk.writer = writer
    report = check(HOME, disk=disk)
    assert report.problems == []
    assert report.counts["events"] == 4


def test_what_is_newer_is_not_repaired(home):
    data = snapshot(home).read_bytes().replace(b'"format":1', b'"format":9')
    snapshot(home).write_bytes(data)
    for look in (check, repair):
        with pytest.raises(StoreTooNew):
            look(home)
    assert snapshot(home).read_bytes() == data


def test_where_no_store_is_nothing_is_made(tmp_path):
    for look in (check, repair):
        report = look(tmp_path / "none")
        assert report.ok
        assert "no store" in report.lines()[0]
    assert not (tmp_path / "none").exists()


def test_repairing_twice_at_the_same_second_keeps_both(home):
    kept = []
    for _ in range(2):
        path = sorted(home.glob("journal-?.jsonl"))[-1]
        path.write_bytes(b"damage\n" + path.read_bytes())
        kept += repair(home).kept
        store = Store.open(home)
        store.append(replace(event(50), id=f"E{len(kept)}")).result()
        killed(store)
    assert len(set(kept)) == 2
    assert all(p.read_bytes().startswith(b"damage\n") for p in kept)
