"""*New Import*: which file, into which course or by the global importer, and whether rows are assigned at once."""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from app.context import AppContext
from app.folding import fold
from app.imports import course_choice, remembered
from app.imports.columns import Importer
from app.imports.course_choice import CourseChoice
from app.imports.dry_run import Options
from app.saved import LONGEST_NAME
from app.tasks import TaskContext
from ui import parts
from ui.activity import Listed
from ui.dialogs.form_field import FormField
from ui.dialogs.state_list import StateList, StateRow
from ui.dialogs.summary_list import ListColumn
from ui.dialogs.working import WorkingDialog
from ui.exporting import ask_to_open, documents
from ui.grids.columns import State
from ui.import_checking import check, checked_outcome
from ui.import_lines import Shown
from ui.look.buttons import button, enable, explain
from ui.look.cards import in_card
from ui.look.fonts import Type
from ui.look.icons import Icon
from ui.look.labels import ElidingLabel, text_label
from ui.look.scrolling import RING, scrolling
from ui.look.segments import Segments
from ui.look.tokens import Role
from ui.look.words import count, tr
from ui.workers import Lane, TaskRunner

_WIDTH, _HEIGHT = 760, 640
_FILTERS = ("Files of course records (*.csv *.txt *.xlsx *.xlsm)", "All files (*)")
_COURSE = State(Icon.BOOK, "Course", Role.TEXT2)
_SHELL = State(Icon.PACKAGE, "Imported shell", Role.WARN)


@dataclass(frozen=True, slots=True)
class _Offered:
    courses: list[CourseChoice]
    senders: list[str]


