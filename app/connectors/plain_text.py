"""What to show of a text that a web service gives as HTML: no tags, entities decoded once, one line.

By hand and not by `html.parser`, whose time grows with the square of a hostile text: a gradebook has thousands of
them. Here each character is looked at a few times at most, for what fails to end as a tag ends the text.
"""

import html
import re

LONGEST = 4000
"""Characters of HTML that are looked at."""
_LOST = frozenset({"script", "style", "template", "noscript", "head", "title", "iframe", "textarea"})
_BREAKS = frozenset({"br", "p", "div", "li", "ul", "ol", "tr", "td", "th", "table", "hr", "h1", "h2", "h3", "h4"})
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*+)(?=[\s/>])")
_REST_OF_TAG = re.compile(r"""(?>[^"'>]++|"[^"]*+"|'[^']*+')*+>""")
_UNSHOWABLE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff\u202a-\u202e\u2066-\u2069]")


def plain_text(text: str) -> str:
    """`text` as people read it (moodle.md 4.4): icons and other tags gone, `&ndash;` a dash, blanks made one.

    A `<b>` that was written as `&lt;b&gt;` stays and is text. What no database or screen can carry is left out.
    """
    if "<" in text:
        text = "".join(_without_tags(text[:LONGEST]))
    elif "&" in text:
        text = html.unescape(text[:LONGEST])
    return one_line(text[:LONGEST])


def one_line(text: str) -> str:
    """`text` as it is, on one line, without what no database or screen can carry."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split()) if "  " in text or text[:1] == " " or text[-1:] == " " else text
    return " ".join(_UNSHOWABLE.sub("", text).split())


def _without_tags(text: str) -> list[str]:
    parts = []
    done = 0
    while (at := text.find("<", done)) >= 0:
        parts.append(html.unescape(text[done:at]))
        tag = _TAG.match(text, at)
        if tag is not None:
            done = _end_of_tag(text, tag.end())
            name = tag[2].lower()
            if name in _LOST and not tag[1]:
                done = _end_of_element(text, done, name)
            parts.append(" " if name in _BREAKS else "")
        elif text.startswith("<!--", at):
            done = _after(text, "-->", at + 4)
        elif text.startswith(("<!", "<?", "</"), at):
            done = _after(text, ">", at)
        else:  # "marks < 3"
            parts.append("<")
            done = at + 1
    parts.append(html.unescape(text[done:]))
    return parts


def _end_of_tag(text: str, at: int) -> int:
    """Behind the `>` that ends it, which is not one within quotes; a quote that never ends is none."""
    rest = _REST_OF_TAG.match(text, at)
    return rest.end() if rest else _after(text, ">", at)


def _end_of_element(text: str, at: int, name: str) -> int:
    end = re.compile(rf"</{name}\b[^>]*+>", re.IGNORECASE).search(text, at)
    return end.end() if end else len(text)


def _after(text: str, mark: str, at: int) -> int:
    found = text.find(mark, at)
    return found + len(mark) if found >= 0 else len(text)
