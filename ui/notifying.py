"""Tells on the desktop that something long has ended, while nobody looks at the program."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QApplication, QSystemTrayIcon, QWidget

from ui.activity import Activity, Stage
from ui.look.icons import Icon, qicon
from ui.look.words import tr

if TYPE_CHECKING:
    from ui.activity_part import ActivityPart

LONG_S = 10.0
_SHOWN_MS = 15_000


def to_front(window: QWidget) -> None:
    """Show it before every other, with the keyboard, also where it was minimised."""
    window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
    window.show()
    window.raise_()
    window.activateWindow()


class Desktop(QObject):
    """The notifications of the desktop; `clicked` when the one that stands there was pressed.

    A sign in the tray is what they hang on with Windows, macOS and KDE, so it is there as long as the message is.
    Where there is no tray (GNOME), the window asks for attention, of which the desktop makes a notification itself.
    """

    clicked = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._tray: QSystemTrayIcon | None = None
        self._gone = QTimer(self, singleShot=True, interval=_SHOWN_MS)
        self._gone.timeout.connect(self.take_back)

    def tell(self, title: str, text: str) -> None:
        """Show it, in place of one before."""
        QApplication.alert(self._window)
        if not QSystemTrayIcon.isSystemTrayAvailable():
            return
        if self._tray is None:
            self._tray = QSystemTrayIcon(qicon(Icon.ACTIVITY), self)
            self._tray.setToolTip(tr("Learner Manager"))
            self._tray.messageClicked.connect(self.clicked)
            self._tray.activated.connect(self.activated)
        self._tray.show()
        self._tray.showMessage(title, text, self._window.windowIcon(), _SHOWN_MS)
        self._gone.start()

    @Slot(QSystemTrayIcon.ActivationReason)
    def activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        """The sign was pressed; another button than the first asks for a menu, of which there is none."""
        if reason in (QSystemTrayIcon.ActivationReason.Trigger, QSystemTrayIcon.ActivationReason.DoubleClick):
            self.clicked.emit()

    @Slot()
    def take_back(self) -> None:
        """Whoever looks at the program knows."""
        self._gone.stop()
        if self._tray is not None:
            self._tray.hide()


class Notifier(QObject):
    """Listens for work that ended; says what it was and how it ended, and no more: others may see the screen."""

    def __init__(self, part: "ActivityPart", window: QWidget, desktop: Desktop, long_s: float = LONG_S) -> None:
        super().__init__(part)
        self.wanted = True
        """As the settings say."""
        self._part, self._window, self._desktop, self._long = part, window, desktop, long_s
        self._last: Activity | None = None
        part.activities.ended.connect(self._ended)
        desktop.clicked.connect(self._clicked)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.applicationStateChanged.connect(self._looked_at)

    @Slot(object)
    def _ended(self, one: Activity) -> None:
        active = QApplication.activeWindow()
        unseen = active is None or active.isMinimized()
        if self.wanted and unseen and one.seconds >= self._long and one.stage is not Stage.STOPPED:
            self._last = one
            self._desktop.tell(
                tr("{what}: {state}", what=one.title, state=tr(one.stage.value)), tr("Press to go to the result.")
            )

    @Slot()
    def _clicked(self) -> None:
        self._desktop.take_back()
        to_front(self._window)
        modal = QApplication.activeModalWidget()
        if modal is not None:  # it must be answered first, and what it is about must not change behind it
            to_front(modal.window())
            return
        one, self._last = self._last, None
        if one is not None:
            self._part.lead_to(one)

    @Slot(Qt.ApplicationState)
    def _looked_at(self, state: Qt.ApplicationState) -> None:
        if state is Qt.ApplicationState.ApplicationActive:
            self._desktop.take_back()
