"""A folder as a curator has it, through to a built corpus and back."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.corpus import SourceError, prepare
from models.corpus.folder import SPLITS, check_out, is_built, load, save
from models.corpus.funnel import Funnel
from models.corpus.measures import measure
from models.corpus.posts import is_post, read_post
from models.corpus.records import Sentence

PAPER = {
    "title": "Marble Foxes share “Paper Lanterns”",
    "url": "https://blog.example/paper-lanterns",
    "tags": ["dream pop", "News"],
    "content": (
        "<p>Guitars arrive like weather, and Marble Foxes&#8217; singer refuses to take an "
        "umbrella. By the second chorus, &#8220;Paper Lanterns&#8221; has <a href='u'>burned</a> "
        "through every quiet thought in the room.</p>"
        "<p>Marble Foxes play ten shows in May, so grab your tickets at the usual place.</p>"
        "<iframe src='https://player.example'></iframe>"
    ),
}
LOW = {
    "title": {"rendered": "Quiet hours"},
    "content": {"rendered": "<p>There is a low hum under it all, and the band never lets go.</p>"},
}
LIST = {"title": "Best songs of 2017", "content": "<p>A chorus wider than the road it is on.</p>"}
GERMAN = {"title": "Ein Lied", "content": "Dieses Lied klingt sehr schön und die Gitarre spielt."}


def sentences(corpus):
    return {s.text: s for s in [*corpus.train, *corpus.valid, *corpus.test]}


@pytest.fixture
def blog(tmp_path):
    folder = tmp_path / "blog"
    (folder / "old").mkdir(parents=True)
    (folder / ".git").mkdir()
    (folder / ".git" / "hidden.txt").write_text("The hidden drums must never be heard by anyone.")
    (folder / "posts.json").write_text(json.dumps([PAPER, LIST, {"title": "no text", "url": "u"}]))
    (folder / "one.json").write_text(json.dumps(LOW))
    (folder / "broken.json").write_text('{"title": ')
    (folder / "old" / "more.jsonl").write_text(json.dumps(GERMAN) + "\n{oops\n")
    (folder / "old" / "table.csv").write_text(
        "artist,title,review\n"
        'Nori Vale,Salt,"The organ creaks like a pier, and Nori Vale sings ""Salt"" from below."\n'
    )
    (folder / "old" / "notes.txt").write_text("Slow brass climbs the stairs with all its luggage.")
    (folder / "old" / "cover.png").write_bytes(b"\x89PNG")
    return folder


def test_a_folder_of_anything_becomes_sentences(blog):
    corpus = prepare([blog])
    assert set(sentences(corpus)) == {
        "Guitars arrive like weather, and {artist}'s singer refuses to take an umbrella.",
        "By the second chorus, {title} has burned through every quiet thought in the room.",
        "There is a low hum under it all, and the band never lets go.",
        "The organ creaks like a pier, and {artist} sings {title} from below.",
        "Slow brass climbs the stairs with all its luggage.",
    }
    funnel = corpus.funnel
    assert funnel.dropped_passages == {"about many songs": 1, "not English": 1, "unreadable": 2}
    assert funnel.dropped_sentences == {"news": 1}
    assert funnel.sentences == funnel.kept + 1
    assert sum(funnel.read.values()) == funnel.passages == 8


def test_bad_files_and_rows_are_named(blog):
    funnel = prepare([blog]).funnel
    reasons = {path.rsplit("/")[-1]: why for path, why in funnel.refused.items()}
    assert "not JSON" in reasons["broken.json"]
    assert reasons["blog"] == "files of other kinds left out: 1 .png"
    assert any("posts.json, item 3" in line for line in funnel.bad_lines)
    assert any("more.jsonl, line 2" in line for line in funnel.bad_lines)


def test_sentences_of_a_post_share_its_song_and_conditions(blog):
    known = sentences(prepare([blog]))
    songs = [s for text, s in known.items() if "weather" in text or "chorus" in text]
    assert {s.song for s in songs} == {"marble foxes - paper lanterns"}
    assert {s.genres for s in songs} == {("dream pop",)}
    assert len({s.song for s in known.values()}) == 4


def test_a_file_named_twice_is_read_once(blog):
    twice = prepare([blog / "one.json", blog, blog / "one.json"])
    assert twice.funnel.read["one.json"] == 1
    assert "duplicate" not in twice.funnel.dropped_sentences


def test_json_lines_in_a_json_file_and_wrapped_lists_are_read(tmp_path):
    (tmp_path / "lines.json").write_text(json.dumps(LOW) + "\n" + json.dumps(PAPER) + "\n")
    (tmp_path / "wrapped.json").write_text(json.dumps({"version": 1, "posts": [LOW, PAPER]}))
    for name in ("lines.json", "wrapped.json"):
        assert prepare([tmp_path / name]).funnel.kept == 3


def test_the_deepest_nesting_is_a_reason_and_no_crash(tmp_path):
    (tmp_path / "deep.json").write_text("[" * 100_000)
    with pytest.raises(SourceError, match=r"deep\.json: "):
        prepare([tmp_path])


@given(
    st.dictionaries(
        st.sampled_from(["title", "content", "text", "url", "artist", "tags", "song", "x"]),
        st.none() | st.integers() | st.text(max_size=20) | st.lists(st.text(max_size=5)),
        max_size=6,
    )
)
def test_any_object_is_a_post_or_says_why_not(row):
    if not is_post(row):
        return
    try:
        passage = read_post(row, "here:1")
    except ValueError:
        return
    assert passage.text.strip()
    assert passage.song


def save_as(corpus, out, report=None):
    parts = {name: getattr(corpus, name) for name in SPLITS}
    save(parts, report or corpus.funnel.to_dict(), out)


def test_a_built_corpus_comes_back_as_it_is(blog, tmp_path):
    corpus = prepare([blog])
    save_as(corpus, tmp_path / "built")
    again = prepare([tmp_path / "built"])
    assert (again.train, again.valid, again.test) == (corpus.train, corpus.valid, corpus.test)
    assert again.funnel.kept == corpus.funnel.kept
    assert json.loads((tmp_path / "built" / "funnel.json").read_text()) == corpus.funnel.to_dict()


def test_other_sources_beside_a_built_corpus_add_only_what_is_new(blog, tmp_path):
    save_as(prepare([blog]), tmp_path / "built")
    (tmp_path / "new.txt").write_text(
        "Slow brass climbs the stairs with all its luggage.\n"
        "A patient organ counts the dust in the empty hall.\n"
    )
    corpus = prepare([tmp_path / "new.txt", tmp_path / "built"])
    assert corpus.funnel.kept == 6
    assert corpus.funnel.dropped_sentences == {"duplicate": 1}


def test_a_bad_line_in_a_built_corpus_is_named_and_the_rest_used(blog, tmp_path):
    out = tmp_path / "built"
    save_as(prepare([blog]), out)
    with (out / "train.jsonl").open("a") as file:
        file.write('{"text": "x", "register": "other"}\n{"text": "x", "features": {"e": NaN}}\n')
    funnel = Funnel()
    parts = load(out, funnel)
    assert sum(map(len, parts.values())) == 5
    assert len(funnel.bad_lines) == 2


def test_half_a_character_in_a_built_corpus_is_a_bad_line(blog, tmp_path):
    out = tmp_path / "built"
    save_as(prepare([blog]), out)
    with (out / "test.jsonl").open("a") as file:
        file.write(json.dumps({"text": "Half a character \ud83d is none."}) + "\n")
    funnel = prepare([out]).funnel
    assert funnel.kept == 5
    assert len(funnel.bad_lines) == 1


def test_a_refused_built_corpus_leaves_the_books_in_order(blog, tmp_path):
    out = tmp_path / "built"
    save_as(prepare([blog / "one.json"]), out)
    for content, why in ((b"{oops\n", "without a sentence"), (b"\xff", "not UTF-8")):
        (out / "train.jsonl").write_text("{oops\n{oops\n")
        (out / "valid.jsonl").write_text("")
        (out / "test.jsonl").write_bytes(content)
        funnel = prepare([out, blog / "one.json"]).funnel
        assert why in funnel.refused[str(out)]
        assert sum(funnel.read.values()) == funnel.passages == 1
        assert not funnel.dropped_passages
        assert len(funnel.bad_lines) >= 2


def test_what_lies_beside_a_built_corpus_is_named(blog, tmp_path):
    out = tmp_path / "built"
    save_as(prepare([blog / "one.json"]), out)
    (out / "posts.json").write_text(json.dumps([PAPER]))
    (out / ".hidden").write_text("")
    (out / "model").mkdir()
    funnel = prepare([out]).funnel
    assert funnel.kept == 1
    assert set(funnel.refused) == {str(out / "posts.json"), str(out / "model")}
    assert all("beside a built corpus" in why for why in funnel.refused.values())
    both = prepare([out, out / "posts.json"]).funnel
    assert both.kept == 3
    assert set(both.refused) == {str(out / "model")}


def test_several_built_corpora_share_no_sentence_and_none_is_tested_on_what_is_learnt(tmp_path):
    texts = [f"Lamp{i} organs count{i} the dust of hall{i}." for i in range(6)]

    def built(name, **parts):
        rows = {split: parts.get(split, ()) for split in SPLITS}
        one = {
            split: [Sentence(texts[i], f"{name}{i}", "voice") for i in numbers]
            for split, numbers in rows.items()
        }
        save(one, {}, tmp_path / name)
        return tmp_path / name

    first = built("first", train=(0, 1, 2), valid=(3,), test=(4,))
    second = built("second", train=(0, 3, 4, 5), valid=(4,), test=(2,))
    corpus = prepare([first, second])
    found = {name: [texts.index(s.text) for s in getattr(corpus, name)] for name in SPLITS}
    assert found == {"train": [0, 1, 5], "valid": [3], "test": [4, 2]}
    funnel = corpus.funnel
    assert funnel.dropped_sentences == {"duplicate": 5}
    assert funnel.sentences == funnel.kept + 5 == 11
    assert sum(funnel.read.values()) == funnel.passages == 11
    assert prepare([second]).funnel.kept == 6


def test_a_built_corpus_is_replaced_and_nothing_else_is(blog, tmp_path):
    out = tmp_path / "out"
    save_as(prepare([blog]), out)
    save_as(prepare([blog / "one.json"]), out)
    assert prepare([out]).funnel.kept == 1
    assert is_built(out)
    assert not [f for f in tmp_path.iterdir() if f.name.startswith(".out")]
    for other in ("posts.json", "model"):
        (out / other).mkdir()
        with pytest.raises(SourceError, match="other files"):
            check_out(out)
        with pytest.raises(SourceError, match="other files"):
            save_as(prepare([blog]), out)
        (out / other).rmdir()
    assert prepare([out]).funnel.kept == 1
    with pytest.raises(SourceError, match="other files"):
        check_out(blog)
    with pytest.raises(SourceError, match="other files"):
        save_as(prepare([out]), blog)
    assert (blog / "posts.json").exists()


def test_a_failed_writing_leaves_the_old_corpus(blog, tmp_path):
    out = tmp_path / "out"
    corpus = prepare([blog])
    save_as(corpus, out)
    with pytest.raises(TypeError):
        save_as(prepare([blog / "one.json"]), out, {"no": object()})
    assert prepare([out]).funnel.kept == corpus.funnel.kept
    assert [f.name for f in tmp_path.iterdir() if f.name.startswith(".out")] == []


def test_a_built_corpus_on_the_way_is_not_taken_for_a_source(blog):
    save_as(prepare([blog]), blog / "corpus")
    corpus = prepare([blog])
    assert corpus.funnel.kept == 5
    assert any("name the folder itself" in why for why in corpus.funnel.refused.values())


def test_a_corpus_is_measured(tmp_path):
    rows = [
        {"text": "The drums hum {artist} awake today.", "genres": ["house"]},
        {"text": "The organ naps below a wide field.", "features": {"energy": 0.1, "tempo": 190}},
        {"text": "A choir folds the long night over.", "genres": ["deep house", "jazz"]},
        {"text": "A choir folds the long night over.", "genres": ["jazz"]},
        {"text": "Slow pianos in {title} count the rain for me."},
    ]
    (tmp_path / "voice.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    measures = measure(prepare([tmp_path]))
    assert measures.sentences == 4
    assert measures.near_duplicates == pytest.approx(1 / 5)
    assert measures.openings == {"the": 0.5, "a": 0.25, "slow": 0.25}
    assert measures.opening_entropy == pytest.approx(1.5)
    assert measures.genres == {"house": 1, "deep house": 1, "jazz": 1}
    assert measures.families == {"electronic": 2, "jazz": 1}
    assert "techno" in measures.genres_missing
    assert measures.spread["energy"] == {"low": 0.25, "middle": 0, "high": 0, "unknown": 0.75}
    assert measures.spread["tempo"]["high"] == 0.25
    assert measures.placeholders == {"artist": 0.25, "title": 0.25}
    assert measures.lengths == {6: 1, 7: 2, 9: 1}
    assert (measures.mean_words, measures.median_words) == (7.25, 7)
    assert measures.words == 29
    assert measures.distinct_1 == pytest.approx(measures.vocabulary / 29)
    assert json.loads(json.dumps(measures.to_dict()))["lengths"]["7"] == 2
