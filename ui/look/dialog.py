"""Dialogs: a heading that says what happened or is asked, the content, and a foot with verbs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QPointF, Qt, SignalInstance
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget
from shiboken6 import isValid

from ui.look.buttons import Kind, button
from ui.look.focus_ring import FocusRing
from ui.look.fonts import Type, scaled
from ui.look.help_key import HelpKey
from ui.look.icons import Icon, Weight
from ui.look.labels import TextLabel, text_label
from ui.look.pictures import IconLabel
from ui.look.shapes import DIALOG_FOOT_HEIGHT, DIALOG_PADDING, hair_line
from ui.look.tokens import Role, color

QUESTION_WIDTH = 500
_ICON = 32
_seen: set["FramedDialog"] = set()
"""The dialogs that are seen. Qt for Python tells the collector of references that it does not hold, so that a dialog
which nobody but its parent knows was taken for garbage, and went away under the user's hands."""


class _Foot(QWidget):
    """The strip at the bottom: left buttons, remark, right buttons."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setMinimumHeight(scaled(DIALOG_FOOT_HEIGHT))
        row = QHBoxLayout(self)
        row.setContentsMargins(DIALOG_PADDING, 8, DIALOG_PADDING, 8)
        row.setSpacing(8)
        self.left = QHBoxLayout()
        self.right = QHBoxLayout()
        for side in (self.left, self.right):
            side.setSpacing(8)
        row.addLayout(self.left)
        row.addStretch(1)
        row.addLayout(self.right)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), color(Role.SUBTLE))
        hair_line(painter, QPointF(0, 0), QPointF(self.width(), 0))
        painter.end()


class FramedDialog(QDialog):
    """Heading with icon, one secondary line, `content` (a column to fill), foot.

    Esc and the window's cross do what the button named as safe does; without one they reject.
    """

    def __init__(
        self,
        parent: QWidget | None = None,
        *,
        title: str,
        heading: str = "",
        secondary: str = "",
        icon: Icon | None = None,
        role: Role = Role.ACCENT_TEXT,
        name: str = "",
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setWindowTitle(title)
        self.setModal(True)
        self._safe: QPushButton | None = None
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        self._body = QVBoxLayout()
        self._body.setContentsMargins(DIALOG_PADDING, DIALOG_PADDING, DIALOG_PADDING, DIALOG_PADDING)
        self._body.setSpacing(16)
        whole.addLayout(self._body, 1)
        self.icon = IconLabel(icon or Icon.INFO, role, _ICON, weight=Weight.LARGE, parent=self)
        self.heading = text_label(heading, Type.HEADING, wrap=True, name="dialog_heading")
        self.secondary = text_label(secondary, Type.BODY, Role.TEXT2, wrap=True, name="dialog_secondary")
        self._body.addLayout(self._head(icon))
        self.content = QVBoxLayout()
        self.content.setSpacing(12)
        self._body.addLayout(self.content, 1)
        self.foot = _Foot(self)
        whole.addWidget(self.foot)
        self.say(heading, secondary)
        FocusRing(self)
        HelpKey(self)

    def _head(self, icon: Icon | None) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(self.icon, 0, Qt.AlignmentFlag.AlignTop)
        words = self._head_words = QVBoxLayout()
        words.setSpacing(6)
        # A stretch, not an alignment: aligned, wrapped words would get the height of their shortest form.
        words.addWidget(self.heading)
        words.addWidget(self.secondary)
        words.addStretch(1)
        row.addLayout(words, 1)
        self.icon.setVisible(icon is not None)
        return row

    def say(self, heading: str, secondary: str = "") -> None:
        """What happened or is asked; a screen reader reads it when the dialog opens."""
        self.heading.setText(heading)
        self.heading.setVisible(bool(heading))
        self.secondary.setText(secondary)
        self.secondary.setVisible(bool(secondary))
        self._head_words.setSpacing(6 if secondary else 0)
        # A heading alone stands beside the middle of its icon.
        above = 0 if secondary or not heading else max(0, (_ICON - self.heading.fontMetrics().height()) // 2)
        self._head_words.setContentsMargins(0, above, 0, 0)
        self.setAccessibleName(heading)
        self.setAccessibleDescription(secondary)

    def show_icon(self, icon: Icon, role: Role) -> None:
        self.icon.show_icon(icon, role)
        self.icon.show()

    def add_button(
        self,
        text: str,
        icon: Icon | None = None,
        *,
        kind: Kind = "normal",
        name: str = "",
        clicked: Callable[..., object] | SignalInstance | None = None,
        left: bool = False,
        safe: bool = False,
        tip: str = "",
    ) -> QPushButton:
        """A button in the foot, in the order of the calls. Enter presses the primary one; `safe` has the focus."""
        made = button(text, icon, kind, name, parent=self.foot, clicked=clicked, tip=tip)
        made.setAutoDefault(True)
        (self.foot.left if left else self.foot.right).addWidget(made)
        if kind == "primary":
            made.setDefault(True)
        if safe:
            self._safe = made
        return made

    def add_remark(self, text: str) -> TextLabel:
        """Words at the left of the foot ("2 settings changed")."""
        remark = text_label(text, Type.SECONDARY, Role.TEXT2)
        self.foot.left.addWidget(remark)
        return remark

    def reject(self) -> None:
        """Esc, or the cross: the safe way out."""
        if self._safe is not None and self._safe.isEnabled() and self.isVisible():
            safe, self._safe = self._safe, None
            safe.click()
            if self.isVisible():
                self._safe = safe
            return
        super().reject()

    def fit(self) -> None:
        """Make room for all wrapped words: Qt itself forgets them once the width is settled."""
        layout = self.layout()
        need = layout.totalHeightForWidth(self.width()) if layout is not None else 0
        if need > self.height():
            self.resize(self.width(), need)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        _seen.difference_update([one for one in _seen if not isValid(one)])
        _seen.add(self)
        self.fit()
        if self._safe is not None:
            self._safe.setFocus(Qt.FocusReason.TabFocusReason)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        _seen.discard(self)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), color(Role.SURFACE))
        painter.end()


@dataclass(frozen=True, slots=True)
class Choice:
    """A way to answer: `key` is the answer, `text` a verb. Exactly one should be primary."""

    key: str
    text: str
    kind: Literal["normal", "primary", "danger"] = "normal"
    icon: Icon | None = None


class Question(FramedDialog):
    """A question that must be answered before anything goes on; `answer` is the key of the choice taken."""

    def __init__(
        self,
        parent: QWidget | None,
        title: str,
        heading: str,
        text: str,
        choices: Sequence[Choice | tuple[str, str]],
        safe: str,
        *,
        icon: Icon = Icon.WARNING,
        role: Role = Role.WARN,
        name: str = "question",
    ) -> None:
        super().__init__(parent, title=title, heading=heading, secondary=text, icon=icon, role=role, name=name)
        self.answer = safe
        listed = [one if isinstance(one, Choice) else Choice(*one) for one in choices]
        if not any(one.kind == "primary" for one in listed):
            # Where something would be lost, the safe way is the main one.
            listed = [Choice(c.key, c.text, "primary" if c.key == safe else c.kind, c.icon) for c in listed]
        for one in sorted(listed, key=lambda choice: choice.kind == "primary"):
            made = self.add_button(
                one.text, one.icon, kind=one.kind, name=one.key, clicked=self._take, safe=one.key == safe
            )
            made.setProperty("answer", one.key)
        # Long verbs, in large text or another language, widen it.
        self.setFixedWidth(max(scaled(QUESTION_WIDTH), self.foot.sizeHint().width()))
        # As high as its words at that width: Qt's own least height is that of words in a narrower place.
        layout = self.layout()
        if layout is not None:
            layout.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        self.resize(self.width(), 0)

    def _take(self) -> None:
        pressed = self.sender()
        key = pressed.property("answer") if pressed is not None else None
        if isinstance(key, str):
            self.answer = key
        self.accept()


def ask(
    parent: QWidget | None,
    title: str,
    heading: str,
    text: str,
    choices: Sequence[Choice | tuple[str, str]],
    safe: str,
    *,
    icon: Icon = Icon.WARNING,
    role: Role = Role.WARN,
    name: str = "question",
) -> str:
    """Ask and wait; returns the key of the choice. `safe` is the answer of Esc and has the focus.

    `choices` are (key, verb) or Choice; where none is primary, the safe one is.
    """
    question = Question(parent, title, heading, text, choices, safe, icon=icon, role=role, name=name)
    question.exec()
    answer = question.answer
    question.deleteLater()
    return answer
