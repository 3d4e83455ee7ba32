from hypothesis import given
from hypothesis import strategies as st

from curator.domain.recent import HELD, MOST, Recent
from curator.domain.records import Sample


def sample(number, seed=1):
    return Sample(f"s{number}", "r", "2026-01-01T00:00:00Z", f"text {number}", "m", seed=seed)


def of(count):
    recent = Recent()
    for number in range(count):
        recent.put(sample(number))
    return recent


def test_of_nothing_there_is_nothing():
    assert Recent().until() == ("", ())
    assert of(3).until("") == ("", ())


def test_what_came_from_a_file_no_model_said():
    recent = of(2)
    recent.put(sample(2, seed=None))
    assert recent.until() == ("s1", ("text 0", "text 1"))


@given(st.integers(1, 3 * MOST), st.integers(0, HELD + 9))
def test_a_batch_that_goes_on_knows_all_that_it_knew_when_it_began_or_what_is_new(count, later):
    recent = of(count)
    newest, texts = recent.until()
    assert (newest, len(texts)) == (f"s{count - 1}", min(count, MOST))
    assert texts[-1] == f"text {count - 1}"
    for number in range(count, count + later):
        recent.put(sample(number))
    known = recent.until(newest)
    assert known in ((newest, texts), recent.until())
    assert known == (newest, texts) or later > HELD - MOST
