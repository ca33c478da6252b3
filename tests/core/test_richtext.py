"""The text of an agreement has one canonical form, holds nothing harmful, and survives being written as light markup."""

from html import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kvinnofrid.core.richtext import (
    MAX_LENGTH,
    TOO_DEEP,
    TOO_LONG,
    TOO_MANY_CELLS,
    TextTooComplex,
    clean,
    from_text,
    is_empty,
    lines,
    plain,
    to_text,
)

ACTIVE = [
    "a",
    "Åsa",
    "7",
    "(b)",
    "*",
    "**",
    "_",
    "a_b",
    "#",
    "1.",
    "2)",
    "-",
    "+",
    "|",
    "<br>",
    "<",
    ">",
    "&",
    "\\",
    "`",
    "~",
]
ODD = [
    " ",
    "  ",
    "\n",
    "\t",
    "\u00a0",
    "\u202f",
    ":--",
    "--",
    "&amp;",
    "[a](b)",
    "\u0338",
    "\u200b",
    "\u2060",
    "\x00",
    "\ud800",
    "\u2028",
]
words = st.lists(st.sampled_from(ACTIVE + ODD), min_size=1, max_size=4).map("".join)

TAGS = [
    "p",
    "b",
    "strong",
    "em",
    "ul",
    "ol",
    "li",
    "table",
    "tr",
    "td",
    "th",
    "thead",
    "h1",
    "h3",
    "h4",
    "blockquote",
    "div",
    "br",
]
STRANGE = ["svg", "math", "a", "span", "template", "caption", "select", "script", "style"]
tag_soup = st.lists(
    st.one_of(
        st.builds(
            "<{}{}>".format,
            st.sampled_from(TAGS + STRANGE),
            st.sampled_from(["", "", " start=3", " colspan='2'", " onclick=x"]),
        ),
        st.builds("</{}>".format, st.sampled_from(TAGS + STRANGE)),
        words.map(escape),
        words,
    ),
    max_size=20,
).map("".join)


# Paragraphs, headings and tables of every kind of run, inside lists and quotes; what goes together is merged by clean.
PATHS = [
    "{}",
    "<ul><li>{}</li></ul>",
    "<ol><li>{}</li></ol>",
    '<ol start="4"><li>{}</li></ol>',
    "<blockquote>{}</blockquote>",
]
PATHS += [
    "<ul><li>a<ol><li>{}</li></ol></li></ul>",
    "<ul><li><h4>a</h4>{}</li><li><ul><li>b</li></ul></li></ul>",
    "<ol><li><blockquote>{}</blockquote></li></ol>",
]
TEXTS = ["<p>{}</p>", "<p>{}</p>", "<h3>{}</h3>", "<h4>{}</h4>", "<table><tr><td>{}</td><td>b|</td></tr></table>"]
TEXTS += ["<table><tr><th>{}</th></tr><tr><td>*</td></tr></table>"]
RUNS = ["{}", "{}", "<strong>{}</strong>", "<em>{}</em>", "<strong><em>{}</em></strong>", "<br>"]
runs = st.builds(lambda run, word: run.format(escape(word)), st.sampled_from(RUNS), st.sampled_from(ACTIVE + ODD))
inline = st.lists(runs, min_size=1, max_size=8).map("".join)
blocks = st.builds(
    lambda path, text, inside: path.format(text.format(inside)), st.sampled_from(PATHS), st.sampled_from(TEXTS), inline
)
bodies = st.lists(blocks, max_size=4).map("".join)


