"""Escaping: whatever a student writes stays text."""

from __future__ import annotations

import csv
import html
import io
import re
import unicodedata
from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from grader.exporters import (
    csv_text,
    html_text,
    markdown_fence,
    markdown_text,
    terminal_line,
    terminal_text,
    visible,
)

anything = st.text(st.characters(exclude_categories=()), max_size=40)
# Mostly what means something somewhere, so that short texts already hit it.
syntax = st.text("\\`*_{}[]()<>#+-.!|~&:;$@=\"'/ \t\r\n0a1www.http://\x1b\u202e`~", max_size=30)
texts = anything | syntax


def test_what_cannot_be_seen_is_written_out():
    assert visible("a\x1b[2J\x07\x9b\u202e\u2066\ufeff\u2028\udcffb") == (
        r"a\x1b[2J\x07\x9b\u202e\u2066\ufeff\u2028\udcffb"
    )


def test_letters_and_emoji_of_every_script_stay():
    text = "王小明 e\u0301 नमस्ते محمد ½ × 👩\u200d💻 می\u200cخواهم"
    assert visible(text) == text


@given(texts)
def test_visible_text_holds_no_control_and_can_be_encoded(text):
    shown = visible(text)
    assert not {unicodedata.category(c) for c in shown} & {"Cc", "Cs", "Zl", "Zp"}
    assert {c for c in shown if unicodedata.category(c) == "Cf"} <= {"\u200c", "\u200d"}
    shown.encode()


@given(texts)
def test_terminal_text_is_one_line_or_plain_lines(text):
    assert "\n" not in terminal_line(text)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", terminal_text(text))


def test_terminal_text_keeps_lines_and_widens_tabs():
    assert terminal_text("a\tb\r\nc\rd\n") == "a   b\nc\\rd\n"


@given(texts)
def test_html_is_text_and_nothing_else(text):
    class Collector(HTMLParser):
        def handle_starttag(self, tag: str, attrs: object) -> None:
            raise AssertionError(tag)

        handle_endtag = handle_comment = handle_decl = handle_pi = handle_starttag  # type: ignore[assignment]

    escaped = html_text(text)
    Collector().feed(f"{escaped} ")
    assert not set(escaped) & set("<>\"'")
    assert html.unescape(escaped) == visible(text.replace("\r\n", "\n"), keep="\n\t")


def inline(source: str, kind: str) -> Token:
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(source)
    found = [token for token in tokens if token.type == "inline"]
    assert [token.type for token in tokens] == [f"{kind}_open", "inline", f"{kind}_close"], source
    return found[0]


def text_of(token: Token) -> str:
    assert token.children is not None
    assert {child.type for child in token.children} <= {"text"}, token.children
    return "".join(child.content for child in token.children)


@given(texts)
@example("1. list")
@example("- item")
@example("---")
@example("===")
@example("__init__")
@example("_a_")
@example("&lt;b&gt; &#60; &amp;")
@example("<b>x</b> <!-- y -->")
@example("[a](javascript:x) ![b](c) [d]: e")
@example("a\n# b\n\n> c\n    d")
@example("``` x")
@example("\\*a\\*")
@example("a  \nb")
def test_markdown_text_renders_as_itself(text):
    seen = visible(re.sub(r"[ \t\r\n]+", " ", text).strip(" "))
    escaped = markdown_text(text)
    assert "\n" not in escaped
    # A parser may trim other blanks (such as no-break spaces) at the ends of a block.
    if seen.strip():
        assert text_of(inline(escaped, "paragraph")).strip() == seen.strip()
        assert text_of(inline(f"# x {escaped}", "heading")).strip() == f"x {seen}".strip()


@given(texts)
def test_markdown_text_stays_inside_its_item_and_its_cell(text):
    seen = visible(re.sub(r"[ \t\r\n]+", " ", text).strip(" ")).strip()
    md = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    tokens = md.parse(f"- {markdown_text(text)}")
    kinds = ["bullet_list_open", "list_item_open", "list_item_close", "bullet_list_close"]
    if seen:
        kinds[2:2] = ["paragraph_open", "inline", "paragraph_close"]
    assert [token.type for token in tokens] == kinds
    cells = [t for t in md.parse(f"| a | b |\n|---|---|\n| {markdown_text(text)} | c |") if t.type == "inline"]
    assert [text_of(cell).strip() for cell in cells] == ["a", "b", seen, "c"]


def test_markdown_text_makes_no_link_of_an_address():
    assert markdown_text("see https://a.b and www.a.b") == "see https\\://a.b and www\\.a.b"


def test_markdown_text_leaves_names_of_functions_readable():
    assert markdown_text("mse_loss(x) of _private__") == "mse_loss(x) of \\_private\\_\\_"


@given(texts)
@example("```\n# out")
@example("~~~\n````")
@example("a\r\n```\r\nb")
def test_nothing_breaks_out_of_a_fence(text):
    tokens = MarkdownIt("commonmark").parse(f"x\n\n{markdown_fence(text)}\n\ny")
    assert [token.type for token in tokens] == [
        *("paragraph_open", "inline", "paragraph_close"),
        "fence",
        *("paragraph_open", "inline", "paragraph_close"),
    ]
    body = visible(text.replace("\r\n", "\n"), keep="\n\t").rstrip("\n")
    assert tokens[3].content == body + "\n"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", " =", "\u00a0+"])
def test_a_formula_gets_an_apostrophe(start):
    assert csv_text(f"{start}1+1").startswith("'")


@pytest.mark.parametrize("text", ["jane", "王小明", "a=b", "x-1", "'quoted'", ""])
def test_any_other_cell_stays(text):
    assert csv_text(text) == text


@given(texts)
def test_a_cell_is_never_a_formula_and_stays_one_cell(text):
    cell = csv_text(text)
    assert not cell.lstrip().startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    line = io.StringIO()
    csv.writer(line, quoting=csv.QUOTE_ALL).writerow([cell, "end"])
    assert list(csv.reader(io.StringIO(line.getvalue()))) == [[cell, "end"]]
    assert line.getvalue().count("\n") == 1
