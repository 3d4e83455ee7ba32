"""Answers on disk: they age, and nothing that happens to the file does harm."""

import threading

import pytest

from curator.music.cache import Cache


@pytest.fixture
def clock():
    class Clock:
        time = 1000.0

        def __call__(self):
            return self.time

    return Clock()


@pytest.fixture
def file(tmp_path):
    return tmp_path / "cache" / "lookups.db"


def test_answers_outlive_the_program_but_not_their_time(file, clock):
    cache = Cache(file, clock)
    cache.put("a", {"genres": ["ä"]}, 60)
    cache.close()
    cache = Cache(file, clock)
    assert cache.get("a") == {"genres": ["ä"]}
    assert cache.get("b") is None
    clock.time += 60
    assert cache.get("a") is None


@pytest.mark.parametrize("damage", [b"", b"not a database", b"SQLite format 3\0" + b"x" * 5000])
def test_a_damaged_file_is_begun_anew(file, clock, damage):
    cache = Cache(file, clock)
    cache.put("a", 1, 60)
    cache.close()
    file.write_bytes(damage)
    cache = Cache(file, clock)
    assert cache.get("a") is None
    cache.put("a", 2, 60)
    assert cache.get("a") == 2


def test_every_byte_may_be_wrong(file, clock):
    cache = Cache(file, clock)
    cache.put("key", [1, 2, 3], 60)
    cache.close()
    whole = file.read_bytes()
    for place in range(0, len(whole), 211):
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        cache = Cache(file, clock)
        assert cache.get("key") in ([1, 2, 3], None)
        cache.put("other", 7, 60)
        cache.close()


def test_where_nothing_can_be_written_nothing_is_kept(tmp_path, clock):
    (tmp_path / "cache").write_text("a file in the way")
    cache = Cache(tmp_path / "cache" / "lookups.db", clock)
    cache.put("a", 1, 60)
    assert cache.get("a") is None


def test_threads_share_it(file, clock):
    cache = Cache(file, clock)

    def work(n):
        for i in range(20):
            cache.put(f"{n} {i}", i, 60)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(cache.get(f"{n} {i}") == i for n in range(4) for i in range(20))
    cache.close()
    assert cache.get("0 0") is None  # closed: neither kept nor a crash
