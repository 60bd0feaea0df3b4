"""The words of a PDF file that Qt has written: streams unpacked, glyphs read by the tables of their fonts."""

import re
import zlib

_OBJECT = re.compile(rb"^(\d+) 0 obj\n(.*?)\nendobj$", re.DOTALL | re.MULTILINE)


def pages(document: bytes) -> list[str]:
    """The text of each page, without spaces: where they are depends on how the line was set."""
    objects = {int(number): body for number, body in _OBJECT.findall(document)}
    fonts = {number: _table(objects, body) for number, body in objects.items() if b"/ToUnicode" in body}
    found = []
    for body in objects.values():
        if re.search(rb"/Type\s*/Page\b(?!s)", body):
            content = _stream(objects[_leads(rb"Contents", body)])
            named = objects[_leads(rb"Resources", body)] if b"/Resources" in body else body
            found.append(_shown(content, _named_fonts(objects, named), fonts))
    return found


def _leads(name: bytes, body: bytes) -> int:
    match = re.search(rb"/" + name + rb"\s+(\d+) 0 R", body)
    assert match is not None, name
    return int(match[1])


def _stream(body: bytes) -> bytes:
    head, _, data = body.partition(b"stream\n")
    # What follows the packed data is left over by itself.
    return zlib.decompressobj().decompress(data) if b"FlateDecode" in head else data


def _named_fonts(objects: dict[int, bytes], resources: bytes) -> dict[bytes, int]:
    inside = resources
    if match := re.search(rb"/Font\s+(\d+) 0 R", resources):
        inside = objects[int(match[1])]
    return {name: int(number) for name, number in re.findall(rb"/(F\d+)\s+(\d+) 0 R", inside)}


def _table(objects: dict[int, bytes], font: bytes) -> dict[int, str]:
    text = _stream(objects[_leads(rb"ToUnicode", font)])
    known: dict[int, str] = {}
    for block in re.findall(rb"beginbfrange(.*?)endbfrange", text, re.DOTALL):
        for first, last, to in re.findall(rb"<(\w+)>\s*<(\w+)>\s*(<\w+>|\[.*?\])", block, re.DOTALL):
            targets = re.findall(rb"<(\w+)>", to)
            for at, glyph in enumerate(range(int(first, 16), int(last, 16) + 1)):
                one = targets[at] if len(targets) > 1 else targets[0]
                known[glyph] = chr(int(one[:4], 16) + (at if len(targets) == 1 else 0))
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", text, re.DOTALL):
        for glyph, to in re.findall(rb"<(\w+)>\s*<(\w+)>", block):
            known[int(glyph, 16)] = bytes.fromhex(to.decode()).decode("utf-16-be")
    return known


def _shown(content: bytes, named: dict[bytes, int], fonts: dict[int, dict[int, str]]) -> str:
    words: list[str] = []
    table: dict[int, str] = {}
    for name, text in re.findall(rb"/(F\d+)\s+[\d.]+\s+Tf|<([0-9A-Fa-f]+)>", content):
        if name:
            table = fonts.get(named.get(name, -1), {})
        else:
            glyphs = [int(text[at : at + 4], 16) for at in range(0, len(text), 4)]
            words += [table.get(glyph, "") for glyph in glyphs]
    return "".join("".join(words).split())
