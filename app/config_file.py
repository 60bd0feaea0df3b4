"""Settings as a TOML file: reading with a sentence for what is wrong, writing with every default in sight."""

import re
import textwrap
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from app.config_rules import Option
from app.errors import InputError
from app.sentence import Sentence
from app.whole_file import whole_file

_LARGEST = 1_000_000
_TO_ESCAPE = re.compile(r'["\\\x00-\x1f\x7f]')
_SHORT = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_PLACE = re.compile(r"at (line \d+, column \d+|end of document)")
_HEAD = """\
# Settings of Learner Manager. A line that begins with # is a comment: it shows what holds if nothing is set.
# Passwords are never kept here: they are in the password store of this computer (command: secret set NAME).
"""


def read_file(path: Path) -> dict[str, Any]:
    """The content of the file, {} if there is none. Raises InputError if it cannot be read as TOML."""
    try:
        with path.open("rb") as stream:
            data = stream.read(_LARGEST + 1)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise InputError(
            Sentence(
                "{file} cannot be read ({error}).", file=path.name, error=error.strerror or type(error).__name__
            ),
            hint="Make sure that it is a file and yours to read.",
        ) from error
    if len(data) > _LARGEST:
        raise InputError(
            Sentence("{file} is far too large to be a file of settings.", file=path.name), hint=_START_ANEW
        )
    try:
        # Editors on Windows like to put a byte order mark first, which TOML does not know.
        return tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise InputError(
            Sentence("{file} is not UTF-8 text.", file=path.name), hint="Save it again as UTF-8."
        ) from error
    except (ValueError, RecursionError) as error:  # bare for a number of thousands of digits
        place = _PLACE.search(str(error))
        where = f" ({place[1]})" if place else ""
        raise InputError(
            Sentence("{file} cannot be read{where}.", file=path.name, where=where), hint=_START_ANEW
        ) from error


_START_ANEW = "Correct it there, or move the file away to start with the defaults."


def write_file(path: Path, sections: Mapping[str, Iterable[tuple[Option, Any]]]) -> None:
    """Write all sections, each setting with its meaning and default as a comment. Raises InputError."""
    lines = [_HEAD]
    for name, settings in sections.items():
        lines += ["", f"[{name}]"]
        for one, value in settings:
            lines += _lines_of(one, value)
    with whole_file(path) as stream:
        stream.write("\n".join([*lines, ""]).encode("utf-8"))


def _lines_of(one: Option, value: Any) -> Iterator[str]:
    meaning = f"{one.label}. {one.help} Allowed: {one.rule.allowed}."
    yield ""
    yield from textwrap.wrap(meaning, 100, initial_indent="# ", subsequent_indent="# ")
    yield f"# {one.name} = {toml_value(one.default)}"
    if value != one.default:
        yield f"{one.name} = {toml_value(value)}"


def toml_value(value: str | int | bool | tuple[str, ...]) -> str:
    """`value` as TOML writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, tuple):
        return f"[{', '.join(toml_value(one) for one in value)}]"
    return f'"{_TO_ESCAPE.sub(_escaped, value)}"'


def _escaped(found: re.Match[str]) -> str:
    return _SHORT.get(found[0]) or f"\\u{ord(found[0]):04X}"
