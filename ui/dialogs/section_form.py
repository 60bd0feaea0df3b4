"""*Add Section* and *Edit Section*: a run of a course, with its campuses, method, LMS and course of the LMS."""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QVBoxLayout, QWidget

from app.access import Permission
from app.changes import Topic
from app.context import AppContext
from app.errors import InputError
from app.folding import fold
from app.history import Saved
from app.lms.sections import choices, section
from app.lms.sections.choices import Choice, Choices
from app.lms.sections.section import LONGEST_CODE, LONGEST_TITLE, Section
from app.tasks import TaskContext
from ui import parts
from ui.dialogs.form_field import FormField, line
from ui.dialogs.questions import confirm_discarding
from ui.dialogs.working import WorkingDialog
from ui.grids.date_field import DateField
from ui.look.buttons import enable, explain
from ui.look.fonts import Type
from ui.look.icons import Icon
from ui.look.labels import text_label
from ui.look.plain import visible_text, without_key
from ui.look.scrolling import RING, scrolling
from ui.look.tokens import Role
from ui.look.words import tr
from ui.workers import Lane, TaskRunner

_WIDTH, _HEIGHT = 760, 640
_ROWS = (
    ("course_code", "course_title"),
    ("term_id", "number"),
    ("owner", "delivery_method_id"),
    ("lms_course_id", "vendor_id"),
    ("starts", "ends"),
)
_TITLES = {
    "course_code": ("Course code", "A code that is not known makes a course."),
    "course_title": ("Course title", "Of a new course; a known one is named under Learners, Codes."),
    "term_id": ("Term", "One that its campus sends to the LMS."),
    "number": ("Number", "Tells sections of one course and term apart; empty is the next one."),
    "owner": ("Owning campus", "Its term, LMS and delivery methods decide what is sent."),
    "delivery_method_id": ("Delivery method", "One with export to third-party LMS."),
    "lms_course_id": ("LMS course", "Open and Closed ones; where its learners are enrolled."),
    "vendor_id": ("LMS", "Where the course of the LMS is."),
    "starts": ("Start date", "May stay empty."),
    "ends": ("End date", "May stay empty."),
}
_NONE = {
    "term_id": "No term",
    "owner": "No campus yet",
    "delivery_method_id": "None yet",
    "lms_course_id": "None yet",
    "vendor_id": "The default of the owning campus",
}


