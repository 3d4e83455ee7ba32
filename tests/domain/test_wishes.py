import pytest
from hypothesis import given
from hypothesis import strategies as st

from curator.domain.wishes import weights_of


@given(st.dictionaries(st.integers(0, 99), st.floats(0.01, 9) | st.floats(-9, -0.01), min_size=1))
def test_what_is_written_is_what_is_read(weights):
    text = ", ".join(f"{topic}={weight!r}" for topic, weight in weights.items())
    assert weights_of(text) == weights


def test_a_number_alone_is_wanted_once():
    assert weights_of("8 3=-0.5") == {8: 1.0, 3: -0.5}


@pytest.mark.parametrize("text", ["", "a=1", "3=x", "3=nan", "-1=1", "3=1, 3=2", "3=0"])
def test_what_is_no_wish_is_refused(text):
    with pytest.raises(ValueError, match=r"topic|N=WEIGHT"):
        weights_of(text)
