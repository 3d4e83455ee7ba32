from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curator.domain.warnings import WordList, near_duplicates, offensive, parse_words

SHIPPED = parse_words((resources.files("curator.domain") / "offensive.txt").read_text("utf-8"))
ANYTHING = st.text(st.characters(codec=None, exclude_categories=()), max_size=60)


def test_texts_that_read_alike_are_found_best_first() -> None:
    text = "The bass walks home alone, and the snare follows at a distance."
    others = [
        ("far", "Choirs stack up like weather over a field of static."),
        ("near", "The bass walks home alone and a snare follows at a distance"),
        ("turned", "And the snare follows at a distance; the bass walks home, alone."),
    ]
    found = near_duplicates(text, others, 0.8)
    assert [key for key, _ in found] == ["turned", "near"]
    assert 0.8 <= found[1][1] < found[0][1] <= 1


def test_the_threshold_decides() -> None:
    others = [("a", "slow brass, soft drums")]
    ((_, score),) = near_duplicates("slow brass, loud drums", others, 0.1)
    assert near_duplicates("slow brass, loud drums", others, score)
    assert not near_duplicates("slow brass, loud drums", others, score + 0.01)


def test_nothing_to_compare_with() -> None:
    assert near_duplicates("words", []) == []
    assert near_duplicates("🔥🔥", [("other", "🌊")]) == []
    assert near_duplicates("🔥🔥", [("same", "🔥🔥")]) == [("same", 1.0)]


@given(ANYTHING, st.lists(ANYTHING, max_size=3))
def test_any_text_can_be_compared(text: str, others: list[str]) -> None:
    for _, score in near_duplicates(text, [(str(n), o) for n, o in enumerate(others)], 0.5):
        assert 0.5 <= score <= 1


@pytest.mark.parametrize(
    "text",
    [
        "An organ solo that could kill the lights.",
        "A cocktail bar in Scunthorpe, with bass and an assassin's grace.",
        "Classic brass, massive mass, a Dick Dale riff, cock rock, the Dykes of Essex.",
        "808s, TR-808, 4/4, 5/8, A$AP",
        "Spices, grapes, drapes, therapist, shiitake, krautrock, skank, gypsy jazz",
        "Negro spirituals and ** stars ** and *** more",
    ],
)
def test_harmless_words_do_not_fire(text: str) -> None:
    assert offensive(text, SHIPPED) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("well, Shit.", ["Shit"]),
        ("fucking hell, FUCK!", ["fucking", "FUCK"]),
        ("two twats and some bitches", ["twats", "bitches"]),
        ("sh1t and $hit and sh!t", ["sh1t", "$hit", "sh!t"]),
        ("f*ck this f**king thing", ["f*ck", "f**king"]),
        ("fuuuuuck and shiiit", ["fuuuuuck", "shiiit"]),
        ("f\u200bück", ["f\u200bück"]),
        ("Heil-Hitler and white  power", ["Heil-Hitler", "white  power"]),
        ("#shit @shitty shit", ["shit", "@shitty"]),
    ],
)
def test_offensive_words_are_returned_as_written(text: str, found: list[str]) -> None:
    assert sorted(offensive(text, SHIPPED)) == sorted(found)


def test_a_word_list_of_ones_own() -> None:
    words = parse_words("# mine\n\nfoo # a comment\nbar*\nbad  idea\n*\n")
    assert words == WordList(frozenset({"foo"}), ("bar",), (("bad", "idea"),))
    assert offensive("Foo foot barrel rebar, a Bad idea; bad ideas", words) == [
        "Foo",
        "barrel",
        "Bad idea",
        "bad ideas",
    ]
    assert offensive("anything at all", parse_words("")) == []


@given(ANYTHING, ANYTHING)
def test_nothing_raises(text: str, listed: str) -> None:
    offensive(text, parse_words(listed))
    for word in offensive(text, SHIPPED):
        assert word in text
