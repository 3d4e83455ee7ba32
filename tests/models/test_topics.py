import json
import random

import numpy as np
import pytest

from models import topics as stored
from models.corpus.records import Sentence
from models.topic_fit import TopicsConfig, documents, fit
from models.topics import Topics, TopicsError, check_weights, content_words, load, save, stop_words

DRUMS = ["kick", "snare", "hat", "clap", "boom", "tom", "cymbal", "rattle", "stick", "brush"]
STRINGS = ["harp", "violin", "cello", "bow", "pluck", "lute", "string", "viola", "fiddle", "arco"]
SMALL = TopicsConfig(topics=2, iterations=60, rare=1, common=1.0)


def made_documents(count=120):
    dice = random.Random(3)
    return [dice.choices(STRINGS if i % 2 else DRUMS, k=12) for i in range(count)]


@pytest.fixture(scope="module")
def found():
    return fit(made_documents(), SMALL)


def topic_of(topics, words):
    return int(np.argmax(topics.infer([" ".join(words)])[0]))


def test_two_themes_are_told_apart_in_unseen_texts(found):
    drums, strings = topic_of(found, DRUMS[:3]), topic_of(found, STRINGS[:3])
    assert drums != strings
    shares = found.infer(["The kick and the snare clap.", "A harp, a cello and a bow."])
    assert shares[0, drums] > 0.8
    assert shares[1, strings] > 0.8
    assert np.allclose(shares.sum(1), 1, atol=1e-5)
    mixed = found.infer(["kick snare harp cello"])[0]
    assert 0.25 < mixed[drums] < 0.75


def test_the_same_seed_finds_the_same_topics(found):
    again = fit(made_documents(), SMALL)
    assert again.words == found.words
    assert np.array_equal(again.matrix, found.matrix)


def test_shares_do_not_depend_on_the_texts_around(found):
    texts = [" ".join(doc) for doc in made_documents(40)] + ["", "nothing known"]
    together = found.infer(texts)
    alone = np.concatenate([found.infer([text]) for text in texts])
    assert np.allclose(together, alone, atol=1e-6)


def test_a_text_without_known_words_gets_the_prior(found):
    expected = found.alpha / found.alpha.sum()
    assert np.allclose(found.infer(["", "zzz zzz"]), expected, atol=1e-6)
    assert found.infer([]).shape == (0, 2)


def test_topics_are_named_by_telling_words(found):
    named = found.topics(5)
    drums = topic_of(found, DRUMS)
    assert set(named[drums].words) <= set(DRUMS)
    assert named[drums].name == " · ".join(named[drums].words[:3])
    assert all(topic.coherence is not None for topic in named)
    assert sum(topic.share for topic in named) == pytest.approx(1, abs=1e-3)


def test_a_word_common_to_all_topics_names_none():
    matrix = np.array([[0.5, 0.5, 0.0], [0.5, 0.0, 0.5]], np.float32)
    topics = Topics(["everywhere", "here", "there"], matrix, np.ones(2, np.float32))
    assert [topic.words[0] for topic in topics.topics()] == ["here", "there"]


def test_the_ideal_distribution_follows_the_weights():
    topics = Topics(["a", "b", "c"], np.eye(3, dtype=np.float32), np.ones(3, np.float32))
    assert topics.ideal({0: 2.0, 1: 1.0, 2: -1.0}) == pytest.approx([2 / 3, 1 / 3, 0])
    assert topics.ideal({1: -1.0}) == pytest.approx([0.5, 0, 0.5])
    with pytest.raises(ValueError, match="every topic"):
        topics.ideal({0: -1.0, 1: -1.0, 2: -1.0})


@pytest.mark.parametrize("weights", [{}, {0: 0.0}, {3: 1.0}, {-1: 1.0}, {0: float("nan")}])
def test_weights_must_fit_the_topics(weights):
    with pytest.raises(ValueError, match="topic"):
        check_weights(weights, 3)


