"""Which places of the program write."""

import ast
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

ROOT = Path(__file__).parents[2]
_PASSED_ON = {"app.db.database", "app.whole_file"}
"""Modules by which others write."""


def site_of(frame: FrameType | None) -> str:
    """The function of the program by which this is written: `app.learners.edit.save`."""
    while frame is not None:
        name = frame.f_globals.get("__name__", "")
        if name.startswith(("app.", "ui.")) and name not in _PASSED_ON:
            return f"{name}.{frame.f_code.co_qualname}"
        frame = frame.f_back
    return ""


def sites() -> set[str]:
    """Every function of the program that has a transaction of its own or makes a file, by looking at its text."""
    found = set()
    for folder in ("app", "ui"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            if module not in _PASSED_ON:
                found |= {f"{module}.{name}" for name in _writers(ast.parse(path.read_text("utf-8")), ())}
    return found


def _writers(node: ast.AST, inside: tuple[str, ...]) -> Iterator[str]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef):
            yield from _writers(child, (*inside, child.name))
        elif isinstance(child, ast.FunctionDef):
            deeper = (*inside, child.name)
            if any(_writes(one) for one in _own(child)):
                yield ".".join(deeper)
            yield from _writers(child, (*deeper, "<locals>"))


def _own(function: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(function):
        if not isinstance(child, ast.FunctionDef):
            yield child
            yield from _own(child)


def _writes(node: Any) -> bool:
    if isinstance(node, ast.With):
        return any(_called(one.context_expr) in ("write", "remaking_tables", "whole_file") for one in node.items)
    return _called(node) in ("os.replace", "write_text", "write_bytes")


def _called(node: ast.AST) -> str:
    if not isinstance(node, ast.Call):
        return ""
    name = node.func
    if isinstance(name, ast.Attribute):
        return f"os.{name.attr}" if isinstance(name.value, ast.Name) and name.value.id == "os" else name.attr
    return name.id if isinstance(name, ast.Name) else ""
