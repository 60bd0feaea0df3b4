"""What the one-folder program leaves out of what PyInstaller collects."""

import re
import sys
from pathlib import Path

from resources.packaging.elf import is_elf, links, orphans

Entry = tuple[str, str, str]
"""Where it goes, where it comes from, and PyInstaller's word for what it is."""

NEVER_IMPORTED = [
    "curses",
    "readline",  # of no use without a terminal, and under the GPL
    "tkinter",
    "pytest",
    "setuptools",
    "PySide6.QtNetwork",
    "PySide6.QtQml",
    "PySide6.QtQuick",
    "lxml.html",
    "lxml.isoschematron",
    "lxml.objectify",
    "numpy.f2py",
    "pyqtgraph.examples",
    "pyqtgraph.opengl",
    "matplotlib",
    "scipy",
]

_LEFT_OUT = re.compile(
    # Of Qt: TLS is Python's, and the platforms are those of desktops.
    r"QtNetwork|libQt6Network|plugins/tls|networkinformation"
    r"|libqgtk3|libqeglfs|libqlinuxfb|libqminimal|libqvnc|egldeviceintegrations|plugins/generic|libQt6EglF"
    r"|libqicns|libqtga|libqtiff|libqwbmp|libqwebp"
    r"|libQt6Quick|libQt6Qml|libQt6Pdf|libQt6VirtualKeyboard"
    r"|PySide6/Qt/translations/(?!qt(base)?_en)"
    # Fonts and pictures that nothing draws.
    r"|qtawesome/fonts/(?!phosphor)|fontpkg_inter/files/.*Italic|pyqtgraph/icons/peegee|pyqtgraph/colors/maps"
    # The one that is set up on the computer that prints.
    r"|^libcups\."
    # What lies about where the program is built.
    r"|\.egg-info/|(^|/)tests/"
)


def kept(entries: list[Entry]) -> list[Entry]:
    """`entries` without what the program never uses."""
    return [entry for entry in entries if not _LEFT_OUT.search(entry[0].replace("\\", "/"))]


def never_stripped(entries: list[Entry]) -> tuple[list[Entry], list[Entry]]:
    """`entries` (binaries) that may be stripped; and, as data, those that can no longer be loaded once they are: the
    wheels of numpy have moved the parts of their libraries, and strip moves them off the bounds of pages."""
    whole = [entry for entry in entries if entry[0].replace("\\", "/").startswith("numpy.libs/")]
    return [entry for entry in entries if entry not in whole], [(place, source, "DATA") for place, source, _ in whole]


def without_orphans(entries: list[Entry]) -> list[Entry]:
    """`entries` (binaries) without the libraries of the building computer to which nothing that is kept links.

    GTK's plug-in, for example, is left out; what it dragged in differs from computer to computer.
    """
    if sys.platform != "linux":
        return entries
    read = {place: links(Path(source)).needed for place, source, _ in entries if is_elf(Path(source))}
    loose = {
        place: read[place]
        for place, _, kind in entries
        if kind == "BINARY" and "/" not in place and place in read and not place.startswith("libpython")
    }
    gone = orphans(loose, [needed for place, needed in read.items() if place not in loose])
    return [entry for entry in entries if entry[0] not in gone]
