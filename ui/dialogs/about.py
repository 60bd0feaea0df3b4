"""What this program is, and what somebody who helps will ask for."""

import platform

from PySide6.QtCore import Slot, qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QGridLayout, QWidget

from app import __version__
from ui.dialogs.third_party import ThirdPartyDialog
from ui.grids.form_dialog import FormDialog
from ui.look.dialog import QUESTION_WIDTH
from ui.look.fonts import Type, scaled
from ui.look.icons import Icon
from ui.look.labels import text_label
from ui.look.tokens import Role
from ui.look.words import tr
from ui.workers import TaskRunner


def facts() -> list[tuple[str, str]]:
    """Name and value of what is worth knowing; nothing about a person or a computer's name."""
    return [
        (tr("Version"), __version__),
        (tr("Licence"), tr("MIT")),
        (tr("Python"), platform.python_version()),
        (tr("Qt"), str(qVersion())),
        (tr("System"), f"{platform.system()} {platform.release()}"),
    ]


def facts_grid(rows: list[tuple[str, str]]) -> QGridLayout:
    """Names at the left, values at the right, which can be copied."""
    grid = QGridLayout()
    grid.setHorizontalSpacing(20)
    grid.setVerticalSpacing(6)
    grid.setColumnStretch(1, 1)
    for row, (name, value) in enumerate(rows):
        shown = text_label(value, Type.BODY, wrap=True, selectable=True)
        shown.setAccessibleName(f"{name}: {value}")
        grid.addWidget(text_label(name, Type.SECONDARY, Role.TEXT2), row, 0)
        grid.addWidget(shown, row, 1)
    return grid


class AboutDialog(FormDialog):
    """Name, version, licence, and the way to those of others."""

    def __init__(self, parent: QWidget | None, runner: TaskRunner) -> None:
        super().__init__(
            parent,
            title=tr("About Learner Manager"),
            heading=tr("Learner Manager"),
            secondary=tr("Learners, their Personal Learning Records and the college’s own attainments."),
            icon=Icon.GRADUATION_CAP,
            name="about",
        )
        self._runner = runner
        self.content.addLayout(facts_grid(facts()))
        self.content.addStretch(1)
        self._copy = self.add_button(tr("Copy"), Icon.COPY, name="about_copy", clicked=self._copy_facts, left=True)
        self.add_button(tr("Licences of Others"), name="about_others", clicked=self._open_others, left=True)
        self.add_button(tr("Close"), kind="primary", name="about_close", clicked=self.accept, safe=True)
        self.setMinimumWidth(scaled(QUESTION_WIDTH))

    @Slot()
    def _copy_facts(self) -> None:
        QGuiApplication.clipboard().setText("\n".join(f"{name}: {value}" for name, value in facts()))
        self._copy.setText(tr("Copied"))

    @Slot()
    def _open_others(self) -> None:
        ThirdPartyDialog(self, self._runner).open()
