"""What is shown of a text that came as HTML."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.connectors.plain_text import LONGEST, one_line, plain_text
from tests.connectors.often import often


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("54.00", "54.00"),
        ('<i class="icon" title="Pass" aria-label="Pass"></i>54.00', "54.00"),
        ("0&ndash;100", "0–100"),
        ("Not yet competent&ndash;Proficient", "Not yet competent–Proficient"),
        ("Health &amp; Social Care", "Health & Social Care"),
        ("&amp;lt;b&amp;gt;", "&lt;b&gt;"),
        ("&lt;b&gt; bold", "<b> bold"),
        ("<p>Good</p><p>work</p>", "Good work"),
        ("<b>Good</b>work", "Goodwork"),
        ("one<br>two", "one two"),
        ("<script>alert(1)</script>x", "x"),
        ("<style>b{}</style>x<script>", "x"),
        ("a < b and c > d", "a < b and c > d"),
        ("marks <3", "marks <3"),
        ("x<![foo[y", "x"),
        ("x<!-- <b> -->y<?php z ?>w", "xyw"),
        ("<a title=\"a > b\" href='x>y'>link</a>", "link"),
        ("<a title='x>y</a>z", "yz"),
        ("<SCRIPT\n>1</Script\n>2<IMG SRC=x>", "2"),
        ("x<b", "x<b"),
        ("<b\nclass=x>y</b >", "y"),
        ("a\x00b\u202ec\ud800", "abc"),
        (" \n two \t words  ", "two words"),
        ("&#0;&#x110000;a", "\ufffd\ufffda"),
        ("", ""),
    ],
)
def test_plain_text(html: str, text: str):
    assert plain_text(html) == text


def test_one_line_takes_nothing_for_html():
    assert one_line("A&amp;B <b>\n1") == "A&amp;B <b> 1"


@pytest.mark.parametrize("part", ["<", "<!--", "<a ", "</", "<![", "<script", "&", "<a '", "<p>", "<!"])
def test_no_text_takes_long(part: str):
    started = time.perf_counter()
    plain_text(part * 200_000)
    assert time.perf_counter() - started < 2


@often
@given(st.text(st.sampled_from("<>&;/!-[]'\"abpsScript#x0 \n\x00\ud800"), max_size=60))
def test_any_text_becomes_one_line_that_can_be_kept(html: str):
    text = plain_text(html)
    assert text == " ".join(text.split())
    assert len(text) <= LONGEST
    text.encode("utf-8")
    assert "\x00" not in text
