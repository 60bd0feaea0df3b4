"""A language that nobody speaks: every text that goes through `tr()` is marked and a third longer."""

import re
from collections.abc import Iterator

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

_ACCENTS = str.maketrans("aceinouyACEINOUY", "àçéîñöûýÀÇÉÎÑÖÛÝ")
_NAMED = re.compile(r"(\{[^}]*\}|<[^>]*>)")
OPEN, CLOSE = "⟦", "⟧"


def pseudo(text: str) -> str:
    """`text` with accents, a third longer, in brackets; what stands in {braces} or is mark-up stays."""
    parts = [part if _NAMED.fullmatch(part) else part.translate(_ACCENTS) for part in _NAMED.split(text)]
    more = " ".join(["~" * 6] * (len(text) // 21)) if len(text) > 20 else "~" * (len(text) // 3)  # it can be wrapped
    return f"{OPEN}{''.join(parts)}{more}{CLOSE}"


class Pseudo(QTranslator):
    """Installed in the application it translates into that language."""

    def translate(self, context: str, source: str, comment: str | None = None, number: int = -1) -> str | None:  # type: ignore[override]
        return pseudo(source) if context == "LearnerManager" else None  # Qt's own texts stay

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