class SectionDialog(WorkingDialog):
    """`saved` carries the operation once it is saved; then the dialog closes."""

    saved = Signal(int)

    def __init__(self, parent: QWidget | None, runner: TaskRunner, context: AppContext, key: int | None) -> None:
        title = tr("Add Section") if key is None else tr("Edit Section")
        super().__init__(
            parent, runner, context, title=title, heading=title, icon=Icon.CHALKBOARD_TEACHER, name="section_form"
        )
        self._key = key
        self._why_not = context.rights.why_not(Permission.SET_UP_SECTIONS)
        self._choices: Choices | None = None
        self._shown = Section()
        self._build()
        self.open_at(_WIDTH, _HEIGHT)
        self.say(title, tr("One run of a course. The gate report on the page tells what is still missing."))
        self._read()

    # Building

    def _build(self) -> None:
        self.code = line(longest=LONGEST_CODE, mono=True)
        self.title_edit = line(longest=LONGEST_TITLE)
        self.number = line(longest=4)
        self.starts, self.ends = DateField(), DateField()
        self.boxes = {name: QComboBox() for name in _NONE}
        editors: dict[str, QWidget] = {
            "course_code": self.code,
            "course_title": self.title_edit,
            "number": self.number,
            "starts": self.starts,
            "ends": self.ends,
            **self.boxes,
        }
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(RING, RING, RING, RING)
        column.setSpacing(12)
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(10)
        self.fields: dict[str, FormField] = {}
        for row, names in enumerate(_ROWS):
            for place, name in enumerate(names):
                title, help_words = _TITLES[name]
                self.fields[name] = FormField(tr(title), editors[name], name=f"section_{name}", help=tr(help_words))
                grid.addWidget(self.fields[name], row, place)
                grid.setColumnStretch(place, 1)
        column.addLayout(grid)
        column.addWidget(text_label(tr("Also seen by"), Type.SECONDARY, weight=500))
        self._sites = QWidget()
        self._site_grid = QGridLayout(self._sites)
        self._site_grid.setContentsMargins(0, 0, 0, 0)
        self.further: dict[int, QCheckBox] = {}
        column.addWidget(self._sites)
        self.open_box = QCheckBox(tr("Open: who is enrolled into the LMS course comes onto this section"))
        self.open_box.setObjectName("section_open")
        column.addWidget(self.open_box)
        column.addStretch(1)
        self.content.addWidget(scrolling(inside, sideways=False), 1)
        self.content.addLayout(self.work_line())
        self.close_button = self.add_button(tr("Cancel"), name="section_close", clicked=self.reject)
        self.save_button = self.add_button(
            tr("Save"), Icon.FLOPPY_DISK, kind="primary", name="section_save", clicked=self.save
        )
        self.form_part = self._inside = inside
        inside.setEnabled(False)
        self._wire()

    def _wire(self) -> None:
        for box in self.boxes.values():
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMaxVisibleItems(20)
            box.currentIndexChanged.connect(self._edited)
        self.boxes["owner"].currentIndexChanged.connect(self._owner_chosen)
        self.code.textChanged.connect(self._code_typed)
        for signal in (self.title_edit.textEdited, self.number.textEdited, self.starts.changed, self.ends.changed):
            signal.connect(self._edited)
        self.open_box.toggled.connect(self._edited)

    # Reading

    def _read(self) -> None:
        run, key = self._context, self._key

        def work(context: TaskContext) -> Choices:
            with run.db.read(context) as tx:
                return choices.read_choices(tx, run.user, key)

        self.work(tr("Reading…"), work, self._is_read, Lane.READ)

    def _is_read(self, found: Choices) -> None:
        self._choices, self._shown = found, found.section or Section()
        self._why_not = self._why_not or (found.why_not if self._key is not None else "")
        shown = self._shown
        self._fill("term_id", found.terms, shown.term_id)
        self._fill("owner", found.campuses, shown.owner)
        self._fill("delivery_method_id", found.methods, shown.delivery_method_id)
        self._fill("vendor_id", found.vendors, shown.vendor_id)
        self._fill("lms_course_id", found.lms_courses, shown.lms_course_id)
        self._fill_sites(found.campuses, shown.further)
        self.code.setText(shown.course_code)
        self.number.setText(str(shown.number or ""))
        self.starts.set_value(shown.starts)
        self.ends.set_value(shown.ends)
        self.open_box.setChecked(shown.open)
        self._owner_chosen()
        self._shown = self.wanted  # as the form says it: no term is None here
        self._inside.setEnabled(not self._why_not)
        explain(self._inside, self._why_not)
        if self._why_not:
            self.tell(tr("You can look at it only."), self._why_not, Role.INFO, Icon.LOCK_SIMPLE)
        parts.in_reading_order([self._inside, self.foot])
        (self.close_button if self._why_not else self.code).setFocus()

    def _fill(self, name: str, offered: Sequence[Choice], chosen: int | None) -> None:
        box = self.boxes[name]
        box.clear()
        box.addItem(tr(_NONE[name]), None)
        for key, words in offered:
            box.addItem(visible_text(words), key)
        box.setCurrentIndex(max(0, box.findData(chosen) if chosen is not None else 0))

    def _fill_sites(self, offered: Sequence[Choice], further: frozenset[int]) -> None:
        for place, (key, name) in enumerate(offered):
            box = self.further[key] = QCheckBox(without_key(visible_text(name)))
            box.setObjectName(f"section_further_{key}")
            box.setAccessibleName(tr("Also seen by {campus}", campus=visible_text(name)))
            box.setChecked(key in further)
            box.toggled.connect(self._edited)
            self._site_grid.addWidget(box, place // 3, place % 3)
        if not offered:
            words = tr("There is no campus yet: add one under Set Up.")
            self._site_grid.addWidget(text_label(words, Type.BODY, Role.TEXT3), 0, 0)

    # Editing

    @property
    def before(self) -> Section | None:
        """The section as it was read; None for a new one."""
        return self._choices.section if self._choices is not None else None

    @property
    def wanted(self) -> Section:
        """The section as it is written in the form."""
        chosen = {name: box.currentData() for name, box in self.boxes.items()}
        number = self.number.text().strip()
        return replace(
            self._shown,
            course_code=self.code.text(),
            course_title=self.title_edit.text(),
            number=int(number) if number.isascii() and number.isdigit() else None,
            further=frozenset(key for key, box in self.further.items() if box.isChecked()),
            starts=self.starts.value,
            ends=self.ends.value,
            open=self.open_box.isChecked(),
            **chosen,
        )

    @property
    def edited(self) -> bool:
        return self._choices is not None and (self.wanted != self._shown or bool(self._problem()))

    def _problem(self) -> str:
        number = self.number.text().strip()
        if number and not (number.isascii() and number.isdigit()):
            return tr("The number is a whole number.")
        return self.starts.problem or self.ends.problem

    @Slot()
    def _code_typed(self, *_: object) -> None:
        """A course that is known has its title already."""
        titles = self._choices.titles if self._choices is not None else {}
        title = titles.get(fold(self.code.text()) or "")
        self.title_edit.setReadOnly(title is not None)
        if title is not None:
            self.title_edit.setText(title)
        self._edited()

    @Slot()
    def _owner_chosen(self, *_: object) -> None:
        """The owner sees it anyhow."""
        owner = self.boxes["owner"].currentData()
        for key, box in self.further.items():
            if key == owner:
                box.setChecked(False)
            enable(box, tr("It owns the section.") if key == owner else "")

    @Slot()
    def _edited(self, *_: object) -> None:
        for field in self.fields.values():
            field.show_error("")
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        reason = self._why_not or (tr("It is under way.") if self.busy else "")
        nothing = "" if self.edited else tr("Nothing was changed.")
        enable(self.save_button, reason or self._problem() or nothing, tr("Keeps the section."))
        self.prefer(self.save_button)
        if not self.busy:
            self.close_button.setText(tr("Close") if self._why_not else tr("Cancel"))

    # Writing

    @Slot()
    def save(self) -> None:
        """Keep it, in a task."""
        if not self.save_button.isEnabled():
            return
        run, before, wanted = self._context, self.before, self.wanted
        self.work(tr("Saving…"), lambda task: section.save(run.db, run.user, before, wanted), self._saved, Lane.WRITE)

    def _saved(self, done: Saved) -> None:
        if done.operation_id is not None:
            self.saved.emit(done.operation_id)
            self.written(Topic.SECTIONS, Topic.LMS_COURSES, Topic.ENROLMENTS)
        self.accept()

    def show_problem(self, error: Exception) -> None:
        if isinstance(error, InputError) and error.field in self.fields:
            self.fields[error.field].show_error(f"{tr(error.message)} {tr(error.hint)}")
            self.fields[error.field].lead_here()
        else:
            super().show_problem(error)

    def reject(self) -> None:
        unsaved = not self.busy and self.edited and not self._why_not
        if not unsaved or confirm_discarding(self, tr("The section is not saved.")):
            super().reject()
