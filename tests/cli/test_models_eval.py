"""`curator models eval`: the table, what it is measured on, and what cannot be measured."""

import json
from functools import cache

import pytest

from curator.cli import models_eval as command
from curator.cli.models_eval import fitting
from models import checkpoint, corpus
from models.control import Judge
from models.corpus import own_voice, prepare
from models.evaluate.figures import Figures
from models.ngram import Ngram

TEXTS = [
    f"{head} {verb} the {end} in the dark."
    for head in ("Loud guitars", "Slow strings")
    for verb in ("hold", "carry", "break")
    for end in ("room", "note", "beat")
]


@pytest.fixture(scope="module", autouse=True)
def quick():
    """Our own sentences, read once for all tests, and a judge of genres that knows a tenth."""
    ours = cache(lambda: prepare(own_voice()))
    judge = cache(lambda: Judge(ours().train[::10], 1))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(corpus, "prepare", lambda of: ours() if of == own_voice() else prepare(of))
        patch.setattr(command, "_judge", lambda train, seed: judge())
        yield


@pytest.fixture
def home(tmp_path):
    """A data folder with two small n-grams of one's own, and one that is broken."""
    for order in (2, 3):
        model = Ngram.fit(TEXTS, order)
        checkpoint.save(
            tmp_path / "models" / f"letters-{order}", kind="ngram", config=model.config.to_dict(),
            decoding={}, figures={}, tensors=model.tensors(), tokenizer=model.tokenizer,
            words=[], card="",
        )  # fmt: skip
    broken = tmp_path / "models" / "broken"
    broken.mkdir()
    (broken / "model.json").write_text("{broken", "utf-8")
    return tmp_path


@pytest.fixture
def text(tmp_path):
    """Lines that nobody was trained on."""
    lines = [{"text": text, "genres": ["metal"], "features": {"energy": 0.9}} for text in TEXTS[:4]]
    file = tmp_path / "held-out.jsonl"
    file.write_text("\n".join(map(json.dumps, lines)), "utf-8")
    return file


def test_captions_are_measured_as_models_write(text):
    captions = text.with_suffix(".txt")
    captions.write_text("\n".join(TEXTS[:4]), "utf-8")
    sentences, _ = command._texts(captions)
    assert sentences
    assert {sentence.register for sentence in sentences} == {"voice"}


def test_json_gives_an_object_a_model(run, home, text):
    ran = run(
        "models", "eval", "letters-2", "letters-3", "--text", text, "--samples", 0, "--json",
        "--home", home,
    )  # fmt: skip
    assert ran.code == 0, ran.err
    two, three = ran.json
    assert (two["name"], two["kind"], three["kind"]) == ("letters-2", "2-gram", "3-gram")
    assert two["texts"] == three["texts"] == 4
    assert (
        three["prediction"]["perplexity_per_word"] < two["prediction"]["perplexity_per_word"] < 1e4
    )
    assert two["samples"] == []
    assert "preparing" in ran.err


def test_the_table_and_the_samples_fit_in_eighty_columns(run, home, text, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    names = ("letters-2", "letters-3")
    ran = run("models", "eval", *names, "--text", text, "--samples", 2, "--show", 1, "--home", home)
    assert ran.code == 0, ran.err
    assert "4 held-out sentences" in ran.out
    assert "perplexity per word ↓" in ran.out
    assert "Samples, unselected" in ran.out
    assert max(map(len, ran.out.split("\n"))) <= 80


def test_markdown_is_two_tables(run, home, text):
    ran = run(
        "models", "eval", "letters-3", "--text", text, "--samples", 2, "--markdown", "--home", home
    )
    assert ran.code == 0, ran.err
    table, samples = ran.out.strip().split("\n\n")
    assert table.startswith("|  | `letters-3` |\n| --- | ---: |\n")
    assert len(samples.split("\n")) == 4
    assert "| `letters-3` | metal |" in samples


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("none",), 2, "no model 'none'"),
        (("broken",), 2, "damaged"),
        (("letters-2", "--device", "toaster"), 2, "there is cpu"),
        (("letters-2", "--text", "none.txt"), 1, "none.txt"),
        (("letters-2", "--samples", "-1"), 2, "--samples"),
    ],
)
def test_what_cannot_be_measured_is_said(run, home, arguments, code, said):
    ran = run("models", "eval", *arguments, "--home", home)
    assert (ran.code, ran.out) == (code, "")
    assert said in ran.err


def test_without_a_command_the_models_are_listed_still(run, home):
    ran = run("models", "--json", "--home", home)
    assert {"letters-2", "letters-3", "broken"} <= {row["name"] for row in ran.json}


def figures(name):
    prediction = {"perplexity_per_word": 20.0, "draws": None, "finite_order": None}
    prediction |= {"active_units": None, "finite_perplexity": None}
    return Figures(name, "gru", 1, 1, 1, 1, prediction, None, (), {}, None, ())


def test_models_that_do_not_fit_beside_each_other_go_below():
    found = [figures(f"model-{n:02}") for n in range(10)]
    for width in (60, 80, 120):
        groups = fitting(found, width)
        assert [f for group in groups for f in group] == found
        assert 1 < len(groups) < 10
    assert len(fitting(found, 200)) == 1
    assert [len(group) for group in fitting(found[:3], 10)] == [1, 1, 1]
