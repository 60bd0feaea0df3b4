"""What to show of a text that a web service gives as HTML: no tags, entities decoded once, one line."""

import contextlib
import html
import re
from html.parser import HTMLParser

LONGEST = 4000
"""Characters of HTML that are looked at: the parser's time may grow with their square."""
_LOST = frozenset({"script", "style", "template", "noscript", "head"})
_BREAKS = frozenset({"br", "p", "div", "li", "ul", "ol", "tr", "td", "th", "table", "hr", "h1", "h2", "h3", "h4"})
_UNSHOWABLE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff\u202a-\u202e\u2066-\u2069]")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag in _LOST:
            self._inside.append(tag)
        elif tag in _BREAKS:
            self.parts.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._inside:
            del self._inside[self._inside.index(tag) :]
        elif tag in _BREAKS:
            self.parts.append(" ")

    def handle_data(self, data: str) -> None:
        if not self._inside:
            self.parts.append(data)


def plain_text(text: str) -> str:
    """`text` as people read it (moodle.md 4.4): icons and other tags gone, `&ndash;` a dash, blanks made one.

    A `<b>` that was written as `&lt;b&gt;` stays and is text. What no database or screen can carry is left out.
    """
    if "<" in text:
        reader = _Reader()
        # A declaration of a kind that HTML does not know; what came before it has been read.
        with contextlib.suppress(AssertionError):
            reader.feed(text[:LONGEST])
            reader.close()
        text = "".join(reader.parts)
    elif "&" in text:
        text = html.unescape(text[:LONGEST])
    return one_line(text[:LONGEST])


def one_line(text: str) -> str:
    """`text` as it is, on one line, without what no database or screen can carry."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split()) if "  " in text or text[:1] == " " or text[-1:] == " " else text
    return " ".join(_UNSHOWABLE.sub("", text).split())
