from collections import Counter

import numpy as np
import pytest

from models import library
from models.conditions import condition_space
from models.corpus.cleaning import words_of
from models.writer import Conditions, SampleEvent, Sampling, TokenEvent

PLAIN = Conditions("Somebody", "Something", ("shoegaze",), {"energy": 0.8, "tempo": 120})
SEEDS = 200
LIGHT = Sampling(candidates=2)
"""More than one draft, so that they compete, and no more than that, for time."""


@pytest.fixture(scope="module")
def writer():
    return library.load(device="cpu")


def samples(events):
    return sorted((e for e in events if isinstance(e, SampleEvent)), key=lambda e: e.row)


@pytest.fixture(scope="module")
def written(writer):
    """Two hundred rows in one call."""
    return samples(writer.write(PLAIN, SEEDS, seed=5, sampling=LIGHT))


@pytest.mark.parametrize("batch", [1, 5, 16, 64])
def test_a_row_is_the_same_whatever_is_written_beside_it(writer, written, batch):
    rows = SEEDS if batch > 1 else 40
    again = []
    for first in range(0, rows, batch):
        n = min(batch, rows - first)
        again += samples(writer.write(PLAIN, n, seed=5, first_row=first, sampling=LIGHT))
    assert [e.row for e in again] == list(range(rows))
    for one, other in zip(again, written, strict=False):
        assert one.text == other.text
        assert np.array_equal(one.z, other.z)
        assert np.array_equal(one.logprobs, other.logprobs)


def test_two_hundred_seeds_give_the_same_alone_and_in_company(writer):
    for seed in range(0, SEEDS, 10):
        alone = samples(writer.write(PLAIN, 1, seed=seed))
        company = samples(writer.write(PLAIN, 3, seed=seed))
        assert alone[0].text == company[0].text


def test_rows_and_seeds_differ(written, writer):
    texts = [e.text for e in written]
    assert len(set(texts)) > 0.95 * len(texts)
    assert samples(writer.write(PLAIN, 1, seed=6))[0].text != texts[0]


def test_what_is_written_is_fit_to_be_read(written):
    for event in written:
        text = event.text
        assert text[0].isupper()
        assert text.endswith((".", "!", "?"))
        assert not any(mark in text for mark in ("<", "{", "\ufffd", "  "))
        words = words_of(text)
        assert len(words) >= 5
        runs = Counter(zip(words, words[1:], words[2:], strict=False))
        assert max(runs.values()) == 1
        assert text.count("Somebody") <= 1
        assert text.count("Something") <= 2  # the word itself, and the title


def test_a_sample_says_how_it_was_made(written, writer):
    for event in written[:20]:
        assert event.z.shape == (writer.latent,)
        assert event.logprobs.shape == (event.tokens,)
        assert (event.logprobs <= 0).all()
        assert event.seconds > 0


def test_names_go_in_as_given(writer):
    odd = Conditions("{title} & [red]\u202e", "a {artist} {0}", ("pop",))
    texts = [e.text for e in samples(writer.write(odd, 80, seed=2, sampling=LIGHT))]
    named = [t for t in texts if "{title} & [red]\u202e" in t]
    assert named
    assert any("a {artist} {0}" in t for t in texts)
    for text in texts:
        rest = text.replace("{title} & [red]\u202e", "").replace("a {artist} {0}", "")
        assert "{" not in rest


def test_missing_names_are_not_written(writer):
    for conditions in (Conditions(), Conditions(artist="", genres=("techno",))):
        for event in samples(writer.write(conditions, 60, seed=3, sampling=LIGHT)):
            assert "{" not in event.text
            assert "  " not in event.text


def test_texts_grow_token_by_token_and_dropping_the_iterator_stops(writer):
    events = writer.write(PLAIN, 4, seed=1)
    first, second = next(events), next(events)
    assert isinstance(first, TokenEvent)
    assert isinstance(second, TokenEvent)
    assert [row for row, _ in first.rows] == [0, 1, 2, 3]
    for (_, short), (_, longer) in zip(first.rows, second.rows, strict=True):
        assert longer.startswith(short)
        assert len(longer) > len(short)
    events.close()
    assert next(events, None) is None


def test_every_row_ends_with_its_own_sample(writer):
    shown = {}
    for event in writer.write(PLAIN, 20, seed=9):
        if isinstance(event, TokenEvent):
            shown |= dict(event.rows)
        else:
            assert shown.pop(event.row)
    assert not shown


def test_colder_is_likelier(writer):
    def mean(temperature):
        events = samples(writer.write(PLAIN, 40, 4, sampling=Sampling(temperature, 1.0, 1)))
        return np.mean(np.concatenate([e.logprobs for e in events]))

    assert mean(0.3) > mean(0.8) > mean(1.3)


def test_more_candidates_are_likelier_and_keep_their_order(writer):
    def rows(candidates, n=24):
        return samples(writer.write(PLAIN, n, 4, sampling=Sampling(0.8, 0.95, candidates)))

    def mean(events):
        return np.mean([e.logprobs.mean() for e in events])

    one, six = rows(1), rows(6)
    assert mean(six) > mean(one) + 0.1
    assert [e.text for e in rows(6, 5)] == [e.text for e in six[:5]]


def test_z_steers_and_can_be_read_back(writer):
    zero = samples(writer.write(PLAIN, 3, seed=1))
    used = []

    def shift(z, known):
        assert known.shape == (condition_space().width,)
        used.append(z + np.float32(0.5))
        return used[-1]

    moved = samples(writer.write(PLAIN, 3, seed=1, steering=shift))
    assert moved[0].text != zero[0].text
    assert all(any(np.array_equal(event.z, z) for z in used) for event in moved)
    one = writer.encode("Slow strings hold the last light.", PLAIN)
    other = writer.encode("Fast drums kick the door in and shout.", PLAIN)
    assert one.shape == (writer.latent,)
    assert np.abs(one - other).max() > 0.1
    assert np.isfinite(writer.encode("", PLAIN)).all()


def test_given_z_the_text_follows(writer):
    z = np.stack([writer.encode(t, PLAIN) for t in ("Slow strings hold on.", "Fast drums run.")])
    one = samples(writer.decode(z, PLAIN, seed=1))
    assert [e.text for e in one] == [e.text for e in samples(writer.decode(z, PLAIN, seed=1))]
    assert np.array_equal(np.stack([e.z for e in one]), z)


@pytest.mark.parametrize("text", ["Slow brass, and Somebody sings.", "naïve 🎸 riff", "", "a"])
def test_surprisal_covers_the_text(writer, text):
    pieces = writer.surprisal(text, PLAIN)
    assert "".join(p.piece for p in pieces) == text
    assert all(p.nats >= 0 for p in pieces)


def test_nonsense_surprises_more(writer):
    def mean(text):
        return np.mean([p.nats for p in writer.surprisal(text, PLAIN)])

    assert mean("The drums hold back until the last chorus.") < mean(
        "Chorus the back last drums until hold the."
    )
