"""Where an export goes: a plain file, or one inside a zip that only a password opens."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, cast

from app.sentence import Sentence
from app.whole_file import whole_file

SHORTEST, LONGEST = 12, 100
"""The format makes guessing cheap (1,000 rounds), so the length has to make it dear."""
_LONG = 16
_FEWEST_SIGNS = 6


@dataclass(frozen=True, slots=True)
class Protected:
    """`path` is the zip, `inside` the name of the file in it, which its ending makes a workbook, a CSV or a PDF file.
    The password is kept nowhere."""

    path: Path
    inside: str
    password: str = field(repr=False)

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def suffix(self) -> str:
        return Path(self.inside).suffix


Target = Path | Protected
"""What the exports write to; both know their `name` and the `suffix` of the file itself."""


def path_of(target: Target) -> Path:
    """The file that is there afterwards."""
    return target.path if isinstance(target, Protected) else target


@contextmanager
def target_file(target: Target) -> Iterator[BinaryIO]:
    """A stream to write the file to, whole or not there at all (`app.whole_file`). A protected one cannot be sought
    in; no byte of it reaches the disk unencrypted. Raises InputError as `whole_file` does."""
    if not isinstance(target, Protected):
        with whole_file(target) as stream:
            yield stream
        return
    from app.aes_zip import AesZip

    with whole_file(target.path) as stream:
        hidden = AesZip(stream, target.inside, target.password)
        yield cast("BinaryIO", hidden)
        hidden.finish()


def password_problem(password: str) -> str:
    """What is wrong with a password for a protected file; "" if it is good enough."""
    if not password:
        return "Type a password."
    if not (password.isascii() and password.isprintable()):
        return "Use letters without accents, digits and usual signs: other programs read the rest differently."
    if len(password) < SHORTEST:
        return Sentence(
            "Too short: at least {least} characters. Three words that have nothing in common are good.",
            least=SHORTEST,
        )
    if len(password) > LONGEST:
        return Sentence("Too long: at most {most} characters.", most=LONGEST)
    if len(set(password.lower())) < _FEWEST_SIGNS:
        return "Too simple: use more different characters."
    return ""


def password_strength(password: str) -> str:
    """A word about a password in which nothing is wrong."""
    return "Long enough to be hard to guess." if len(password) >= _LONG else "Good enough; longer is better."
