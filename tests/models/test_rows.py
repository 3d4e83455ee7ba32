"""What becomes of names in a text, and of the text when it is read back."""

import numpy as np
import pytest

from models.learning.features import template
from models.reading import template_of
from models.rows import Attempt, Vocabulary
from models.tokenizer import ARTIST, TITLE
from models.units import train_tokenizer
from models.writer import Conditions

TEXTS = [
    "I love the rhythm of {title}.",
    'They shout "{title}", and {artist} sings on.',
    'It begins with (drums) and "{title}." Then {artist}!',
]


@pytest.fixture(name="write", scope="module", params=["bpe", "words", "chars"])
def _write(request):
    """Write a text token by token; return it as it is shown, and its template."""
    tokenizer = train_tokenizer(request.param, TEXTS * 3, 400)
    units = sorted(
        {unit for text in TEXTS for unit in train_tokenizer("bpe", TEXTS, 400).units(text)}
    )
    vocabulary = Vocabulary(tokenizer, list(range(len(tokenizer))), units)

    def write(text, song):
        attempt = Attempt(np.zeros(0), np.zeros(99), vocabulary.spelling.start)
        names = {ARTIST: song.artist, TITLE: song.title}
        for token in tokenizer.encode(text):
            attempt.take(token, -1.0, vocabulary, names)
        return attempt.text, attempt.template

    return write


@pytest.mark.parametrize(
    ("title", "text", "wanted"),
    [
        ("Help", TEXTS[0], "I love the rhythm of Help."),
        ("Help!", TEXTS[0], "I love the rhythm of Help!"),
        ("Who Are You?", TEXTS[0], "I love the rhythm of Who Are You?"),
        ("Mr.", TEXTS[0], "I love the rhythm of Mr."),
        ("Help!", TEXTS[1], 'They shout "Help!", and Low sings on.'),
        ("Help", TEXTS[2], 'It begins with (drums) and "Help." Then Low!'),
    ],
)
def test_a_name_with_a_mark_of_its_own_gets_no_full_stop(write, title, text, wanted):
    assert write(text, Conditions("Low", title)) == (wanted, text)


@pytest.mark.parametrize("title", ["Help", "Help!", "Who Are You?", "Mr.", "Half \ud83d!"])
def test_what_ends_in_a_name_is_read_as_it_was_written(write, title):
    song = Conditions("Low", title)
    text, plain = write(TEXTS[0], song)
    assert template(text.replace("Half ?", "Half \ud83d"), song) == plain == TEXTS[0]


def test_a_mark_within_a_text_ends_no_sentence():
    song = Conditions("Low", "Help!")
    assert template("Help! is loud.", song) == "{title} is loud."
    assert template("", song) == ""
    assert template("Loud.", song) == "Loud."
    assert template("So loud, Help!", Conditions("Help", "Loud")) == "So loud, {artist}!"


@pytest.mark.parametrize("kind", ["bpe", "words", "chars"])
def test_the_pieces_of_a_text_are_the_text(kind):
    tokenizer = train_tokenizer(kind, TEXTS * 3, 400)
    for title in ("Help", "Help!"):
        song, text = Conditions("Low", title), f"I love the rhythm of {title}"
        for quoted in (f'They shout "{title}", and Low sings.', f"So (Low) “{title}”"):
            assert b"".join(template_of(tokenizer, quoted, song)[1]).decode() == quoted
        tokens, pieces = template_of(tokenizer, text, song)
        assert b"".join(pieces).decode() == text
        assert tokens == tokenizer.encode("I love the rhythm of {title}" + "." * ("!" in title))
