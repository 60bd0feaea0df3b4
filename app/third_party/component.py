"""One part of the program that somebody else made."""

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Text:
    """A licence or notice as its authors wrote it; `name` is that of its file."""

    name: str
    content: str


@dataclass(frozen=True, slots=True)
class Component:
    """`licence` is an SPDX expression, or words where the authors say no more; `purl` names the part worldwide
    (package URL); `needs` are purls of others."""

    name: str
    version: str
    licence: str
    purl: str
    texts: tuple[Text, ...] = ()
    needs: tuple[str, ...] = ()
    note: str = ""

    @property
    def has_licence(self) -> bool:
        return bool(self.licence) and bool(self.texts)


def by_name(components: Sequence[Component]) -> list[Component]:
    """In the order in which people look for names."""
    return sorted(components, key=lambda one: (one.name.casefold(), one.version))


def dumped(components: Sequence[Component]) -> str:
    """As JSON, to be shipped with the program."""
    return json.dumps([asdict(one) for one in by_name(components)], ensure_ascii=False, indent=1) + "\n"


def loaded(text: str) -> list[Component]:
    """What `dumped` wrote."""
    return [_component(one) for one in json.loads(text)]


def _component(values: dict[str, Any]) -> Component:
    texts = tuple(Text(**one) for one in values["texts"])
    return Component(**(values | {"texts": texts, "needs": tuple(values["needs"])}))


def canonical(name: str) -> str:
    """The name of a Python distribution as package URLs and comparisons have it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()
