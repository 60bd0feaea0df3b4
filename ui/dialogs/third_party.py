"""*Licences of Others*: what others made of what the program is, and under which licences."""

from PySide6.QtCore import QEvent, QModelIndex, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from app.tasks import TaskContext
from app.third_party.component import Component
from ui.dialogs.summary_list import ListColumn, SummaryList
from ui.grids.form_dialog import FormDialog
from ui.look.buttons import enable
from ui.look.cards import in_card
from ui.look.fonts import Type, font
from ui.look.icons import Icon
from ui.look.words import plural, tr
from ui.workers import Lane, TaskRunner

_WIDTH, _HEIGHT = 1120, 640


def _read(task: TaskContext) -> list[Component]:
    from app.third_party.shipped import components

    return components()


def text_of(part: Component) -> str:
    """All that its authors say, and a note of ours before it."""
    notes = [tr(part.note)] if part.note else []
    return "\n\n".join([*notes, *(text.content.strip("\n") for text in part.texts)])


class ThirdPartyDialog(FormDialog):
    """A list of the parts, and the licence of the one with the cursor; read in a task."""

    def __init__(self, parent: QWidget | None, runner: TaskRunner) -> None:
        super().__init__(
            parent,
            title=tr("Licences of Others"),
            heading=tr("Learner Manager stands on the work of others"),
            secondary=tr("Reading which parts there are…"),
            icon=Icon.BOOKS,
            name="third_party",
        )
        self._runner = runner
        self.parts: list[Component] = []
        columns = (ListColumn(tr("Part"), "key", 42), ListColumn(tr("Version"), "text", 24))
        self.list = SummaryList((*columns, ListColumn(tr("Licence"), "text", 34)), "third_party_list")
        self.list.setAccessibleName(tr("Parts by others"))
        self.list.selectionModel().currentRowChanged.connect(self._show)
        self.text = QPlainTextEdit()
        self.text.setObjectName("third_party_text")
        self.text.setAccessibleName(tr("Licence"))
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setFont(font(Type.CODE))
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(in_card(self.list), 5)
        beside = QVBoxLayout()
        beside.setContentsMargins(0, 1, 0, 1)  # level with the list, which has a frame around it
        beside.addWidget(self.text)
        row.addLayout(beside, 7)
        self.content.addLayout(row, 1)
        self._copy = self.add_button(
            tr("Copy All"), Icon.COPY, name="third_party_copy", clicked=self._copy_all, left=True
        )
        enable(self._copy, tr("The list is still being read."))
        self.add_button(tr("Close"), kind="primary", name="third_party_close", clicked=self.accept)
        self.open_at(_WIDTH, _HEIGHT)
        self.list.setFocus()
        runner.run(_read, lane=Lane.READ, done=self._found)

    @Slot(object)
    def _found(self, parts: list[Component]) -> None:
        self.parts = parts
        rows = [(one.name, one.version, one.licence) for one in parts]
        self.list.show_rows(len(rows), rows.__getitem__)
        number = plural(len(parts), "{n} part", "{n} parts")
        self.say(
            tr("Learner Manager stands on the work of others"),
            tr("{number}, each under its own licence. The program itself is under the MIT licence.", number=number),
        )
        enable(self._copy, "")
        if parts:
            self.list.selectRow(0)

    @Slot(QModelIndex, QModelIndex)
    def _show(self, current: QModelIndex, before: QModelIndex) -> None:
        self.text.setPlainText(text_of(self.parts[current.row()]) if current.isValid() else "")

    @Slot()
    def _copy_all(self) -> None:
        parts = self.parts

        def put_together(task: TaskContext) -> str:
            from app.third_party.notices import notices

            return notices(parts)

        self._runner.run(put_together, lane=Lane.READ, done=self._put_together)

    @Slot(object)
    def _put_together(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self._copy.setText(tr("Copied"))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "text"):
            self.text.setFont(font(Type.CODE))
