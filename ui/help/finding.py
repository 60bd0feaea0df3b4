"""Find in the topic that is shown: a field, which place of how many, and the way to the next."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeyEvent, QTextCursor
from PySide6.QtWidgets import QHBoxLayout, QWidget

from ui.help.page_view import HelpPage
from ui.look.buttons import icon_button
from ui.look.fonts import Type, scaled
from ui.look.icons import Icon
from ui.look.labels import text_label
from ui.look.search_field import SearchField
from ui.look.speech import announce
from ui.look.tokens import Role
from ui.look.words import count, plural, tr


class _Field(SearchField):
    """Shift-Enter goes to the place before."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        bar = self.parentWidget()
        if isinstance(bar, FindBar) and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            back = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            bar.go(-1 if back else 1)
            return
        super().keyPressEvent(event)


class FindBar(QWidget):
    """Marks every place of the words that are typed."""

    def __init__(self, page: HelpPage, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._page = page
        self._places: list[QTextCursor] = []
        self._at: int | None = None
        """The place that was gone to."""
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        self.told = text_label("", Type.SECONDARY, Role.TEXT2, numbers=True, name="help_find_told")
        self.field = _Field(tr("Find in this topic"), name="help_find", keys="F3", parent=self)
        self.field.setFixedWidth(scaled(220))
        self.field.textChanged.connect(self.renew)
        self.field.left.connect(page.setFocus)
        page.shown.connect(self._mark_again)
        row.addWidget(self.told)
        row.addWidget(self.field)
        for icon, words, name, called in (
            (Icon.CARET_UP, tr("Place before"), "help_find_previous", self.previous),
            (Icon.CARET_DOWN, tr("Next place"), "help_find_next", self.next),
        ):
            row.addWidget(icon_button(icon, words, name, clicked=called))

    @Slot()
    def renew(self) -> None:
        """Other words: go to their first place."""
        self._places = self._page.places_of(self.field.text())
        self._at = 0 if self._places else None
        self._show()

    @Slot()
    def _mark_again(self) -> None:
        """The page shows something else: mark the places there, and stay where it was opened."""
        self._places = self._page.places_of(self.field.text())
        self._at = None
        self._show()

    @Slot()
    def next(self) -> None:
        self.go(1)

    @Slot()
    def previous(self) -> None:
        self.go(-1)

    def go(self, step: int) -> None:
        """To the next place, or the one before; without words, to the field."""
        if not self.field.text().strip():
            self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
            return
        if self._places:
            first = 0 if step > 0 else -1
            self._at = (self._at + step if self._at is not None else first) % len(self._places)
        self._show()

    def _show(self) -> None:
        self._page.mark(self._places, self._at)
        told = tr("Not in this topic") if self.field.text().strip() else ""
        if self._at is not None:
            told = tr("{n} of {all}", n=count(self._at + 1), all=count(len(self._places)))
        elif self._places:
            told = plural(len(self._places), "{n} place", "{n} places")
        self.told.setText(told)
        if self.field.hasFocus():
            announce(self.told, told)
