"""The parts as they are installed: Python, Qt, and the distributions that the program asks for."""

import platform
import re
import sys
import sysconfig
from collections.abc import Iterable
from importlib import metadata
from importlib.resources import files
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement

from app.third_party.component import Component, Text, by_name, canonical

PROGRAM = "learner-manager"
_EXTRAS = frozenset({"postgresql"})
"""What people install beside what everybody gets; not what tests and builds need."""

_EXPRESSION = re.compile(r"[A-Za-z0-9.+-]+(?: (?:OR|AND|WITH) [A-Za-z0-9.+-]+)*")
_OF_CLASSIFIERS = {
    "MIT License": "MIT",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
_SAID_IN_WORDS = {
    "pyinstaller": "GPL-2.0-or-later WITH Bootloader-exception",
    "pyinstaller-hooks-contrib": "Apache-2.0",  # of what runs in the program; what builds it is under the GPL
}
"""Of distributions whose metadata say it in a sentence."""

_TEXT_NAMES = re.compile(r"(LICEN[CS]E|COPYING|NOTICE|AUTHORS)", re.IGNORECASE)
_QT = ("pyside6-essentials", "pyside6", "shiboken6")
_QT_NOTE = (
    "Qt and Qt for Python are used under the GNU Lesser General Public License, version 3. They lie in the program's "
    "folder as libraries of their own: whoever wants to may replace them with changed ones that fit. Their source is "
    "offered by The Qt Company at https://download.qt.io, with the list of the code by others in it at "
    "https://doc.qt.io/qt-6/licenses-used-in-qt.html."
)


def installed() -> list[Component]:
    """Python, Qt and every distribution that `learner-manager` asks for, as far as it is installed here."""
    found = [of_distribution(one) for one in required()]
    return by_name([*pillars(), *found])


def pillars() -> list[Component]:
    """What no distribution's metadata tell of: the interpreter, Qt, and the font of the icons."""
    return [python(), qt(), icon_font()]


def required() -> list[metadata.Distribution]:
    """The distributions that the program asks for, and those that these ask for; nothing that only tests need."""
    met: dict[str, metadata.Distribution] = {}
    asked = [(PROGRAM, _EXTRAS)]
    while asked:
        name, extras = asked.pop()
        if canonical(name) in met:
            continue
        try:
            found = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue
        met[canonical(name)] = found
        asked += [(one.name, frozenset(one.extras)) for one in _requirements(found, extras)]
    met.pop(PROGRAM, None)
    return list(met.values())


def _requirements(dist: metadata.Distribution, extras: Iterable[str]) -> list[Requirement]:
    found = []
    for line in dist.requires or []:
        try:
            one = Requirement(line)
        except InvalidRequirement:
            continue
        if one.marker is None or any(one.marker.evaluate({"extra": extra}) for extra in ("", *extras)):
            found.append(one)
    return found


def of_distribution(dist: metadata.Distribution) -> Component:
    """What the metadata of `dist` say of it; the texts are those that it brings."""
    name = canonical(dist.metadata["Name"])
    needs = sorted({purl_of(found) for one in _requirements(dist, ()) if (found := _found(one.name)) is not None})
    texts, note = _texts(dist), ""
    licence = _licence(dist)
    if name in _QT:
        licence, note, texts = "LGPL-3.0-only", _QT_NOTE, _lesser_gpl()
    elif not texts and licence:
        # Fonts and small helpers name a licence and bring no text.
        texts = (Text("METADATA", f"{dist.metadata['Name']} is under the licence {licence}.\n{_authors(dist)}"),)
    return Component(dist.metadata["Name"], dist.version, licence, purl_of(dist), texts, tuple(needs), note)


def _found(name: str) -> metadata.Distribution | None:
    try:
        return metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return None


def purl_of(dist: metadata.Distribution) -> str:
    return f"pkg:pypi/{canonical(dist.metadata['Name'])}@{dist.version}"


def _licence(dist: metadata.Distribution) -> str:
    """The expression, or what else the metadata say, or ""."""
    if name := _SAID_IN_WORDS.get(canonical(dist.metadata["Name"])):
        return name
    if expression := _said(dist, "License-Expression"):
        return expression
    words = _said(dist, "License")
    if _EXPRESSION.fullmatch(words):
        return words
    classifiers: list[str] = dist.metadata.get_all("Classifier", [])
    named = [line.rsplit(" :: ", 1)[-1] for line in classifiers if line.startswith("License ::")]
    known = [_OF_CLASSIFIERS.get(one, one) for one in named if one != "OSI Approved"]
    return " OR ".join(known) if known else words.partition("\n")[0]


def _said(dist: metadata.Distribution, field: str) -> str:
    return dist.metadata[field].strip() if field in dist.metadata else ""


def _texts(dist: metadata.Distribution) -> tuple[Text, ...]:
    found: dict[str, Text] = {}
    for file in dist.files or []:
        if not _TEXT_NAMES.match(file.name) or file.suffix in {".py", ".pyc"} or "_vendor" in file.parts:
            continue
        place = Path(str(file.locate()))
        if place.is_file():
            content = place.read_text("utf-8", "replace")
            found.setdefault(content, Text(file.name, content))
    return tuple(found.values())


def _authors(dist: metadata.Distribution) -> str:
    said = (_said(dist, field) for field in ("Author", "Author-email", "Maintainer-email"))
    who = next(filter(None, said), "")
    return f"Copyright: {who}\n" if who else ""


def _stored(*names: str) -> tuple[Text, ...]:
    folder = files("resources") / "licences"
    return tuple(Text(name, (folder / name).read_text("utf-8")) for name in names)


def _lesser_gpl() -> tuple[Text, ...]:
    return _stored("LGPL-3.txt", "GPL-3.txt")


def python() -> Component:
    """The interpreter and its standard library."""
    version = platform.python_version()
    places = [
        Path(sysconfig.get_path("stdlib"), "LICENSE.txt"),
        Path(sys.base_prefix, "LICENSE.txt"),
        Path(f"/usr/share/doc/python{version.rpartition('.')[0]}/copyright"),
    ]
    texts = tuple(Text(one.name, one.read_text("utf-8", "replace")) for one in places if one.is_file())[:1]
    return Component("Python", version, "PSF-2.0", f"pkg:generic/python@{version}", texts)


def qt() -> Component:
    """The Qt libraries, which the distributions of Qt for Python bring."""
    found = _found("pyside6-essentials")
    version = found.version if found is not None else ""
    needs: tuple[str, ...] = ()
    return Component("Qt", version, "LGPL-3.0-only", f"pkg:generic/qt@{version}", _lesser_gpl(), needs, _QT_NOTE)


def icon_font() -> Component:
    """The Phosphor icons, whose font qtawesome brings without its licence."""
    return Component("Phosphor Icons", "1.3.0", "MIT", "pkg:generic/phosphor-icons@1.3.0", _stored("Phosphor.txt"))
