"""Tool tips with a title, the keys, and a sentence, whose words are never taken for markup."""

import html

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QToolTip, QWidget

from ui.look.tokens import Role, color


def tip_html(title: str, keys: str, text: str) -> str:
    """The markup of a tip; every word of it is escaped."""
    quiet = color(Role.LINE2).name()
    head = f"<b>{html.escape(title)}</b>"
    if keys:
        head += f"<span style='color:{quiet}'>&nbsp;&nbsp;&nbsp;{html.escape(keys)}</span>"
    lines = "<br>".join(html.escape(line) for line in text.split("\n")) if text else ""
    return f"<qt>{head}{'<br>' + lines if lines else ''}</qt>"


def show_tip(below: QWidget, title: str, keys: str, text: str) -> None:
    """Show it under the widget, so that it does not hide what it speaks of."""
    place = below.mapToGlobal(QPoint(0, below.height() - 8))
    QToolTip.showText(place, tip_html(title, keys, text), below)
