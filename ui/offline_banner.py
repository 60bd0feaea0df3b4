"""Over the pages while the database does not answer: since when, what goes on, and *Try Again*."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.lms_banners import moment_words
from ui.look.banner import Banner
from ui.look.buttons import button, enable
from ui.look.icons import Icon
from ui.look.speech import announce
from ui.look.tokens import Role
from ui.look.words import tr
from ui.offline import Offline


class OfflineBanner(QWidget):
    """Follows `offline`; `leave_wanted` where only another version of the program helps."""

    leave_wanted = Signal()
    came_back = Signal(str)
    """The sentence for the status bar."""
    focus_left = Signal()
    """It had the keyboard and goes: whoever stands in front takes it."""

    def __init__(self, offline: Offline, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._offline = offline
        self._shown = False
        self.again = button(
            tr("Try Again"), Icon.ARROWS_CLOCKWISE, name="offline_try_again", clicked=offline.try_again
        )
        self.leave = button(tr("Close Learner Manager"), Icon.X, name="offline_leave", clicked=self.leave_wanted)
        self.banner = Banner(Icon.DATABASE, Role.BAD, "", buttons=[self.again, self.leave], parent=self)
        self.banner.setObjectName("offline_banner")
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 0, 8, 8)
        column.addWidget(self.banner)
        offline.changed.connect(self._show)
        self._show()

    @Slot()
    def _show(self) -> None:
        now = self._offline
        had_focus = self.again.hasFocus()
        self.setVisible(now.is_now)
        self.again.setVisible(not now.replaced)
        self.leave.setVisible(now.replaced)
        if now.is_now:
            title, text = offline_words(now)
            self.banner.say(title, text)
            trying = tr("It is being asked just now.") if now.next_at is None and not now.replaced else ""
            self.again.setText(tr("Asking…") if trying else tr("Try Again"))
            enable(self.again, "", trying)
            if not self._shown or now.replaced:
                announce(self.banner, f"{title} {text}")
        elif self._shown:
            words = tr("The database answers again. What you see was read anew.")
            announce(self, words)
            self.came_back.emit(words)
            if had_focus:
                self.focus_left.emit()
        self._shown = now.is_now


def offline_words(offline: Offline) -> tuple[str, str]:
    """Since when, and what that means."""
    if offline.replaced:
        return (
            tr("The database was changed by another version of Learner Manager."),
            tr(
                "You can read what is loaded, and nothing more can be saved here. Close Learner Manager, and start "
                "the version that your administrator has installed."
            ),
        )
    assert offline.since is not None
    parts = [
        tr("You can read what is loaded; saving waits, and nothing you typed is lost."),
        offline.cause,
        tr("It is asked again at {moment:%H:%M:%S}.", moment=offline.next_at) if offline.next_at is not None else "",
    ]
    title = tr("The database has not answered since {moment}.", moment=moment_words(offline.since))
    return title, " ".join(part for part in parts if part)
