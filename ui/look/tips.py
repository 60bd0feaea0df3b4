"""Tool tips with a title, the keys, and a sentence, whose words are never taken for markup."""

import html

from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QToolTip, QWidget

from ui.look.shapes import mixed
from ui.look.tokens import Role

_LONGEST = 90
"""Characters of a line that is not broken."""


def quiet_colour() -> QColor:
    """The keys on the ground of a tip: less than its words, but readable."""
    return mixed(Role.TEXT, Role.SURFACE, 0.75)


def tip_html(title: str, keys: str, text: str) -> str:
    """The markup of a tip; every word of it is escaped."""
    quiet = quiet_colour().name()
    head = f"<b>{html.escape(title)}</b>"
    if keys:
        head += f"<span style='color:{quiet}'>&nbsp;&nbsp;&nbsp;{html.escape(keys)}</span>"
    lines = "<br>".join(html.escape(line) for line in text.split("\n")) if text else ""
    # Qt breaks the lines of a tip very early unless it is told not to.
    wrap = "normal" if max(len(title) + len(keys), *map(len, text.split("\n"))) > _LONGEST else "pre"
    return f"<p style='white-space:{wrap}'>{head}{'<br>' + lines if lines else ''}</p>"


def show_tip(below: QWidget, title: str, keys: str, text: str) -> None:
    """Show it under the widget, so that it does not hide what it speaks of."""
    place = below.mapToGlobal(QPoint(0, below.height() - 8))
    QToolTip.showText(place, tip_html(title, keys, text), below)
