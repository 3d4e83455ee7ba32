from hypothesis import given
from hypothesis import strategies as st

from curator.domain.recent import MOST, Recent
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


@given(st.integers(1, 3 * MOST), st.data())
def test_a_batch_that_goes_on_knows_what_it_knew_when_it_began(count, data):
    recent = of(count)
    newest, texts = recent.until()
    assert (newest, len(texts)) == (f"s{count - 1}", min(count, MOST))
    assert texts[-1] == f"text {count - 1}"
    later = data.draw(st.integers(0, MOST))
    for number in range(count, count + later):
        recent.put(sample(number))
    assert recent.until(newest) == (newest, texts)


def test_what_is_held_no_more_is_not_pretended():
    recent = of(3 * MOST)
    newest, texts = recent.until("s5")
    assert (newest, texts[-1]) == (f"s{3 * MOST - 1}", f"text {3 * MOST - 1}")
