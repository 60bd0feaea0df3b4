"""Every call in the program of something that takes bytes or text apart, found in its source."""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

from tests.fuzz.reach import Line

ROOT = Path(__file__).resolve().parent.parent.parent
TAKE_APART = frozenset({
    # JSON, TOML, CSV, XML, HTML, workbooks, zips
    *("loads", "raw_decode", "load_workbook", "reader", "DictReader", "ZipFile"),
    *("fromstring", "iterparse", "XMLParser", "XMLPullParser", "HTMLParser", "unescape"),
    # addresses, mail, days, numbers
    *("urlsplit", "urlparse", "parse_qsl", "parse_qs", "make_url", "getproxies", "parsedate_to_datetime"),
    *("fromisoformat", "strptime", "Decimal"),
    # bytes
    *("unpack_from", "fromhex", "b64decode", "fromBase64", "decompress", "decompressobj", "read1", "recv"),
    *("load_key_and_certificates", "read_bytes", "read_text", "restoreGeometry", "restoreState", "fromData"),
    *("mimeData", "_READ", "json_or_none"),
})  # fmt: skip
"""The names of such functions, whatever they are called on. `_READ` is a JSON decoder."""

_NAMED = re.compile(rf"\b(?:{'|'.join(sorted(TAKE_APART))}|\w*DECODER\w*\.decode)\b *\(")


def name_of(function: ast.expr) -> str:
    match function:
        case ast.Attribute(attr="decode", value=ast.Name(id=decoder)) if "DECODER" in decoder:
            return "loads"
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return ""


@cache
def sites() -> Mapping[str, frozenset[Line]]:
    """Module and function, and the lines in it that call such a thing."""
    found: dict[str, set[Line]] = {}
    for file in sorted([*(ROOT / "app").rglob("*.py"), *(ROOT / "ui").rglob("*.py")]):
        text = file.read_text(encoding="utf-8")
        if _NAMED.search(text) is None:  # taking all of the program apart would take seconds
            continue
        module = ".".join(file.relative_to(ROOT).with_suffix("").parts)
        for function, call in _calls(ast.parse(text), ()):
            lines = {(module, line) for line in range(call.lineno, (call.end_lineno or call.lineno) + 1)}
            found.setdefault(f"{module}:{function}", set()).update(lines)
    return {site: frozenset(lines) for site, lines in found.items()}


def lines_of_sites(wanted: Iterable[str]) -> Mapping[str, frozenset[Line]]:
    """The lines of some of them. Raises KeyError for one that there is not."""
    return {one: sites()[one] for one in wanted}


def _calls(tree: ast.AST, inside: tuple[str, ...]) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Call) and name_of(node.func) in TAKE_APART:
            yield ".".join(inside), node
        named = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        yield from _calls(node, (*inside, node.name) if named else inside)  # type: ignore[union-attr]
