"""Who made what PyInstaller collected: the parts by others that lie in the built folder, no more and no fewer.

Our own files count for nothing; those of Python's library for Python; those of an installed distribution for it; what
comes from the system for its Debian package. A file that belongs to nobody stops the build.
"""

import re
import subprocess
import sys
import sysconfig
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from app.third_party.bill import bill, written
from app.third_party.component import Component, Text, by_name, canonical, dumped
from app.third_party.installed import of_distribution, pillars
from app.third_party.notices import notices
from app.third_party.shipped import LISTED
from resources.packaging.deb import PROJECT, CannotPackError, last_change

LICENCES, BILL = "third-party-licences.txt", "bill-of-materials.cdx.json"
_COPYRIGHTS = Path("/usr/share/doc")
_OF_ALL_FILES = re.compile(r"^Files: \*\s*$(?:\n(?!\n).*)*?\nLicense: *(\S.*?) *$", re.MULTILINE)
"""In a copyright file that a machine can read: the licence of whatever is not named otherwise."""


def owners(sources: Iterable[Path], work: Path) -> list[Component]:
    """Whose the files `sources` are; those under `work`, where PyInstaller makes its own, are left out.

    Raises CannotPackError for a file of nobody's, and for a part without a licence.
    """
    files = {source.resolve() for source in sources if source.is_file()}
    ours = {file for file in files if file.is_relative_to(work.resolve()) or _is_ours(file)}
    of_files = {file: dist for dist in metadata.distributions() for file in _files(dist)}
    found: dict[str, Component] = {}
    system: set[Path] = set()
    for file in files - ours:
        if (dist := of_files.get(file)) is not None:
            name = canonical(dist.metadata["Name"])
            if name != "learner-manager" and name not in found:
                found[name] = of_distribution(dist)
        elif not _is_pythons(file):
            system.add(file)
    parts = [*pillars(), *found.values(), *_of_the_system(system)]
    if without := sorted(one.name for one in parts if not one.has_licence):
        raise CannotPackError(
            f"No licence is known for {', '.join(without)}: say it in app/third_party/installed.py."
        )
    return by_name(parts)


def _is_ours(file: Path) -> bool:
    return any(file.is_relative_to(PROJECT / folder) for folder in ("app", "ui", "resources"))


def _files(dist: metadata.Distribution) -> list[Path]:
    return [Path(str(file.locate())).resolve() for file in dist.files or []]


def _is_pythons(file: Path) -> bool:
    libraries = {Path(sysconfig.get_path(name)).resolve() for name in ("stdlib", "platstdlib")}
    binaries = Path(sys.base_prefix).resolve()
    inside = binaries != Path("/usr") and file.is_relative_to(binaries)
    return inside or any(file.is_relative_to(folder) for folder in libraries) or file.name.startswith("libpython")


def _of_the_system(files: set[Path]) -> list[Component]:
    """The Debian packages of these files."""
    if not files:
        return []
    if sys.platform != "linux":
        raise CannotPackError(f"Nobody is known to have made {', '.join(map(str, sorted(files)))}.")
    # Where /lib is a link to /usr/lib, older packages still say /lib.
    asked = {text: file for file in files for text in (str(file), str(file).removeprefix("/usr"))}
    told = subprocess.run(["dpkg", "-S", *sorted(asked)], capture_output=True, text=True, check=False).stdout
    packages: set[str] = set()
    known: set[Path] = set()
    for line in told.splitlines():
        package, _, place = line.rpartition(": ")
        if place in asked:
            packages.add(package.split(", ")[0])
            known.add(asked[place])
    if files - known:
        raise CannotPackError(f"Nobody is known to have made {', '.join(map(str, sorted(files - known)))}.")
    return [_debian(package) for package in sorted(packages)]


def _debian(package: str) -> Component:
    form = "${Package}\t${Version}\t${Architecture}"
    told = subprocess.run(["dpkg-query", "-W", "-f", form, package], capture_output=True, text=True, check=True)
    name, version, architecture = told.stdout.split("\t")
    file = _COPYRIGHTS / name / "copyright"
    text = file.read_text("utf-8", "replace") if file.is_file() else ""
    named = _OF_ALL_FILES.search(text)
    licence = named[1] if named else "As its copyright file says" if text else ""
    purl = f"pkg:deb/debian/{name}@{version.replace(':', '%3A')}?arch={architecture}"
    return Component(name, version, licence, purl, (Text("copyright", text),) if text else ())


def documents(parts: list[Component], folder: Path) -> list[tuple[str, str, str]]:
    """Write list, licences and bill of materials of `parts` into `folder`; returns PyInstaller's lines for them."""
    made = datetime.fromtimestamp(last_change(), UTC)
    texts = {LISTED: dumped(parts), LICENCES: notices(parts), BILL: written(bill(parts, made))}
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(text, "utf-8")
    return [(f"resources/{name}", str(folder / name), "DATA") for name in texts]
