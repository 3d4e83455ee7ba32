from pathlib import Path

from curator.bench import machine


def test_the_file_system_is_that_of_the_deepest_mount(monkeypatch, tmp_path):
    mounts = (
        "/dev/a / ext4 rw 0 0\n"
        f"/dev/b {tmp_path} xfs rw 0 0\n"
        f"/dev/c {tmp_path}/deep btrfs rw 0 0\n"
        f"/dev/d {tmp_path}-beside zfs rw 0 0\n"
    )
    read = Path.read_text
    monkeypatch.setattr(
        Path, "read_text", lambda self: mounts if str(self) == "/proc/mounts" else read(self)
    )
    (tmp_path / "deep").mkdir()
    assert machine.file_system(tmp_path) == "xfs on /dev/b"
    assert machine.file_system(tmp_path / "deep") == "btrfs on /dev/c"
    assert machine.file_system(Path("/")) == "ext4 on /dev/a"


def test_the_machine_is_described(tmp_path):
    facts = machine.describe(tmp_path)
    assert facts["processor"]
    assert facts["cores"] >= 1
