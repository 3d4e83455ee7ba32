from pathlib import Path

from curator.engine.log import Log


def test_it_stays_within_twice_its_limit_and_keeps_the_end(tmp_path: Path) -> None:
    log = Log(tmp_path / "logs" / "engine.log", limit=1000)
    for i in range(100):
        log.write(b"%060d\n" % i)
    log.close()
    files = sorted((tmp_path / "logs").iterdir())
    assert [f.name for f in files] == ["engine.log", "engine.log.1"]
    assert all(f.stat().st_size <= 1000 for f in files)
    lines = (files[1].read_bytes() + files[0].read_bytes()).splitlines()
    assert [int(line) for line in lines] == list(range(100 - len(lines), 100))


def test_it_goes_on_where_an_earlier_run_ended(tmp_path: Path) -> None:
    for part in (b"one\n", b"two\n"):
        log = Log(tmp_path / "log", limit=1000)
        log.write(part)
        log.close()
    assert (tmp_path / "log").read_bytes() == b"one\ntwo\n"


def test_control_characters_are_not_for_the_reader_s_terminal(tmp_path: Path) -> None:
    log = Log(tmp_path / "log")
    log.write(b"\x1b[31mred\x07 10%\r20%\ttab\x7f\n")
    log.note("\x1b]0;title")
    log.close()
    first, *rest = (tmp_path / "log").read_bytes().splitlines()
    assert first == b"?[31mred? 10%"
    assert rest[0] == b"20%\ttab?"
    assert rest[1].endswith(b"?]0;title")


def test_the_last_line_is_what_the_process_said_last(tmp_path: Path) -> None:
    log = Log(tmp_path / "log")
    assert log.last_line == ""
    log.write(b"Traceback:\n  File x\nValueError: ")
    log.write(b"no such song\n\n")
    log.note("ours")
    assert log.last_line == "ValueError: no such song"
    log.forget()
    assert log.last_line == ""


def test_a_log_that_cannot_be_written_is_no_reason_to_stop(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    log = Log(tmp_path / "file" / "log")
    log.write(b"lost\n")
    assert log.last_line == "lost"
