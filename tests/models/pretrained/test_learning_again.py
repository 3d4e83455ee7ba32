"""What a model that learns from judged drafts keeps of the one it was, and says of itself."""

import pytest

from models import checkpoint
from models.pretrained import preferred, with_critic
from models.pretrained.base import NoBase
from models.pretrained.judged import Judged
from models.pretrained.model import Pretrained, PretrainedConfig
from models.pretrained.preferring import Preference, prefer
from models.pretrained.with_critic import add_critic
from models.writer import Conditions, SampleEvent

QUICK = Preference(epochs=1, batch=16, held=0.2)
BEST = "looks for the best"


@pytest.fixture
def drafts(writer):
    """Drafts about eight songs, of which some are worth posting; `worth` is the merit of those."""

    def made(worth=1.0):
        found = []
        for number in range(8):
            song = Conditions(f"Somebody {number}", "Something", ("metal",), {"energy": 0.9})
            written = [e for e in writer.write(song, 6, number) if isinstance(e, SampleEvent)]
            found += [Judged(e.text, song, worth * (i % 2)) for i, e in enumerate(written)]
        return found

    return made


def card(folder):
    return " ".join((folder / "CARD.md").read_text("utf-8").split())


def candidates(folder):
    return checkpoint.load(folder).decoding["candidates"]


def test_a_critic_chooses_among_as_many_as_the_one_before(taught, drafts, tmp_path):
    first, more, again = (tmp_path / name for name in ("first", "more", "again"))
    add_critic(taught, drafts(), first, device="cpu")
    assert candidates(first) == with_critic.CANDIDATES
    add_critic(first, drafts(), more, anew=True, candidates=12, device="cpu")
    add_critic(more, drafts(), again, anew=True, device="cpu")
    assert candidates(again) == 12
    assert "among 12 drafts" in card(again)


def test_the_best_are_spoken_of_where_they_were_looked_for(taught, drafts, tmp_path):
    few, all_of_them, some = (tmp_path / name for name in ("few", "all", "some"))
    add_critic(taught, drafts(0.6), few, candidates=2, device="cpu")
    add_critic(taught, drafts(1.0), all_of_them, candidates=2, device="cpu")
    graded = drafts(1.0)
    graded[1] = Judged(graded[1].text, graded[1].song, 0.6)
    add_critic(taught, graded, some, candidates=2, device="cpu")
    assert BEST not in card(few)
    assert BEST not in card(all_of_them)  # the best are what is worth posting
    assert BEST in card(some)


def test_of_the_samples_one_thing_is_said(taught, drafts, tmp_path):
    prefer(taught, drafts(), tmp_path / "one", QUICK, device="cpu")
    add_critic(tmp_path / "one", drafts(), tmp_path / "two", candidates=2, device="cpu")
    said = card(tmp_path / "two")
    assert said.count("## Its preferences") == said.count("what it chose") == 1
    assert "the likeliest" not in said


def test_a_model_without_a_card_learns_too(taught, drafts, tmp_path):
    (taught / "CARD.md").rename(tmp_path / "CARD.md")
    try:
        add_critic(taught, drafts(), tmp_path / "critic", candidates=2, device="cpu")
        prefer(taught, drafts(), tmp_path / "preference", QUICK, device="cpu")
    finally:
        (tmp_path / "CARD.md").rename(taught / "CARD.md")
    assert "## Its critic" in card(tmp_path / "critic")
    assert "## Its preferences" in card(tmp_path / "preference")


def test_samples_are_written_on_the_device_that_was_asked_for(
    taught, drafts, tmp_path, monkeypatch
):
    asked = []

    def shown(_, device=None):
        asked.append(device)
        return [(("metal",), "Drums.")], {}

    monkeypatch.setattr(preferred, "shown", shown)
    prefer(taught, drafts(), tmp_path / "out", QUICK, device="cpu")
    assert asked == ["cpu"]


def test_a_base_of_too_few_layers_is_refused(base):
    with pytest.raises(NoBase, match="tiny has 3 layers, and 20 are needed"):
        Pretrained(PretrainedConfig(base=base.hash, named="tiny"), base.load(), base.tokenizer())
