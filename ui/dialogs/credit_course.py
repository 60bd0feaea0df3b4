"""*Set Up Course* and *Add Course*: required objects, what the course gives of each credit type, and to whom."""

from dataclasses import replace

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from app.access import Permission
from app.changes import Topic
from app.context import AppContext
from app.errors import InputError
from app.history import Saved
from app.imports import credit_set_up, set_up_choices
from app.imports.credit_lists import LONGEST_TITLE
from app.imports.credit_set_up import LONGEST_CODE, CourseSetUp
from app.imports.facts import SHELL
from app.imports.set_up_choices import Choices
from app.tasks import TaskContext
from ui import parts
from ui.dialogs.credit_course_parts import ForWhom, TypeRow
from ui.dialogs.form_field import FormField, StateLine, line
from ui.dialogs.questions import confirm_discarding
from ui.dialogs.working import WorkingDialog
from ui.look.buttons import button, enable
from ui.look.fonts import Type
from ui.look.icons import Icon
from ui.look.labels import text_label
from ui.look.scrolling import RING, scrolling
from ui.look.tokens import Role
from ui.look.words import tr
from ui.workers import Lane, TaskRunner

_WIDTH, _HEIGHT = 760, 660
_HEADS = ("Credit type", "Maximum", "Minimum", "Step", "")


