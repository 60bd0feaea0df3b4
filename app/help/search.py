"""Full text search in the help: every word that was typed, whatever its capitals and accents, as the beginning of a
word of the text; better places first."""

import re
from dataclasses import dataclass

from app.folding import fold
from app.help.topics import Book, Section

_AROUND = 60
_MOST = 60
_MARKS = re.compile(
    r"!\[[^\]]*\]\([^)]*\)|\[([^\]]*)\]\([^)]*\)|[*`>|]|^\s*[-#]+(?=\s)|^\s*\d+\.(?=\s)", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Hit:
    """A place in the help: `heading` is "" for the beginning of the topic."""

    topic: str
    title: str
    heading: str
    excerpt: str
    score: int


@dataclass(frozen=True, slots=True)
class _Place:
    section: Section
    title: str
    plain: str
    heading_fold: str
    fold: str


class Index:
    """The sections of a book, made ready for searching."""

    def __init__(self, book: Book) -> None:
        self._places: list[_Place] = []
        for section in book.sections():
            plain = plain_text(section.text)
            title = book[section.topic].title
            shown = section.heading if section.level != 1 else ""
            head = fold(f"{title} {shown}") or ""
            self._places.append(_Place(section, title, plain, head, f"{head} {fold(plain) or ''}"))

    def find(self, typed: str) -> list[Hit]:
        """The places that have every word; nothing for nothing."""
        words = (fold(typed) or "").split()
        if not words:
            return []
        patterns = [re.compile(rf"(?<![^\W_]){re.escape(word)}") for word in words]
        hits = [hit for place in self._places if (hit := _look(place, words, patterns)) is not None]
        return sorted(hits, key=lambda one: -one.score)[:_MOST]


def plain_text(markdown: str) -> str:
    """The words of a Markdown text in one line, without its marks and pictures."""
    return " ".join(_MARKS.sub(lambda found: found[1] or " ", markdown).split())


def _look(place: _Place, words: list[str], patterns: list[re.Pattern[str]]) -> Hit | None:
    score = 0
    for pattern in patterns:
        found = len(pattern.findall(place.fold))
        if not found:
            return None
        score += min(found, 5) + 10 * bool(pattern.search(place.heading_fold))
    level = place.section.level
    score += 8 if level == 1 else 0
    heading = "" if level <= 1 else place.section.heading
    excerpt = _excerpt(place.plain, words) or place.title
    return Hit(place.section.topic, place.title, heading, excerpt, score)


def _excerpt(plain: str, words: list[str]) -> str:
    """Some words around the first that was looked for."""
    folded = [fold(word) or "" for word in plain.split()]
    spoken = plain.split()
    at = next((place for place, one in enumerate(folded) if any(word in one for word in words)), 0)
    start = at
    while start > 0 and len(" ".join(spoken[start - 1 : at])) < _AROUND // 2:
        start -= 1
    end = at
    while end < len(spoken) and len(" ".join(spoken[start:end])) < 2 * _AROUND:
        end += 1
    text = " ".join(spoken[start:end])
    return ("… " if start else "") + text + (" …" if end < len(spoken) else "")