def read(html: str) -> str:
    return plain(" ".join(lines(html)))


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Bara text", "<p>Bara text</p>"),
        ("<p>ett<p></p>\n<p> </p><p>två</p><p><br></p>", "<p>ett</p><p>två</p>"),
        ("<div>ett</div><div>två</div>", "<p>ett</p><p>två</p>"),
        (
            "<p><b>fet</b> <i>kursiv</i> <u>understruken</u></p>",
            "<p><strong>fet</strong> <em>kursiv</em> understruken</p>",
        ),
        ("<p><em><strong>a</strong></em><strong> b </strong>c</p>", "<p><strong><em>a</em> b</strong> c</p>"),
        ("<p> <br> a <br><br> b&nbsp;c &nbsp; d<br></p>", "<p>a<br>b\u00a0c d</p>"),
        ("<h1>a</h1><h2>b</h2><h5>c</h5>", "<h3>a</h3><h3>b</h3><h4>c</h4>"),
        ("<ul><li>a</li></ul><ul><li>b</li></ul>", "<ul><li>a</li><li>b</li></ul>"),
        (
            "<ol><li>a</li></ol><ol start='2'><li>b</li></ol><ol><li>c</li></ol>",
            "<ol><li>a</li><li>b</li></ol><ol><li>c</li></ol>",
        ),
        ("<ul>t<li>a</li><ul><li>b</li></ul></ul><li>c", "<ul><li>t</li><li>a<ul><li>b</li></ul></li><li>c</li></ul>"),
        ("<ol start='x'><li>a</li></ol>", "<ol><li>a</li></ol>"),
        ("<ol start='99999'><li></li><li>a</li></ol>", "<ol><li>a</li></ol>"),
        (
            "<table><caption>k</caption><tr><th colspan=2 rowspan=1>A</th></tr><tr><td colspan=999>b</td><th>c</th></tr></table>",
            '<p>k</p><table><thead><tr><th scope="col" colspan="2">A</th></tr></thead><tbody><tr><td>b</td><th scope="row">c</th></tr></tbody></table>',
        ),
        (
            "<table><tr><td><p>a</p><ol start=4><li>b</li><li>c</li></ol></td><td><table><tr><td>d<td>e</table></td></tr></table>",
            "<table><tbody><tr><td>a<br>4. b<br>5. c</td><td>d<br>e</td></tr></tbody></table>",
        ),
        ("<table><tr><td> </td></tr></table><ul><li></li></ul><blockquote></blockquote>", ""),
        ("<p>mjukt\u00adbinde\u200bstreck\x00 \ud800och A\u030a</p>", "<p>mjuktbindestreck och Å</p>"),
        (
            '<p onclick="x" style="y">a<img src=x onerror=y><script>z</script><a href="javascript:w">b</a></p>',
            "<p>ab</p>",
        ),
        ("<p>&lt;script&gt; &amp;amp; 3 > 2 < 4</p>", "<p>&lt;script&gt; &amp;amp; 3 &gt; 2 &lt; 4</p>"),
    ],
)
def test_text_is_kept_in_its_canonical_form(written: str, kept: str) -> None:
    assert clean(written) == kept
    assert clean(kept) == kept


SAME = "<h3>Vem</h3><p>Vi <strong>ska</strong> det.</p><ul><li>barn</li><li>vuxna<ol><li>äldre</li></ol></li></ul>"


@pytest.mark.parametrize(
    "written",
    [
        "<h3>Vem</h3><p>Vi <strong>ska</strong> det.</p><ul><li><p>barn</p></li><li><p>vuxna</p><ol><li><p>äldre</p></li></ol></li></ul><p></p>",
        "<h2><a id='x'></a>Vem</h2><p>Vi <strong>ska</strong><b> </b>det.</p><ul><li>barn</li><li>vuxna<ol><li>äldre</li></ol></li></ul>",
        "<h3>Vem</h3>\n<p>Vi <strong>ska</strong> det.</p>\n<ul>\n<li>barn</li>\n<li>vuxna\n<ol>\n<li>äldre</li>\n</ol>\n</li>\n</ul>\n",
    ],
    ids=["editor", "mammoth", "markdown"],
)
def test_the_same_content_is_the_same_html_whoever_wrote_it(written: str) -> None:
    assert clean(written) == SAME == from_text("### Vem\n\nVi **ska** det.\n\n* barn\n* vuxna\n  1. äldre\n")


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("ett\ntvå\n\ntre", "<p>ett<br>två</p><p>tre</p>"),
        ("# a\n## b\n### c\n#### d", "<h3>a</h3><h3>b</h3><h3>c</h3><h4>d</h4>"),
        ("3. a\n4. b", '<ol start="3"><li>a</li><li>b</li></ol>'),
        ("> a\n>\n> b", "<blockquote><p>a</p><p>b</p></blockquote>"),
        (
            "| A | B |\n|---|---|\n| c<br>d |",
            '<table><thead><tr><th scope="col">A</th><th scope="col">B</th></tr></thead><tbody><tr><td>c<br>d</td><td></td></tr></tbody></table>',
        ),
        ("*a* **b** _c_ a_b_c", "<p><em>a</em> <strong>b</strong> <em>c</em> a_b_c</p>"),
        (
            "<b>x</b> [a](http://b) `c` ~~d~~ ![e](f) &amp;\n---",
            "<p>&lt;b&gt;x&lt;/b&gt; [a](http://b) `c` ~~d~~ ![e](f) &amp;amp;<br>---</p>",
        ),
        ("    fyra steg in", "<p>fyra steg in</p>"),
        (r"1\. \* \| \<br>", "<p>1. * | &lt;br&gt;</p>"),
    ],
)
def test_light_markup_makes_what_an_agreement_needs_and_nothing_else(text: str, html: str) -> None:
    assert from_text(text) == html


def test_html_is_written_as_plain_light_markup() -> None:
    body = (
        SAME
        + "<p>År 2024. § 5<br>1. nej</p><blockquote><p>q</p></blockquote><table><tbody><tr><td>a|b</td><td>c<br>d</td></tr></tbody></table>"
    )

    assert to_text(body) == (
        "### Vem\n\nVi **ska** det.\n\n- barn\n- vuxna\n  1. äldre\n\nÅr 2024. § 5\n1\\. nej\n\n> q\n\n|  |  |\n| --- | --- |\n| a\\|b | c<br>d |"
    )
    assert from_text(to_text(body)) == body


