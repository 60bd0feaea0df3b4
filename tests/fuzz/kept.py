"""The corpus: inputs that are kept because they reach something, or once showed a defect.

A file is called `seed-…` (written by hand), `new-…` (reached new lines), or `failed-…` (showed a defect, which was
mended). What is long is packed, and its name ends in `.z`.
"""

import hashlib
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path

FOLDER = Path(__file__).parent / "corpus"
_PACKED_FROM = 1_500
SEED, NEW, FAILED = "seed", "new", "failed"


def inputs(parser: str) -> dict[str, bytes]:
    """The kept inputs of a parser by the names of their files, in order."""
    return {file.name: _content(file) for file in sorted((FOLDER / parser).glob("*"))}


def keep(parser: str, why: str, data: bytes) -> Path:
    """Keep an input; one that is there already stays what it is."""
    folder = FOLDER / parser
    folder.mkdir(parents=True, exist_ok=True)
    name = hashlib.sha256(data).hexdigest()[:12]
    if found := next(folder.glob(f"*-{name}*"), None):
        return found
    squeezed = zlib.compress(data, 9) if len(data) > _PACKED_FROM else data
    is_packed = len(squeezed) < len(data)
    file = folder / f"{why}-{name}{'.z' if is_packed else ''}"
    file.write_bytes(squeezed if is_packed else data)
    return file


def tidy(parser: str, reaching: Mapping[str, Iterable[object]]) -> None:
    """Delete what reaches nothing that the others do not; `reaching`: the lines that each file reaches. What is
    written by hand, and what showed a defect, stays."""
    content = inputs(parser)
    stays = [name for name in reaching if not name.startswith(f"{NEW}-")]
    covered = {line for name in stays for line in reaching[name]}
    rest = {name: set(lines) for name, lines in reaching.items() if name not in stays}
    while rest:
        name = max(rest, key=lambda one: (len(rest[one] - covered), -len(content[one]), one))
        if not rest[name] - covered:
            break
        covered |= rest.pop(name)
    for name in rest:
        (FOLDER / parser / name).unlink()


def _content(file: Path) -> bytes:
    data = file.read_bytes()
    return zlib.decompress(data) if file.suffix == ".z" else data
