"""Above the import jobs: which importers are locked, by whom and since when; a stale lock is said to be one."""

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from app.imports.lock import ImportLock
from ui.look.banner import Banner
from ui.look.buttons import button, enable
from ui.look.icons import Icon
from ui.look.lines import empty
from ui.look.plain import visible_text
from ui.look.tokens import Role
from ui.look.words import tr

_MOST = 3


def _told(one: ImportLock) -> tuple[str, str, bool]:
    """What is seen of it: a sign of life is not."""
    return one.scope, one.sentence(), one.stale


class LockBanners(QWidget):
    """`unlock_wanted` carries the scope."""

    unlock_wanted = Signal(str)
    keyboard_lost = Signal()
    """The button that had it is gone, with the last lock."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("import_locks")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(1)
        self.locks: tuple[ImportLock, ...] = ()
        self._why_not = ""
        self.hide()

    def show_locks(self, locks: Sequence[ImportLock], why_not: str) -> None:
        """`why_not`: why this user may not unlock; "" if allowed."""
        same = list(map(_told, locks)) == list(map(_told, self.locks))
        if same and why_not == self._why_not:
            return
        focus = self.isAncestorOf(self.window().focusWidget()) if self.window().focusWidget() else False
        self.locks, self._why_not = tuple(locks), why_not
        empty(self._column)
        for one in self.locks[:_MOST]:
            self._column.addWidget(self._banner(one, why_not))
        self.setVisible(bool(self.locks))
        if focus and self.locks:
            self.findChildren(QPushButton)[-1].setFocus()
        elif focus:
            self.keyboard_lost.emit()

    def _banner(self, one: ImportLock, why_not: str) -> Banner:
        made = button(tr("Unlock"), Icon.LOCK_SIMPLE_OPEN, name="lock_unlock", clicked=self._pressed)
        made.setProperty("scope", one.scope)
        enable(made, why_not, tr("Shows the last row reached and the likely causes first."))
        if one.stale:
            text = tr(
                "Unlock it, then resume the job or import the file again: what was applied is kept, and nothing is "
                "doubled."
            )
            icon, role = Icon.LOCK_SIMPLE, Role.WARN
        else:
            text = tr("Another import into it can wait in the queue until it ends.")
            icon, role = Icon.LOCK_SIMPLE, Role.INFO
        banner = Banner(icon, role, visible_text(tr(one.sentence())), text, (made,), across=True)
        banner.setObjectName("lock_stale" if one.stale else "lock_fresh")
        return banner

    @Slot()
    def _pressed(self) -> None:
        pressed = self.sender()
        if isinstance(pressed, QPushButton):
            self.unlock_wanted.emit(pressed.property("scope"))
