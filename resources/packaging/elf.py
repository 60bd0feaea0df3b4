"""What Linux programs and libraries link to, as `objdump` (binutils, which PyInstaller needs as well) tells it."""

import re
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_MAGIC = b"\x7fELF"
_GLIBC = re.compile(r"\bGLIBC_2\.(\d+)")


@dataclass(frozen=True, slots=True)
class Links:
    """`needed`: names of the libraries linked to. `glibc`: the oldest C library 2.x that will do, 0 for any."""

    needed: frozenset[str]
    glibc: int


def is_elf(file: Path) -> bool:
    if not file.is_file():
        return False
    with file.open("rb") as stream:
        return stream.read(len(_MAGIC)) == _MAGIC


def links(file: Path) -> Links:
    """What `file`, an ELF file, links to. Raises CalledProcessError if `objdump` cannot read it."""
    told = subprocess.run(["objdump", "-p", str(file)], capture_output=True, text=True, check=True).stdout
    needed = frozenset(line.split()[1] for line in told.splitlines() if line.split()[:1] == ["NEEDED"])
    return Links(needed, max((int(number) for number in _GLIBC.findall(told)), default=0))


def orphans(candidates: dict[str, frozenset[str]], others: Iterable[frozenset[str]]) -> set[str]:
    """The `candidates` (name, and what it links to) that neither `others` nor a candidate that stays links to."""
    wanted = {name for needed in others for name in needed}
    stay: set[str] = set()
    found = wanted & candidates.keys()
    while found:
        stay |= found
        found = {name for kept in found for name in candidates[kept]} & candidates.keys() - stay
    return candidates.keys() - stay
