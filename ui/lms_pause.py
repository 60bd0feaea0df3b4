"""*Pause*: the synchronisation rests until a day, or goes on."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QAction, QCursor
from PySide6.QtWidgets import QMenu, QWidget

from app.access import Permission
from app.context import AppContext
from app.tasks import TaskContext
from ui.look.icons import Icon, qicon
from ui.look.words import tr
from ui.workers import Lane, TaskRunner


class LmsPause(QObject):
    """`done` once it is written. `may` tells whether the user may, and says why not."""

    done = Signal()

    def __init__(
        self, context: AppContext, runner: TaskRunner, may: Callable[[Permission], bool], window: QWidget
    ) -> None:
        super().__init__(window)
        self._context, self._runner, self._may, self._window = context, runner, may, window

    def menu(self) -> QMenu:
        """Until when; or go on. The data of an entry is the number of days."""
        menu = QMenu(self._window)
        menu.setObjectName("pause_menu")
        for words, days in ((tr("Until Tomorrow"), 1), (tr("For a Week"), 7), (tr("For Four Weeks"), 28)):
            menu.addAction(qicon(Icon.PAUSE), words).setData(days)
        menu.addSeparator()
        menu.addAction(qicon(Icon.PLAY), tr("Go On Now")).setData(0)
        menu.triggered.connect(self._chosen)
        return menu

    def show_menu(self) -> None:
        menu = self.menu()
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(QCursor.pos())

    @Slot(QAction)
    def _chosen(self, action: QAction) -> None:
        self._pause(action.data())

    @Slot()
    def go_on(self) -> None:
        self._pause(0)

    def _pause(self, days: int) -> None:
        if not self._may(Permission.DECIDE_COURSES):
            return
        context = self._context

        def work(task: TaskContext) -> None:
            from app.lms import settings

            until = date.today() + timedelta(days=days) if days else None
            with context.db.read(task) as tx:
                now = settings.read(tx)
            courses, enrolments = (replace(plan, paused_until=until) for plan in (now.courses, now.enrolments))
            settings.save(context.db, context.user, replace(now, courses=courses, enrolments=enrolments))

        self._runner.run(work, lane=Lane.WRITE, done=self._written)

    @Slot(object)
    def _written(self, nothing: None) -> None:
        self.done.emit()
