"""A language that nobody speaks: every text that goes through `tr()` is marked and a third longer.

Like a real translation it knows the texts that stand in the source, and no others: what is put together with a value
in it before it is looked up stays English, as it would in Welsh.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from PySide6.QtCore import QTranslator
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QGroupBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QTabBar,
    QWidget,
)

ROOT = Path(__file__).resolve().parent.parent.parent
_ACCENTS = str.maketrans("aceinouyACEINOUY", "àçéîñöûýÀÇÉÎÑÖÛÝ")
_NAMED = re.compile(r"(\{[^}]*\}|<[^>]*>)")
OPEN, CLOSE = "⟦", "⟧"


def pseudo(text: str) -> str:
    """`text` with accents, a third longer, in brackets; what stands in {braces} or is mark-up stays."""
    parts = [part if _NAMED.fullmatch(part) else part.translate(_ACCENTS) for part in _NAMED.split(text)]
    more = " ".join(["~" * 6] * (len(text) // 21)) if len(text) > 20 else "~" * (len(text) // 3)  # it can be wrapped
    return f"{OPEN}{''.join(parts)}{more}{CLOSE}"


@cache
def source_texts() -> frozenset[str]:
    """What a translator is given: every text that stands in the source of `app` and `ui` as a whole."""
    found: set[str] = set()
    for file in (one for package in ("app", "ui") for one in (ROOT / package).rglob("*.py")):
        waiting: list[ast.AST] = [ast.parse(file.read_text(encoding="utf-8"))]
        while waiting:
            one = waiting.pop()
            if isinstance(one, ast.Constant) and isinstance(one.value, str):
                found.add(one.value)
            if isinstance(one, ast.JoinedStr):  # the pieces between its values are no texts; the values may be
                waiting += (each.value for each in one.values if isinstance(each, ast.FormattedValue))
            else:
                waiting += ast.iter_child_nodes(one)
    return frozenset(found - {""})


class Pseudo(QTranslator):
    """Installed in the application it translates into that language."""

    def __init__(self) -> None:
        super().__init__()
        self._known = source_texts()

    def translate(self, context: str, source: str, comment: str | None = None, number: int = -1) -> str | None:  # type: ignore[override]
        if context != "LearnerManager" or source not in self._known:  # Qt's own texts stay
            return None
        return pseudo(source)

    def isEmpty(self) -> bool:
        return False


def texts(top: QWidget) -> Iterator[tuple[QWidget, str]]:
    """Every text that somebody reads or hears in `top`, shown or not."""
    for widget in (top, *top.findChildren(QWidget)):
        yield widget, widget.windowTitle()
        yield widget, widget.toolTip()
        yield widget, widget.accessibleName()
        yield widget, widget.accessibleDescription()
        if isinstance(widget, QLabel | QAbstractButton):
            yield widget, widget.text()
        elif isinstance(widget, QGroupBox):
            yield widget, widget.title()
        elif isinstance(widget, QLineEdit):
            yield widget, widget.placeholderText()
        elif isinstance(widget, QTabBar):
            for place in range(widget.count()):
                yield widget, widget.tabText(place)
        elif isinstance(widget, QComboBox):
            for place in range(widget.count()):
                yield widget, widget.itemText(place)
        elif isinstance(widget, QHeaderView) and widget.model() is not None:
            for place in range(widget.count()):
                yield widget, str(widget.model().headerData(place, widget.orientation()) or "")
    for action in top.findChildren(QAction):
        yield top, action.text()
        yield top, action.toolTip()
