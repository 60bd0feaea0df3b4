"""Feedback is HTML that somebody typed in the LMS: what of it may be shown (LS-E16)."""

from html import escape
from html.parser import HTMLParser

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
_VOID = frozenset({"br"})
LONGEST = 200_000


def safe(html: str | None) -> str:
    """`html` as plain markup: a few tags without any attribute, so that nothing is loaded, run or opened; every tag
    that is opened is closed. Pictures and links are told in words."""
    reader = _Reader()
    reader.feed((html or "")[:LONGEST])
    reader.close()
    return reader.result()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._parts: list[str] = []
        self._open: list[str] = []
        self._dropping: list[str] = []

    def result(self) -> str:
        closing = [f"</{name}>" for name in reversed(self._open)]
        return "".join([*self._parts, *closing]).strip()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if self._dropping or tag in _DROPPED:
            self._dropping.append(tag)
        elif tag in _VOID:
            self._parts.append(f"<{tag}>")
        elif tag in _KEPT or tag in _BREAKS:
            self._begin("p" if tag in _BREAKS else tag)
        elif tag == "img":
            words = dict(attributes).get("alt")
            self._parts.append(f"[picture: {escape(words)}]" if words else "[picture]")

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag not in _DROPPED:
            self.handle_starttag(tag, attributes)
            if tag not in _VOID:
                self.handle_endtag(tag)

    def _begin(self, tag: str) -> None:
        self._open.append(tag)
        self._parts.append(f"<{tag}>")

    def handle_endtag(self, tag: str) -> None:
        if self._dropping:
            if tag in self._dropping:
                del self._dropping[self._dropping.index(tag) :]
            return
        tag = "p" if tag in _BREAKS else tag
        if tag in self._open:
            while True:
                last = self._open.pop()
                self._parts.append(f"</{last}>")
                if last == tag:
                    return

    def handle_data(self, data: str) -> None:
        if not self._dropping:
            self._parts.append(escape(data))