@settings(max_examples=250, deadline=None)
@given(tag_soup)
def test_cleaning_twice_is_cleaning_once(html: str) -> None:
    once = clean(html)

    assert clean(once) == once
    assert is_empty(once) == (once == "")


@settings(max_examples=250, deadline=None)
@given(bodies)
def test_light_markup_and_back_keeps_the_text_to_the_letter(html: str) -> None:
    body = clean(html)

    assert from_text(to_text(body)) == body


@settings(max_examples=150, deadline=None)
@given(tag_soup)
def test_light_markup_and_back_keeps_the_words_of_anything(html: str) -> None:
    body = clean(html)

    assert read(from_text(to_text(body))) == read(body)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.sampled_from([*ACTIVE, *ODD, "\n\n", "    ", "> ", "- ", "| a | b |\n|---|---|\n"]), max_size=20).map(
        "".join
    )
)
def test_whatever_is_typed_becomes_text_or_a_message(text: str) -> None:
    try:
        body = from_text(text)
    except TextTooComplex as refused:
        assert str(refused) == TOO_MANY_CELLS
    else:
        assert clean(body) == body
        assert sorted(filter(str.isalpha, read(body).replace("br", ""))) == sorted(
            filter(str.isalpha, plain(text).replace("br", ""))
        )


def test_merged_cells_become_single_ones_in_light_markup() -> None:
    body = clean(
        "<table><tr><th colspan=2>A</th></tr><tr><td rowspan=2>b</td><td>c</td></tr><tr><td>d</td></tr></table>"
    )

    assert to_text(body) == "| A |  |\n| --- | --- |\n| b | c |\n| d |  |"
    assert read(from_text(to_text(body))) == read(body) == "A b c d"


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 40_000,
        "<ul><li>" * 25_000,
        "<strong>" * 25_000,
        "<table><tr><td>" * 13_000,
        "<blockquote>" * 13 + "a",
        "<ul><li>a" * 13,
    ],
    ids=["div", "ul", "strong", "table", "quotes", "lists"],
)
def test_deep_nesting_is_refused_with_a_message(html: str) -> None:
    with pytest.raises(TextTooComplex, match=TOO_DEEP):
        clean(html)


def test_a_text_can_be_nested_as_deep_as_any_agreement() -> None:
    body = clean("<ul><li>a" * 12 + "</li></ul>" * 12)

    assert body.count("<ul>") == 12
    assert from_text(to_text(body)) == body


@pytest.mark.parametrize(
    "text", ["> " * 30 + "a", "- " * 30 + "a", "\n".join("  " * depth + "- a" for depth in range(13))]
)
def test_deep_light_markup_is_refused_rather_than_cut_off(text: str) -> None:
    with pytest.raises(TextTooComplex, match=TOO_DEEP):
        from_text(text)


def test_a_row_with_more_cells_than_the_first_is_refused_rather_than_cut_off() -> None:
    table = "| a | b |\n| --- | --- |\n"

    for row in ("| c | d | e |", "c | d | e", "| c | d | |"):
        with pytest.raises(TextTooComplex, match=TOO_MANY_CELLS):
            from_text(table + row)
    for row in ("| c | d |", "c | d", "| c |", r"| c \| e | d |"):
        assert from_text(table + row).count("<td>") == 2
    with pytest.raises(TextTooComplex, match=TOO_MANY_CELLS):
        from_text("> " + table.replace("\n|", "\n> |") + "> | c | d | e |")


def test_a_section_has_a_longest_length() -> None:
    longest = "a" * (MAX_LENGTH - len("<p></p>"))

    assert len(clean(longest)) == len(from_text(longest)) == MAX_LENGTH
    for written in (clean, from_text):
        with pytest.raises(TextTooComplex, match=TOO_LONG):
            written(longest + "a")
        with pytest.raises(TextTooComplex, match=TOO_LONG):
            written(" " * (2 * MAX_LENGTH + 1))


@pytest.mark.parametrize(
    ("html", "read_lines"),
    [
        ("", []),
        ("<p>a<br>b</p><ul><li>c</li></ul>", ["a\nb", "c"]),
        ("<ol start='3'><li>c<ol><li>d</li></ol></li><li>e</li></ol>", ["3.", "c", "1.", "d", "4.", "e"]),
        ("<table><tr><th>a</th></tr><tr><td></td><td>b</td></tr></table>", ["a", "b"]),
    ],
)
def test_lines_come_in_reading_order(html: str, read_lines: list[str]) -> None:
    assert lines(html) == read_lines
