import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curator.domain.urls import find_urls, top_level_domains

SHARED = Path(os.environ.get("CURATOR_SHARED", Path(__file__).parents[3] / "shared"))
CASES = SHARED / "specs" / "twitter-text" / "extract.yml"
PIECES = st.lists(
    st.sampled_from(
        ["http://", "https://", "a", "foo", ".", ".com", ".co.jp", "t.co/", "/", "(", ")", "?",
         "=", "#", "@", "-", "_", ":80", "!", " ", "é", "日本", ".みんな", "xn--",
         "\u202e", "\ufeff", "🔥"]
    ),
    max_size=14,
)  # fmt: skip


def urls(text: str) -> list[str]:
    return [url.text for url in find_urls(text)]


def utf16(text: str, at: int) -> int:
    return len(text[:at].encode("utf-16-le")) // 2


@pytest.mark.parametrize(
    ("suite", "count"),
    [
        ("urls", 91),
        ("urls_with_indices", 10),
        ("urls_with_directional_markers", 2),
        ("tco_urls_with_params", 5),
    ],
)
def test_conformance(suite: str, count: int) -> None:
    if not CASES.is_file():
        pytest.skip(f"no conformance cases at {CASES}")
    import yaml

    cases: list[dict[str, Any]] = yaml.safe_load(CASES.read_text("utf-8"))["tests"][suite]
    for case in cases:
        text, expected = case["text"], case["expected"]
        if expected and isinstance(expected[0], dict):
            got = [
                {"url": u.text, "indices": [utf16(text, u.start), utf16(text, u.end)]}
                for u in find_urls(text)
            ]
            assert got == expected, case["description"]
        else:
            assert urls(text) == expected, case["description"]
    assert len(cases) == count


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hear it at http://example.org now", ["http://example.org"]),
        ("HTTPS://Example.ORG/A", ["HTTPS://Example.ORG/A"]),
        ("no link: ftp.invalidtld, v1.2, e.g. this, 3.14", []),
        ("a.b.example.co.uk", ["a.b.example.co.uk"]),
        ("example.comic but example.com", ["example.com"]),
        ("song.dj’s remix", ["song.dj"]),
        ("“example.com”", ["example.com"]),
        ("mail me@example.com", []),
        ("first.last.gov@example.com http://example.com-and-more example.com+1", []),
        ("@example.com #example.com $example.com", []),
        ("_example.com -example.com .example.com", []),
        ("http://a_b.example.com http://example_b.com", ["http://a_b.example.com"]),
        ("example.com:8080/x", ["example.com:8080/x"]),
        ("(example.com/a_(b))", ["example.com/a_(b)"]),
        ("example.com/a_(b_(c)_d)!", ["example.com/a_(b_(c)_d)"]),
        ("example.com/a(b", ["example.com/a"]),
        ("example.com/a... example.com/b?!", ["example.com/a", "example.com/b"]),
        ("example.com?a=b&c, example.com/?", ["example.com?a=b&c", "example.com/"]),
        ("http://пример.рф/путь", ["http://пример.рф/путь"]),
        ("пример.рф", []),
        ("日本example.com日本", ["example.com"]),
        ("http://例え.みんな", ["http://例え.みんな"]),
        ("http://t.co/abc.def", ["http://t.co/abc"]),
        ("http://" + "x" * 64 + ".com", []),
        ("http://" + "x" * 63 + ".com", ["http://" + "x" * 63 + ".com"]),
        ("\u202ahttp://example.com\u202c", ["http://example.com"]),
        ("http:// example.com", ["example.com"]),
        ("http://\ud800.com \ud800.com", []),
    ],
)
def test_what_becomes_a_link(text: str, expected: list[str]) -> None:
    assert urls(text) == expected


def test_the_list_of_domains() -> None:
    names = top_level_domains()
    assert {"com", "org", "dj", "am", "de", "みんな", "рф"} <= names
    assert not {"html", "py", "mp3", "tar", "#"} & (names - {"py"})
    assert all(name == name.lower() and "." not in name for name in names)


@given(PIECES.map("".join))
def test_spans_are_ordered_pieces_of_the_text(text: str) -> None:
    at = 0
    for url in find_urls(text):
        assert at <= url.start < url.end
        assert text[url.start : url.end] == url.text
        assert url.text[-1] not in ".,!?:;'\u202e "
        at = url.end


@pytest.mark.parametrize(
    "text",
    [
        "." * 100_000,
        "a." * 50_000,
        "日a.co.." * 15_000,
        "a.co/(" * 17_000,
        "http://a.co" * 10_000,
        "a" * 100_000 + ".日.com",
        "a.co/" + "(a" * 50_000,
    ],
)
def test_long_hostile_texts_are_read_in_one_pass(text: str) -> None:
    """These take minutes where time grows with the square of the length."""
    find_urls(text)
