"""What is seen of a text, how worn its phrases are, and what z are worth."""

import numpy as np
import pytest
import torch

from models.conditions import condition_space
from models.lcgan import Generator, Mover
from models.learning.features import GROUPS, Features, Read, template
from models.learning.freshness import Worn
from models.learning.steering import TasteSteering
from models.learning.traits import NAMES, traits
from models.learning.values import TasteConfig, TasteValues, fit_taste
from models.prior import LatentPrior
from models.writer import Conditions, Embedding

pytestmark = pytest.mark.usefixtures("few_senses")

WORDS = ("slow", "drums", "voice", "bright", "hum", "low", "piano", "snap")


def reading(count, seed):
    rng = np.random.default_rng(seed)
    texts = [" ".join(rng.choice(WORDS, 5)) + "." for _ in range(count)]
    z = rng.standard_normal((count, 4))
    logprobs = rng.standard_normal(count)
    embedding = Embedding(*(part.astype(np.float32) for part in (z, logprobs)))
    return Read(texts, embedding, rng.random((count, 6)).astype(np.float32))


def test_every_group_of_a_draft_has_length_one_on_average():
    drafts = reading(300, 1)
    features = Features.fit(drafts, reading(10, 2))
    found = features(drafts)
    assert list(features.slices) == list(GROUPS)
    for name, place in features.slices.items():
        assert np.square(found[:, place]).sum(1).mean() == pytest.approx(1, abs=0.02), name


def test_a_word_that_only_a_rating_has_is_known():
    rated = reading(3, 2)
    rated.texts[0] = "Gamelan!"
    assert "gamelan" in Features.fit(reading(100, 1), rated).words
    assert "gamelan" not in Features.fit(reading(100, 1), reading(3, 2)).words


def test_what_is_stored_sees_the_same():
    drafts = reading(100, 1)
    features = Features.fit(drafts, reading(10, 2))
    again = Features.restore(features.tensors(), features.described())
    assert np.array_equal(again(reading(20, 3)), features(reading(20, 3)))


def test_names_are_placeholders_once_each():
    song = Conditions("Ember Road", "Slow")
    assert template("Ember Road goes Slow, Slow.", song) == "{artist} goes {title}, Slow."
    assert template("Ember Road.", Conditions()) == "Ember Road."


@pytest.mark.parametrize(
    ("artist", "title", "text", "template_of_it"),
    [
        ("Queen", "Killer Queen", "Killer Queen is all harmony.", "{title} is all harmony."),
        ("Queen", "Killer Queen", "Queen, and Killer Queen.", "{artist}, and {title}."),
        ("Low", "Words", "Lower drums, and Low's words.", "Lower drums, and {artist}'s words."),
        ("Air", "Sexy Boy", "Airy keys by Air", "Airy keys by {artist}"),
        ("Kendrick Lamar", "i", "This is Kendrick Lamar's i.", "This is {artist}'s {title}."),
        ("Kendrick Lamar", "i", "Kendrick Lamar's bass.", "{artist}'s bass."),
        ("a", "r", "{artist} r a", "{artist} {title} {artist}"),
        ("Low", "Low", "Low plays Low, low.", "{artist} plays {title}, low."),
        ("P!nk", "(a+b)*", "P!nk sings (a+b)*.", "{artist} sings {title}."),
        ("山本", "夜", "山本の夜が好き", "{artist}の{title}が好き"),
        ("아이유", "밤", "아이유의 밤", "{artist}의 {title}"),
        ("Queen", "Hey", "_Hey_ by Queen_", "_{title}_ by {artist}_"),
    ],
)
def test_a_name_is_one_where_it_stands_as_a_word_the_longer_first(
    artist, title, text, template_of_it
):
    assert template(text, Conditions(artist, title)) == template_of_it


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Is it raining?", "a question"),
        ("Loud!", "an exclamation"),
        ("Low, slow, and sad.", "commas"),
        ("You can hear it.", "says you"),
        ("{artist} hums.", "names the artist"),
        ("The drums the drums the drums.", "repeats words"),
        ("It floats like smoke.", "compares"),
        ("One two three.", "at most 8 words"),
    ],
)
def test_traits_are_found_where_they_are(text, name):
    plain = "Some drums and some bass go by in quiet, for hours on end"
    at = NAMES.index(name)
    assert traits(text)[at] > traits(plain.replace(",", ""))[at]
    assert len(traits("")) == len(NAMES)


def test_a_phrase_is_worn_by_how_many_drafts_have_it():
    drafts = ["the whole room sings tonight"] * 5 + [f"odd word{i} here now" for i in range(20)]
    worn = Worn.of(drafts)
    old, new, short = worn(["the whole room sings", "a fresh new line", "two words"])
    assert old > 1 > new
    assert new == short
    assert worn(drafts).mean() == pytest.approx(0, abs=1e-5)


def pairs(count, seed):
    rng = np.random.default_rng(seed)
    z = rng.standard_normal((count, 4)).astype(np.float32)
    return z, np.zeros((count, condition_space().width), np.float32)


@pytest.fixture(scope="module")
def values():
    z, known = pairs(600, 1)
    scores = z[:, :1] + 0.1 * np.random.default_rng(2).standard_normal((600, 3))
    return fit_taste(z, known, scores, TasteConfig(epochs=12, hidden=16))


def test_value_models_learn_what_a_z_is_worth(values):
    model, correlation = values
    z, known = map(torch.from_numpy, pairs(200, 5))
    said = model.each(z, known)
    assert said.shape == (3, 200)
    assert correlation > 0.9
    assert np.corrcoef(said.mean(0), z[:, 0])[0, 1] > 0.9
    assert (model.careful(z, known) <= said.mean(0)).all()
    assert (model.careful(z, known, 0.0) == said.mean(0)).all()


def still(latent):
    mover = Mover(latent, condition_space().width, 8)
    for parameter in mover.layers[-1].parameters():
        torch.nn.init.zeros_(parameter)
    return Generator(mover)


@pytest.fixture
def prior():
    rng = np.random.default_rng(3)
    means = rng.standard_normal((50, 4)).astype(np.float32)
    known = np.zeros((50, condition_space().width), np.float32)
    return LatentPrior.of(means, np.full_like(means, -4.0), known)


def test_steering_chooses_what_promises_more_and_always_the_same(prior, values):
    z, known = pairs(40, 9)
    steering = TasteSteering(prior, still(4), values[0], 8)
    moved = steering.many(z, known)
    assert moved[:, 0].mean() > z[:, 0].mean() + 0.7
    # Whatever was asked before, and in whichever order.
    assert np.allclose(steering(z[7], known[7]), moved[7], atol=1e-5)
    assert len({tuple(row) for row in moved}) > 20


def test_with_one_choice_only_the_generator_moves(prior, values):
    z, known = pairs(5, 9)
    steering = TasteSteering(prior, still(4), values[0], 1)
    assert np.allclose(steering.many(z, known), z)


def test_a_z_that_is_best_already_stays(prior):
    best = TasteValues(4 + condition_space().width, 2, 4).eval()
    with torch.no_grad():
        best.straight[:, 0] = 1.0
    z, known = np.full((1, 4), 50.0, np.float32), pairs(1, 1)[1]
    assert np.array_equal(TasteSteering(prior, still(4), best, 8).many(z, known), z)
