import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.corpus.markup import read_page

TAGS = st.sampled_from(
    ["<p>", "</p>", "<br/>", "<div class='a'>", "</div>", "<em>", "<h2>", "</h2>"]
)
OUT = st.sampled_from(["<script>", "</script>", "<iframe src=x>", "</iframe>", "<code>", "</code>"])
LINKS = st.sampled_from(
    ["<a href='u'>", "<a name='x'/>", "</a>", "http://x.example/y", "[embed]", "[soundcloud a]"]
)
BROKEN = st.sampled_from(
    ["<!--", "-->", "<![CDATA[", "]]>", "<?x", "<!doctype", "<", ">", "<b", "</"]
)
SECTIONS = st.sampled_from(["<![", "<![ 3 ", "<![if", "<![if x]>", "<![if-so ", "<![endif]>", "]>"])
ENTITIES = st.sampled_from(["&amp;", "&lt;", "&gt;", "&#60;", "&#x0;", "&amp;lt;b&amp;gt;", "&"])
PLAIN = st.sampled_from(["<3", "a < b", "\n", "\n\n", "drums", " a guitar ", "\x00", "\u00e9"])
PIECES = TAGS | OUT | LINKS | BROKEN | SECTIONS | ENTITIES | PLAIN
SOURCES = st.lists(PIECES | st.text(max_size=8), max_size=24).map("".join)


@given(SOURCES)
def test_no_markup_is_left_whatever_comes(source):
    page = read_page(source)
    for text in (*page.paragraphs, *page.headings):
        assert not re.search(r"<[A-Za-z/!?]", text)
        assert "://" not in text
        assert text == " ".join(text.split())
        assert text


@given(SOURCES)
def test_a_page_read_from_a_page_is_the_same(source):
    paragraphs = read_page(source).paragraphs
    assert read_page("\n\n".join(paragraphs)).paragraphs == paragraphs


def test_what_a_reader_reads_is_kept_in_its_paragraphs():
    page = read_page(
        "<h2>Loud &amp; clear</h2><p>The <em>bass</em> hums, then <a href='u'>the choir</a> wakes."
        "</p><div>A second&nbsp;thought<br>goes on</div>plain end"
    )
    assert page.headings == ("Loud & clear",)
    assert page.paragraphs == (
        "The bass hums, then the choir wakes.",
        "A second thought goes on",
        "plain end",
    )
    assert page.text.count("\n\n") == 2


def test_what_nobody_wrote_as_prose_is_left_out():
    page = read_page(
        "<style>p{}</style><script>let a = '<p>no</p>'</script><p>Snares <code>x = 1</code>crack."
        "</p><iframe src='u'>no</iframe><blockquote><p>someone else's words</p></blockquote>"
        "<figure><img src=u><figcaption>a photo</figcaption></figure><embed src='u'>"
        "<p>[soundcloud url='u']</p><p>See https://x.example/a?b for it.</p>"
    )
    assert page.paragraphs == ("Snares crack.", "See for it.")
    assert read_page("I <3https://x.example/a this").paragraphs == ("I <3 this",)


def test_a_paragraph_that_is_a_link_alone_is_left_out():
    page = read_page("<p><a href=u>Read more here</a>.</p><p>Hear <a href=u>it</a>.</p>")
    assert page.paragraphs == ("Hear it.",)


def test_a_paragraph_of_links_alone_is_left_out_where_a_link_goes_around_it():
    source = (
        "<a href=u>\n<div>Read on</div><p>and on</p></a><a href=u><h3>Also</h3></a><p>Hear it.</p>"
    )
    page = read_page(source)
    assert (page.paragraphs, page.headings) == (("Hear it.",), ())


@pytest.mark.parametrize(
    "before",
    [
        '<a name="top"/>',
        '<a name="top">',
        "<a>",
        '<p><a href="u">Read on</p>',
        "<a href=u><a id=x>",
    ],
)
def test_what_follows_a_place_to_link_to_or_a_link_that_never_ends_is_kept(before):
    page = read_page(f"{before}<p>The bass hums on.</p><p>The choir wakes.</p>")
    assert page.paragraphs == ("The bass hums on.", "The choir wakes.")


def test_sections_of_no_known_kind_are_text_and_the_known_ones_are_not():
    page = read_page("Horns <![ 3 to 2 for the drums.<p>One<![if !vml]> more<![endif]> bar.</p>")
    assert page.paragraphs == ("Horns [ 3 to 2 for the drums.", "One more bar.")


def test_what_was_escaped_twice_is_taken_apart_twice():
    assert read_page("&lt;p&gt;Rock &amp;amp; roll&lt;/p&gt;").paragraphs == ("Rock & roll",)


def test_plain_text_keeps_its_paragraphs_and_its_smaller_signs():
    page = read_page("I <3 this, 2 < 3.\n\nSo does\nthe drummer.")
    assert page.paragraphs == ("I <3 this, 2 < 3.", "So does the drummer.")
