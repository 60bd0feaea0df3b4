"""Buttons, made in one way everywhere."""

from collections.abc import Callable
from typing import Literal

from PySide6.QtCore import QSize, Qt, SignalInstance
from PySide6.QtWidgets import QMenu, QPushButton, QSizePolicy, QToolButton, QWidget

from ui.look.icons import Icon, qicon
from ui.look.plain import tip_text, without_key
from ui.look.tokens import Role

Kind = Literal["normal", "primary", "danger", "quiet", "link"]
_ICON_ROLES: dict[str, Role] = {
    "normal": Role.TEXT2,
    "primary": Role.ON_ACCENT,
    "danger": Role.SURFACE,
    "quiet": Role.TEXT2,
    "link": Role.ACCENT_TEXT,
}


def button(
    text: str,
    icon: Icon | None = None,
    kind: Kind = "normal",
    name: str = "",
    *,
    parent: QWidget | None = None,
    clicked: Callable[..., object] | SignalInstance | None = None,
    tip: str = "",
    small: bool = False,
    menu: QMenu | None = None,
) -> QPushButton:
    """A push button with a verb. `name` is its object name; `clicked` a bound method or signal of a QObject."""
    made = QPushButton(without_key(text), parent)
    made.setObjectName(name)
    set_kind(made, kind, icon)
    made.setProperty("small", small)
    made.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    made.setAutoDefault(False)
    if kind == "link":
        made.setCursor(Qt.CursorShape.PointingHandCursor)
    if tip:
        explain(made, tip)
    if menu is not None:
        made.setMenu(menu)
    if clicked is not None:
        made.clicked.connect(clicked)
    return made


def set_kind(target: QPushButton, kind: Kind, icon: Icon | None = None) -> None:
    """Change how `target` is painted: which button is the primary one may depend on what is asked."""
    target.setProperty("kind", kind)
    if icon is not None:
        target.setIcon(qicon(icon, _ICON_ROLES[kind], on_role=Role.ACCENT_TEXT))
        target.setIconSize(QSize(16, 16))
    target.updateGeometry()
    target.update()


def icon_button(
    icon: Icon,
    text: str,
    name: str = "",
    *,
    parent: QWidget | None = None,
    clicked: Callable[..., object] | SignalInstance | None = None,
    checkable: bool = False,
    small: bool = False,
    keys: str = "",
) -> QToolButton:
    """A button without words: `text` is what a screen reader says and the tool tip shows."""
    made = QToolButton(parent)
    made.setObjectName(name)
    made.setIcon(qicon(icon, Role.TEXT2, on_role=Role.ACCENT_TEXT))
    made.setIconSize(QSize(16, 16))
    made.setAccessibleName(text)
    made.setToolTip(f"{text} ({keys})" if keys else text)
    made.setCheckable(checkable)
    made.setProperty("small", small)
    made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    made.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    if clicked is not None:
        made.clicked.connect(clicked)
    return made


def explain(target: QWidget, sentence: str) -> None:
    """Say `sentence` in the tool tip and to a screen reader."""
    target.setToolTip(tip_text(sentence))
    target.setAccessibleDescription(sentence)


def enable(target: QWidget, why_not: str, tip: str = "") -> None:
    """Enable `target` where `why_not` is "", else disable it and say why."""
    target.setEnabled(not why_not)
    explain(target, why_not or tip)