class CreditCourseDialog(WorkingDialog):
    """`saved` carries the operation once it is saved; then the dialog closes. `lists_wanted`: the types are to be
    set up first."""

    saved = Signal(int)
    lists_wanted = Signal()

    def __init__(self, parent: QWidget | None, runner: TaskRunner, context: AppContext, key: int | None) -> None:
        title = tr("Add Course") if key is None else tr("Set Up Course")
        super().__init__(parent, runner, context, title=title, heading=title, icon=Icon.MEDAL, name="credit_course")
        self._key = key
        self._why_not = context.rights.why_not(Permission.SET_UP_CREDIT)
        self._choices: Choices | None = None
        self._shown = CourseSetUp()
        self.rows: list[TypeRow] = []
        self._build()
        self.open_at(_WIDTH, _HEIGHT)
        self.say(title, tr("An import checks its rows against this. What was awarded stays as it is."))
        self._read()

    # Building

    def _build(self) -> None:
        self.code, self.title_edit = line(longest=LONGEST_CODE, mono=True), line(longest=LONGEST_TITLE)
        self.objects = line(longest=4)
        self.fields = {
            "code": FormField(
                tr("Course code"), self.code, name="course_code", help=tr("What files call external_course_id.")
            ),
            "title": FormField(tr("Title"), self.title_edit, name="course_title", help=tr("Empty: as the code.")),
            "objects": FormField(
                tr("Required objects"),
                self.objects,
                name="course_objects",
                help=tr("How many steps a learner must finish. Without one, enrolling completes the course at once."),
            ),
        }
        self._build_inside()
        self.content.addWidget(scrolling(self._inside, sideways=False), 1)
        self.trouble = StateLine()
        self.trouble.setObjectName("course_trouble")
        self.content.addWidget(self.trouble)
        self.content.addLayout(self.work_line())
        self.close_button = self.add_button(tr("Cancel"), name="course_close", clicked=self.reject)
        self.save_button = self.add_button(
            tr("Save"), Icon.FLOPPY_DISK, kind="primary", name="course_save", clicked=self.save
        )
        self._inside.setEnabled(False)
        for edit in (self.code, self.title_edit, self.objects):
            edit.textEdited.connect(self._edited)
        self.whom.changed.connect(self._edited)

    def _build_inside(self) -> None:
        self.form_part = self._inside = QWidget()
        column = QVBoxLayout(self._inside)
        column.setContentsMargins(RING, RING, RING, RING)
        column.setSpacing(12)
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        for place, field in enumerate(self.fields.values()):
            grid.addWidget(field, 0, place)
            grid.setColumnStretch(place, (3, 5, 2)[place])
        column.addLayout(grid)
        self.exposed = StateLine()
        self.exposed.setObjectName("course_exposed")
        column.addWidget(self.exposed)
        column.addWidget(text_label(tr("Gives"), Type.HEADER))
        self._types = QGridLayout()
        self._types.setHorizontalSpacing(12)
        self._types.setVerticalSpacing(6)
        self._types.setColumnStretch(0, 1)
        column.addLayout(self._types)
        self._no_types = text_label(
            tr("There is no credit type yet. Add some under Credit Types, then come back."),
            Type.BODY,
            Role.TEXT2,
            wrap=True,
        )
        self.lists_button = button(
            tr("Credit Types"), Icon.LIST_BULLETS, name="course_types", clicked=self._lists_wanted
        )
        self.lists_button.setAutoDefault(True)
        for part in (self._no_types, self.lists_button):
            part.hide()
            column.addWidget(part)
        column.addWidget(text_label(tr("For whom"), Type.HEADER))
        self.whom = ForWhom()
        column.addWidget(self.whom)
        column.addStretch(1)

    # Reading

    def _read(self) -> None:
        run, key = self._context, self._key

        def work(context: TaskContext) -> Choices:
            with run.db.read(context) as tx:
                return set_up_choices.read(tx, key)

        self.work(tr("Reading…"), work, self._is_read, Lane.READ)

    def _is_read(self, found: Choices) -> None:
        self._choices = found
        if self._key is not None and found.course is None:
            self._why_not = tr("This course is no longer there. Reload the page.")
        shown = found.course or CourseSetUp()
        self._show_types(found, shown)
        self.code.setText(shown.code)
        self.title_edit.setText(shown.title)
        self.objects.setText("" if shown.required_objects is None else str(shown.required_objects))
        shell = tr("An imported shell cannot have required objects.") if shown.kind == SHELL else ""
        enable(self.fields["objects"], shell)
        self.whom.offer(found.types, found.values)
        self.whom.show_lines(shown.credit)
        self._shown = shown
        self._inside.setEnabled(not self._why_not)
        if self._why_not:
            self.tell(tr("You can look at it only."), self._why_not, Role.INFO, Icon.LOCK_SIMPLE)
        parts.in_reading_order([self._inside, self.foot])
        (self.close_button if self._why_not else self.code if self._key is None else self.objects).setFocus()

    def _show_types(self, found: Choices, shown: CourseSetUp) -> None:
        for part in (self._no_types, self.lists_button):
            part.setVisible(not found.types)
        if found.types:
            for place, head in enumerate(_HEADS):
                self._types.addWidget(text_label(tr(head), Type.SECONDARY, Role.TEXT2), 0, place)
        held = {one.type_id: one for one in shown.credit}
        for at, one in enumerate(found.types):
            row = TypeRow(one, self._inside)
            row.place(self._types, 1 + 2 * at)
            row.show_credit(held.get(row.key))
            row.changed.connect(self._edited)
            self.rows.append(row)

    @Slot()
    def _lists_wanted(self) -> None:
        """There is nothing to set up yet: the types first."""
        self.reject()
        if not self.isVisible():
            self.lists_wanted.emit()

    # Editing

    @property
    def wanted(self) -> CourseSetUp:
        """The course as it is written in the form; only without a problem."""
        objects = self.objects.text().strip()
        told = (row.wanted(self.whom.says(row.key)) for row in self.rows)
        return replace(
            self._shown,
            code=self.code.text(),
            title=self.title_edit.text(),
            required_objects=int(objects) if objects else None,
            credit=tuple(sorted((one for one in told if one is not None), key=lambda one: one.type_id)),
        )

    def _problem(self) -> str:
        objects = self.objects.text().strip()
        if objects and not (objects.isascii() and objects.isdigit()):
            return tr("Required objects: type a whole number, or leave it empty.")
        given = {row.key: row for row in self.rows if row.gives.isChecked()}
        typed = next((problem for row in self.rows if (problem := row.problem)), "") or self.whom.problem
        if typed or not (stray := self.whom.mapped() - given.keys()):
            return typed
        code = next(row.code for row in self.rows if row.key in stray)
        return tr("For whom: the course does not give {type}. Tick it, or take the line out.", type=code)

    @property
    def edited(self) -> bool:
        return self._choices is not None and (bool(self._problem()) or self.wanted != self._shown)

    @Slot()
    def _edited(self, *_: object) -> None:
        for field in self.fields.values():
            field.show_error("")
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        reason = self._why_not or (tr("It is under way.") if self.busy or self._choices is None else "")
        problem = reason or self._problem()
        nothing = "" if problem or self.edited else tr("Nothing was changed.")
        enable(self.save_button, problem or nothing, tr("Keeps the set-up of the course."))
        self.trouble.say(Icon.X_CIRCLE, "" if reason else problem, Role.BAD)
        given = any(row.gives.isChecked() for row in self.rows)
        nothing_stops = given and self.objects.text().strip().strip("0") == ""
        words = tr("Without a required object, who is enrolled by an import is completed and credited at once.")
        self.exposed.say(Icon.WARNING, words if nothing_stops else "", Role.WARN)
        self.prefer(self.save_button)
        if not self.busy:
            self.close_button.setText(tr("Close") if self._why_not else tr("Cancel"))

    # Writing

    @Slot()
    def save(self) -> None:
        """Keep it, in a task."""
        if not self.save_button.isEnabled():
            return
        run, before, wanted = self._context, self._choices.course if self._choices else None, self.wanted
        self.work(
            tr("Saving…"), lambda task: credit_set_up.save(run.db, run.user, before, wanted), self._saved, Lane.WRITE
        )

    def _saved(self, done: Saved) -> None:
        if done.operation_id is not None:
            self.saved.emit(done.operation_id)
            self.written(Topic.CREDIT, Topic.LEARNERS)
        self.accept()

    def show_problem(self, error: Exception) -> None:
        words = f"{tr(error.message)} {tr(error.hint)}" if isinstance(error, InputError) else ""
        name, _, key = error.field.partition(":") if isinstance(error, InputError) else ("", "", "")
        row = next((one for one in self.rows if str(one.key) == key), None)
        if name in self.fields:
            self.fields[name].show_error(words)
            self.fields[name].lead_here()
        elif row is not None:
            row.show_error(name, words)
        else:
            super().show_problem(error)

    def reject(self) -> None:
        unsaved = not self.busy and self.edited and not self._why_not
        if not unsaved or confirm_discarding(self, tr("The set-up of the course is not saved.")):
            super().reject()
