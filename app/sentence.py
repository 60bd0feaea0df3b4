"""Sentences with values in them, which another language can look up.

`app` makes sentences and `ui` shows them. What is looked up in a translation is the text of the source, before the
values are put in; so a sentence keeps that text (its template) and the values beside itself. It is a `str` of plain
English everywhere else: in logs, reports, files and the database, which keep the words and forget the template.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import reduce
from typing import Any, SupportsIndex

Value = str | int | float | date
"""What can be put in: data as they are, and sentences or words (`Sentence`) that are translated in their turn."""


class Sentence(str):
    """`Sentence("There is no file {name}.", name=file.name)`: a text to be translated, and what is put into it.

    Without values the text stands as it is, braces and all. Values are put in once, and never read as a template.
    What is a word of ours and not a datum is a `Sentence` too: `Sentence("Ask the {role}.", role=Sentence(title))`.
    Raises KeyError for a template with a name that no value bears.
    """

    __slots__ = ("template", "values")
    template: str
    values: Mapping[str, Value]

    def __new__(cls, template: str, /, **values: Value) -> "Sentence":
        if isinstance(template, Sentence):
            return template
        made = super().__new__(cls, template.format(**values) if values else template)
        made.template = template
        made.values = values
        return made

    def __reduce_ex__(self, protocol: SupportsIndex) -> tuple[Any, ...]:
        return _again, (self.template, dict(self.values))


def _again(template: str, values: dict[str, Value]) -> Sentence:
    """What a copy or a pickle is made anew by."""
    return Sentence(template, **values)


def plural(number: int, one: str, many: str, /, **values: Value) -> Sentence:
    """`1 row`, `1,243 rows`: both forms as templates with {n}, and further values."""
    return Sentence(one if number == 1 else many, n=f"{number:,}", **values)


def joined(template: str, parts: Iterable[str]) -> str:
    """`a, b or c` of `a`, `b` and `c` with the template `{these} or {last}`; "" of none."""
    told = [*parts]
    return reduce(lambda these, last: Sentence(template, these=these, last=last), told) if told else ""
