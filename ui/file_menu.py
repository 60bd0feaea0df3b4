"""The *File* menu, and what it does that needs no page: the demo, about, help."""

import subprocess
import sys
from collections.abc import Callable

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from ui.dialogs.about import AboutDialog
from ui.help.desk import HelpDesk
from ui.look.help_key import help_wanted
from ui.look.words import tr
from ui.remembered import Remembered
from ui.workers import TaskRunner


class FileMenu(QMenu):
    """`said` carries words for the status bar."""

    settings_wanted = Signal()
    setting_up_wanted = Signal()
    leave_wanted = Signal()
    said = Signal(str)

    def __init__(
        self,
        window: QWidget,
        runner: TaskRunner,
        front: Callable[[], str],
        memory: Remembered,
        *,
        in_demo: bool,
    ) -> None:
        super().__init__(window)
        self._window, self._runner = window, runner
        self.help = HelpDesk(window, runner, front, memory.kept("help"))
        memory.also["help"] = self.help.state
        self.addAction(tr("Settings")).triggered.connect(self.settings_wanted)
        self.addAction(tr("Set Up Step by Step")).triggered.connect(self.setting_up_wanted)
        self.addAction(tr("Open the Demo"), self.open_demo).setEnabled(not in_demo)
        self.addSeparator()
        self.addAction(tr("Help"), self.open_help).setShortcut("F1")
        self.addAction(tr("Keyboard Map"), self.open_keys)
        self.addAction(tr("About Learner Manager"), self.open_about)
        self.addAction(tr("Exit")).triggered.connect(self.leave_wanted)
        window.addActions(self.actions())  # so that F1 works from anywhere in the window

    @Slot()
    def open_about(self) -> None:
        AboutDialog(self._window, self._runner).open()

    @Slot()
    def open_help(self) -> None:
        self.help.help_for(QApplication.activeWindow() or self._window)

    @Slot()
    def open_keys(self) -> None:
        help_wanted().about.emit(self._window, "keyboard")

    @Slot()
    def open_demo(self) -> None:
        """A second window on invented people, as a process of its own which shares nothing with this one."""
        program = [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "ui"]
        subprocess.Popen([*program, "--demo"], stdin=subprocess.DEVNULL, start_new_session=True)
        self.said.emit(tr("The demo opens in a window of its own."))
