"""Judges in files: which can be used, and what is said of those that can't."""

import numpy as np
import pytest

from curator.domain.records import Song
from curator.simulation.judges import Answer, Judge, JudgeError, load_judge

SONG = Song("Ember Road", "Slow Comet", ("folk",), {"energy": 0.4})


def judge_in(folder, source, name="taste"):
    path = folder / "mine.py"
    path.write_text(source)
    return load_judge(f"{path}:{name}")


def test_it_is_told_text_and_song(tmp_path):
    source = "def taste(text, song):\n    return song['genres'] == ['folk'] and 'hum' in text"
    judge = judge_in(tmp_path, source)
    assert judge("They hum.", SONG) == Answer(True)
    assert judge("They shout.", SONG) == Answer(False)
    assert judge.name == "taste"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (True, Answer(True)),
        (np.bool_(False), Answer(False)),
        (1, Answer(False, 1)),
        (3, Answer(False, 3)),
        (4.0, Answer(True, 4)),
        (np.int64(5), Answer(True, 5)),
    ],
)
def test_yes_and_no_and_stars_are_understood(answer, expected):
    found = Judge("j", lambda text, song: answer)("a text", SONG)
    assert found == expected
    assert type(found.approved) is bool


@pytest.mark.parametrize("answer", [None, 0, 6, 2.5, "yes", [True], float("nan"), np.ones(2)])
def test_anything_else_is_refused_with_the_answer_and_the_text(answer):
    with pytest.raises(JudgeError, match=r"neither True or False nor 1 to 5, for 'a text'"):
        Judge("j", lambda text, song: answer)("a text", SONG)


def test_a_judge_that_raises_is_quoted_with_its_line(tmp_path):
    judge = judge_in(tmp_path, "def taste(text, song):\n    return song['mood']\n")
    with pytest.raises(JudgeError, match=r"taste raised KeyError: 'mood' \(mine.py, line 2\)"):
        judge("A text.", SONG)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("def other(text, song):\n    return True", "no function 'taste'; it has other"),
        ("taste = 3", "a int, no function, 'taste'"),
        ("def taste(text):\n    return True", "can't be called with a text and a song"),
        ("def taste(text, song:\n", "line 1"),
        ("import nowhere_at_all", "line 1: ModuleNotFoundError"),
        ("raise SystemExit(3)", "SystemExit"),
    ],
)
def test_a_file_that_is_no_use_is_said_why(tmp_path, source, said):
    with pytest.raises(JudgeError, match=said.replace("(", r"\(")):
        judge_in(tmp_path, source)


def test_a_line_is_said_of_a_file_that_is_named_from_here_too(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.py").write_text("import math\n\nx = math.nope\n")
    with pytest.raises(JudgeError, match=r"mine.py, line 3: AttributeError"):
        load_judge("mine.py:taste")


@pytest.mark.parametrize("spec", ["mine.py", "mine.py:", ":taste", "mine.py:not a name"])
def test_a_judge_is_named_by_file_and_function(spec):
    with pytest.raises(JudgeError, match=r"is not FILE.py:FUNCTION"):
        load_judge(spec)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(JudgeError, match="there is no file"):
        load_judge(f"{tmp_path}/none.py:taste")


def test_a_judge_may_use_what_lies_beside_it(tmp_path):
    (tmp_path / "liked_words.py").write_text("WORDS = {'hum'}\n")
    source = "from liked_words import WORDS\ndef taste(text, song):\n    return 'hum' in WORDS\n"
    assert judge_in(tmp_path, source)("x", SONG).approved


def test_the_examples_are_judges_that_differ():
    texts = [
        "The snare cracks.",
        "And the whole room, in the middle, sways on and on for hours now.",
    ]
    answers = {
        name: [load_judge(f"curator/examples/judges.py:{name}")(t, SONG).approved for t in texts]
        for name in ("concrete_sounds", "short_and_dry", "no_cliches")
    }
    assert all(found == [True, False] for found in answers.values())


@pytest.mark.parametrize(
    ("name", "liked", "disliked"),
    [
        ("half_concrete_sounds", "A thump.", "Bells."),
        ("half_short_and_dry", "The organ waits, politely.", "Nothing waits."),
        ("half_no_cliches", "It is the same hum.", "You can hear it hum."),
    ],
)
def test_half_a_judge_shares_half_of_the_taste(name, liked, disliked):
    half = load_judge(f"curator/examples/judges.py:{name}")
    assert half(liked, SONG).approved
    assert not half(disliked, SONG).approved