class NewImportDialog(WorkingDialog):
    """`checked` carries the Shown; nothing but the job and its rows is written."""

    checked = Signal(object)

    def __init__(
        self, parent: QWidget | None, runner: TaskRunner, context: AppContext, path: Path | None = None
    ) -> None:
        super().__init__(
            parent,
            runner,
            context,
            title=tr("New Import"),
            heading=tr("Import course records from a file"),
            icon=Icon.FILE_PLUS,
            name="new_import",
        )
        self.say(
            tr("Import course records from a file"),
            tr("The file is checked first. Nothing is written before you have seen what would become of each row."),
        )
        self.path: Path | None = None
        self.folder = path.parent if path is not None else documents()
        """Where the file is looked for."""
        self._courses: list[CourseChoice] = []
        self._listed: list[CourseChoice] = []
        self._build()
        self.setAcceptDrops(True)
        self.open_at(_WIDTH, _HEIGHT)
        self.take(path)
        self._read()

    # Building

    def _build(self) -> None:
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(RING, RING, RING, 0)
        column.setSpacing(14)
        column.addLayout(self._file_line())
        self.importer = Segments(
            ((Importer.COURSE.value, tr("One Course")), (Importer.GLOBAL.value, tr("Global"))), tr("Importer")
        )
        self.importer.setObjectName("import_importer")
        self.importer.chosen.connect(self._importer_chosen)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self.importer)
        self._about = text_label("", Type.SECONDARY, Role.TEXT2, wrap=True, name="import_about_importer")
        row.addWidget(self._about, 1)
        column.addLayout(row)
        self._course_part = QWidget()
        courses = QVBoxLayout(self._course_part)
        courses.setContentsMargins(0, 0, 0, 0)
        courses.setSpacing(8)
        self.filter = self.search_field(tr("Search courses"), "import_course_filter")
        self.filter.textChanged.connect(self._fill)
        columns = (
            ListColumn(tr("Kind"), "text", 18),
            ListColumn(tr("Course Code"), "code", 26),
            ListColumn(tr("Title"), "key", 56),
        )
        self.list = StateList(columns, "import_courses", 0)
        self.list.setAccessibleName(tr("Courses"))
        self.list.selectionModel().currentRowChanged.connect(self.refresh)
        courses.addWidget(self.filter)
        courses.addWidget(in_card(self.list), 1)
        column.addWidget(self._course_part, 1)
        column.addWidget(self._options())
        column.addLayout(self.work_line())
        column.addStretch(0)
        self.content.addWidget(scrolling(inside, sideways=False), 1)
        self._buttons()
        parts.in_reading_order([self.choose_button, self.importer, self._course_part, self._last, self.foot])
        self._importer_chosen(self.importer.value)

    def _file_line(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(12)
        self.choose_button = button(tr("Choose File…"), Icon.FOLDER_OPEN, name="import_choose", clicked=self.choose)
        self.choose_button.setAutoDefault(True)
        self._name = ElidingLabel("", Type.KEY, middle=True)
        self._name.setObjectName("import_file_name")
        row.addWidget(self.choose_button)
        row.addWidget(self._name, 1)
        return row

    def _options(self) -> QWidget:
        self._last = QWidget()
        row = QHBoxLayout(self._last)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(20)
        self.assign = QCheckBox(tr("Assign immediately"))
        self.assign.setObjectName("import_assign")
        self.assign.setChecked(True)
        told = tr("Rows of known learners are applied at once. Without it every row is held until you match it.")
        explain(self.assign, told)
        self.sender_box = QComboBox()
        self.sender_box.setEditable(True)
        self.sender_box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        line = self.sender_box.lineEdit()
        assert line is not None
        line.setAccessibleName(tr("Sender of the file"))
        line.setMaxLength(LONGEST_NAME)
        line.setPlaceholderText(tr("may stay empty"))
        field = FormField(
            tr("Sender of the file"),
            self.sender_box,
            name="import_sender",
            help=tr("Repairs are remembered for each sender, and offered with the next file."),
        )
        row.addWidget(field, 1)
        self.assign.setMinimumHeight(self.sender_box.sizeHint().height())  # its words beside the words of the field
        row.addWidget(self.assign, 1, Qt.AlignmentFlag.AlignBottom)
        return self._last

    def _buttons(self) -> None:
        self.close_button = self.add_button(tr("Cancel"), name="import_close", clicked=self.reject)
        self.check_button = self.add_button(
            tr("Check File"), Icon.FILE_SEARCH, kind="primary", name="import_check_file", clicked=self.check
        )

    # The file

    def take(self, path: Path | None) -> None:
        """Take this file."""
        self.path = path or self.path
        self.folder = self.path.parent if self.path is not None else self.folder
        self._name.setText(
            self.path.name if self.path is not None else tr("No file chosen. You can also drop one here.")
        )
        self._name.set_role(Role.TEXT if self.path is not None else Role.TEXT2)
        self.refresh()

    @Slot()
    def choose(self) -> None:
        """Ask for a file."""
        taken = ask_to_open(self, tr("Choose File"), _FILTERS, self.folder)
        if taken is not None:
            self.take(taken)
            self._lead_on()

    def _lead_on(self) -> None:
        """To what is asked after the file."""
        (self.filter if not self._course_part.isHidden() else self.check_button).setFocus()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if len(dropped(event)) == 1 and not self.busy:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        found = dropped(event)
        if len(found) == 1 and not self.busy:
            event.acceptProposedAction()
            self.take(found[0])

    # Importer and course

    @Slot(str)
    def _importer_chosen(self, key: str) -> None:
        course = key == Importer.COURSE.value
        self._course_part.setVisible(course)
        self._about.setText(
            tr("The usual way. Rows are counted in participation reports.")
            if course
            else tr("Legacy data only: the file names its courses, unknown ones are made, nothing is counted.")
        )
        self.refresh()

    def _read(self) -> None:
        db, user = self._context.db, self._context.user

        def work(task: TaskContext) -> _Offered:
            with db.read(task) as tx:
                return _Offered(course_choice.to_choose(tx), remembered.senders(tx, user))

        self.work(tr("Reading the courses…"), work, self._offer, Lane.READ)

    def _offer(self, found: _Offered) -> None:
        self._courses = found.courses
        typed = self.sender_box.currentText()
        self.sender_box.addItems(found.senders)
        self.sender_box.setEditText(typed)
        self._fill()
        if self.path is None:
            self.choose_button.setFocus()
        else:
            self._lead_on()

    @Slot()
    def _fill(self, *_: object) -> None:
        chosen = self.course
        words = (fold(self.filter.text()) or "").split()
        self._listed = [one for one in self._courses if all(word in _text(one) for word in words)]
        self.list.show_states([_row(one) for one in self._listed])
        self.list.say_when_empty(tr("No course has these words.") if words else tr("No course to choose from."))
        at = next((place for place, one in enumerate(self._listed) if one == chosen), None)
        if at is None and words and self._listed:
            at = 0
        if at is not None:
            self.list.selectRow(at)
        else:
            self.list.clearSelection()
            self.list.setCurrentIndex(self.list.model().index(-1, -1))
        said = tr("{n} of {all} courses", n=count(len(self._listed)), all=count(len(self._courses)))
        self.words.setText(said if self._courses else tr("There are no courses yet. The global importer makes them."))
        self.refresh()

    @property
    def course(self) -> CourseChoice | None:
        """The course of the current row."""
        place = self.list.currentIndex().row()
        return self._listed[place] if 0 <= place < len(self._listed) else None

    # Checking

    @property
    def options(self) -> Options:
        """What is chosen."""
        importer = Importer(self.importer.value)
        course = self.course.code if importer is Importer.COURSE and self.course is not None else ""
        return Options(importer, course, assign=self.assign.isChecked())

    @Slot()
    def refresh(self, *_: object) -> None:
        """What can be pressed."""
        if not hasattr(self, "check_button"):
            return
        reason = ""
        if self.busy:
            reason = tr("It is under way.")
        elif self.path is None:
            reason = tr("Choose a file first.")
        elif self.importer.value == Importer.COURSE.value and self.course is None:
            reason = tr("Choose the course first.")
        enable(self.check_button, reason)
        self.prefer(self.check_button)
        for part in (self.choose_button, self.importer, self._course_part, self._last):
            part.setEnabled(not self.busy)
        if not self.busy:
            self.close_button.setText(tr("Cancel"))

    @Slot()
    def check(self) -> None:
        """*Check File*: read it to its end, in a task."""
        path, context = self.path, self._context
        if path is None or not self.check_button.isEnabled():
            return
        options, sender = self.options, " ".join(self.sender_box.currentText().split())
        self.work(
            tr("Checking the file…"),
            lambda task: check(task, context, path, options, sender),
            self._checked,
            Lane.IMPORT,
            Listed(tr("Check a file of course records"), checked_outcome),
        )

    def _checked(self, shown: Shown) -> None:
        self.checked.emit(shown)
        self.accept()


def dropped(event: QDropEvent) -> list[Path]:
    """The files of this computer that are being dragged."""
    return [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]


def _text(one: CourseChoice) -> str:
    return fold(f"{one.code} {one.title}") or ""


def _row(one: CourseChoice) -> StateRow:
    return StateRow(_SHELL if one.is_shell else _COURSE, ("", one.code, one.title))
