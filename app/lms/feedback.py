"""Feedback is HTML that somebody typed in the LMS: what of it may be shown (LS-E16)."""

from collections.abc import Mapping
from html import escape

from lxml import etree

from app.folding import storable

_KEPT = frozenset(
    {
        *("p", "br", "b", "strong", "i", "em", "u", "s", "sub", "sup", "code", "pre", "blockquote"),
        *("ul", "ol", "li", "h4", "h5", "h6", "table", "tr", "td", "th"),
    }
)
_BREAKS = frozenset({"div", "section", "article", "h1", "h2", "h3", "hr"})
"""Shown as paragraphs of their own."""
_DROPPED = frozenset(
    {
        *("script", "style", "template", "noscript", "iframe", "object", "embed", "svg", "math"),
        *("head", "title", "textarea", "select"),
    }
)
"""With everything inside them."""
LONGEST = 100_000


def safe(html: str | None) -> str:
    """`html` as plain markup: a few tags without any attribute, so that nothing is loaded, run or opened; every tag
    that is opened is closed. Pictures and links are told in words. Read by libxml2: the parser of Python's own
    library takes time with the square of a hostile text, and gives up on some."""
    text = storable(html or "")[:LONGEST]
    if not text.strip():
        return ""
    reader = _Reader()
    parser = etree.HTMLParser(target=reader, no_network=True, encoding="utf-8")
    try:
        parser.feed(text.encode())
        parser.close()
    except etree.XMLSyntaxError:  # nothing in it that could be shown
        return reader.close()
    return reader.close()


class _Reader:
    """Is told what the parser reads, which closes itself whatever was left open."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._open: list[str] = []
        self._dropping = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if self._dropping or tag in _DROPPED:
            self._dropping += 1
        elif tag == "br":
            self._parts.append("<br>")
        elif tag in _KEPT or tag in _BREAKS:
            self._open.append("p" if tag in _BREAKS else tag)
            self._parts.append(f"<{self._open[-1]}>")
        elif tag == "img":
            words = attributes.get("alt")
            self._parts.append(f"[picture: {escape(words)}]" if words else "[picture]")

    def end(self, tag: str) -> None:
        if self._dropping:
            self._dropping -= 1
        elif tag != "br" and (tag in _KEPT or tag in _BREAKS) and self._open:
            self._parts.append(f"</{self._open.pop()}>")

    def data(self, data: str) -> None:
        if not self._dropping:
            self._parts.append(escape(data))

    def comment(self, text: str) -> None:
        """Nobody is shown comments."""

    def close(self) -> str:
        rest = [f"</{name}>" for name in reversed(self._open)]
        return "".join([*self._parts, *rest]).strip()
