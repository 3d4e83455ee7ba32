import json
import math

import pytest

from models import checkpoint
from models.evaluate.figures import Stage, evaluate
from models.evaluate.prediction import predict, text_nats
from models.evaluate.table import lines, markdown, markdown_samples
from models.ngram import Ngram
from models.ngram_writer import NgramWriter
from models.units import unknown_nats
from models.writer import Conditions, SampleEvent, TokenSurprisal


class Uniform:
    """A writer of another kind: each character costs one nat, the end of a sentence two."""

    name, device, weights_hash = "uniform", "cpu", ""
    tokenizer = None

    def write(self, conditions, n, seed, *, first_row=0, **_):
        yield SampleEvent(first_row, "a b c d.", 5, 0.0, None, None)

    def surprisal(self, text, conditions):
        return [TokenSurprisal(c, 1.0) for c in text]


class Ending(Uniform):
    name = "ending"

    def text_nats(self, text, conditions):
        return len(text) + 2.0 + (conditions.features.get("energy", 0) > 0.5)


@pytest.fixture(scope="module")
def counted(few_sentences, tmp_path_factory):
    model = Ngram.fit([s.text for s in few_sentences], 3)
    folder = tmp_path_factory.mktemp("ngram")
    checkpoint.save(
        folder, kind="ngram", config=model.config.to_dict(), decoding={}, figures={},
        tensors=model.tensors(), tokenizer=model.tokenizer, words=[], card="",
    )  # fmt: skip
    return folder


@pytest.fixture(scope="module")
def compared(tiny_writers, few_sentences, counted):
    stages = []
    models = (*tiny_writers.values(), counted)
    found = [
        evaluate(
            model, few_sentences[::4], train=few_sentences, samples=9, draws=4,
            on_progress=stages.append,
        )
        for model in models
    ]  # fmt: skip
    return found, stages


def test_every_kind_gets_the_figures_that_make_sense_for_it(compared, few_sentences):
    cvae, vae, ngram = compared[0]
    assert cvae.prediction["draws"] == vae.prediction["draws"] == 4
    assert cvae.prediction["swap_a_gap"] > 0
    assert vae.prediction["swap_a_gap"] is None
    assert ngram.prediction["draws"] is ngram.prediction["kl"] is None
    assert ngram.reconstruction_bleu is None
    assert 0 < cvae.reconstruction_bleu <= 1
    assert cvae.size is None
    assert ngram.size > 0
    assert (ngram.kind, cvae.kind, vae.kind) == ("3-gram", "cvae", "vae")
    for figures in compared[0]:
        assert len(figures.samples) == 9
        assert figures.words == sum(s.words for s in few_sentences[::4])
        assert figures.variety["overlap_4"] >= 0
        assert len(figures.control) == 2


def test_progress_goes_to_the_end_of_each_stage(compared):
    _, stages = compared
    ends = [s for s in stages if s.done == s.total]
    assert [s.doing for s in ends if s.model == "cvae"] == [
        "likelihood", "samples", "reconstruction",
    ]  # fmt: skip
    assert all(isinstance(s, Stage) and 0 < s.done <= s.total for s in stages)


def test_the_same_seed_gives_the_same_figures(tiny_writers, few_sentences):
    one, other = (
        evaluate(tiny_writers["cvae"], few_sentences[:4], samples=4, draws=2).to_dict()
        for _ in range(2)
    )
    del one["seconds_per_sample"], other["seconds_per_sample"]
    assert one == other
    assert one["control"] == []


def test_what_an_ngram_holds_impossible_is_said(few_sentences, counted, tiny_writers):
    writer = NgramWriter(checkpoint.load(counted), "ngram")
    seen = predict(writer, few_sentences[:5])
    assert 1 < seen.perplexity_per_word < math.inf
    assert seen.unseen == 0
    strange = [type(few_sentences[0])("Zebras! hum.", "z", "voice")]
    unseen = evaluate(writer, [*few_sentences[:5], *strange], samples=0)
    assert unseen.prediction["perplexity_per_word"] == math.inf
    assert 0 < unseen.prediction["unseen"] < 0.2
    plain = json.loads(json.dumps(unseen.to_dict(), allow_nan=False))
    assert plain["prediction"]["perplexity_per_word"] is None
    assert "| ∞ |" in markdown([unseen])


def test_other_writers_are_taken_at_what_they_say_a_text_costs(few_sentences):
    letters, words = (
        sum(map(f, few_sentences)) for f in (lambda s: len(s.text), lambda s: s.words)
    )
    plain, ending = (predict(w, few_sentences) for w in (Uniform(), Ending()))
    assert plain.perplexity_per_word == pytest.approx(math.exp(letters / words))
    assert plain.swap_a_gap is None
    loud = sum(s.features["energy"] > 0.5 for s in few_sentences)
    nats = letters + 2 * len(few_sentences) + loud
    assert ending.perplexity_per_word == pytest.approx(math.exp(nats / words))
    assert ending.swap_a_gap is None  # costs as much with another's song, all in all


def test_unknown_words_are_paid_for_letter_by_letter(few_sentences):
    from models.units import WordTokenizer

    class Worded(Ending):
        tokenizer = WordTokenizer.train([s.text for s in few_sentences])

    text = "Zithers hold the whole room in the dark."
    spelled = unknown_nats(Worded.tokenizer, text)
    assert spelled > 0
    assert text_nats(Worded(), text, Conditions()) == pytest.approx(len(text) + 2 + spelled)


def test_the_table_holds_a_row_a_figure_and_leaves_empty_ones_out(compared):
    found, _ = compared
    rows = {row.label: row for row in lines(found)}
    assert rows["kind"].cells == ("cvae", "vae", "3-gram")
    assert rows["perplexity per word"].better == "↓"
    assert rows["perplexity per word"].cells[0].startswith("≤ ")
    assert rows["KL, nats a text"].cells[2] == "–"
    assert "KL, nats a text" not in {row.label for row in lines(found[2:])}
    table = markdown(found).splitlines()
    assert len({line.count("|") for line in table}) == 1
    samples = markdown_samples(found, 2)
    assert samples.count("`cvae`") == 2


def test_nothing_to_measure_on_is_an_error(tiny_writers):
    with pytest.raises(ValueError, match="held out"):
        evaluate(tiny_writers["vae"], [])