def test_words_that_say_nothing_are_left_out():
    assert content_words("The drummer's kick and {artist} in 1999, it's 4 on the floor") == [
        "drummer",
        "kick",
        "floor",
    ]
    assert "the" in stop_words()


def test_our_own_sentences_are_pooled_by_genre_and_captions_by_song():
    def line(text, genre):
        return Sentence(text, f"voice:{text}", "voice", (genre,))

    def caption(text, song):
        return Sentence(text, song, "captions")

    voice = [line(f"kick{'abcdefghij'[i]}", "techno") for i in range(10)]
    voice += [line(f"harp{'abcdefghij'[i]}", "folk") for i in range(10)]
    docs = documents(
        [*voice, caption("violin", "one"), caption("cello", "one"), caption("lute", "two")],
        TopicsConfig(pool=5, rounds=2),
    )
    assert docs[:2] == [["violin", "cello"], ["lute"]]
    pooled = docs[2:]
    assert len(pooled) == 8
    assert all(len(doc) == 5 and len({word[:4] for word in doc}) == 1 for doc in pooled)
    assert sorted(word for doc in pooled for word in doc) == sorted(
        s.text for s in voice for _ in range(2)
    )


def test_too_few_words_are_refused():
    with pytest.raises(ValueError, match="too few"):
        fit([["kick", "snare"]], SMALL)


def test_a_topic_without_words_comes_last_and_coheres_with_nothing(tmp_path):
    found = fit(made_documents(4), TopicsConfig(topics=5, iterations=60, rare=1, common=1.0))
    shares, coherence = found.figures["share"], found.figures["coherence"]
    assert shares == sorted(shares, reverse=True)
    assert shares[-1] == 0 < shares[-2]
    assert coherence[-1] is None
    assert found.figures["mean_coherence"] == pytest.approx(np.mean(coherence[:-1]), abs=1e-4)
    save(found, tmp_path, "")
    assert [topic.coherence for topic in load(tmp_path).topics()] == coherence


def test_what_is_stored_comes_back(found, tmp_path):
    save(found, tmp_path, "# card")
    again = load(tmp_path)
    texts = [" ".join(doc) for doc in made_documents(10)]
    assert np.allclose(again.infer(texts), found.infer(texts), atol=2e-3)
    assert [t.name for t in again.topics()] == [t.name for t in found.topics()]
    assert not [path for path in tmp_path.iterdir() if path.suffix in (".pkl", ".bin", ".pt")]


@pytest.mark.parametrize("name", [stored.TENSORS, stored.DESCRIPTION])
def test_damage_is_named(found, tmp_path, name):
    save(found, tmp_path, "")
    (tmp_path / name).write_bytes(b"{")
    with pytest.raises(TopicsError, match="damaged"):
        load(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(TopicsError, match="no topics"):
        load(tmp_path)


@pytest.mark.parametrize(
    "part",
    [
        {"settings": None},
        {"figures": None},
        {"figures": {"coherence": [0.5]}},
        {"figures": {"share": [1.0]}},
        {"figures": {"share": [0.5, 0.25, 0.25]}},
    ],
)
def test_settings_and_figures_that_do_not_fit_are_damage(found, tmp_path, part):
    save(found, tmp_path, "")
    place = tmp_path / stored.DESCRIPTION
    place.write_text(json.dumps(json.loads(place.read_text()) | part))
    with pytest.raises(TopicsError, match="damaged"):
        load(tmp_path)


@pytest.mark.parametrize("name", ["settings", "figures"])
def test_missing_settings_or_figures_are_damage(found, tmp_path, name):
    save(found, tmp_path, "")
    place = tmp_path / stored.DESCRIPTION
    described = json.loads(place.read_text())
    del described[name]
    place.write_text(json.dumps(described))
    with pytest.raises(TopicsError, match="damaged"):
        load(tmp_path)
