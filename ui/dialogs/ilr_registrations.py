"""*Registrations from the ILR*: what the codes of aims mean, and who is enrolled, withdrawn or on a break by them."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from app import access, history
from app.access import Permission
from app.changes import Topic
from app.context import AppContext
from app.folding import fold
from app.history import UndoSummary
from app.lms.sections import code_map, from_aims, listed
from app.lms.sections.code_map import AIM, FileCode
from app.lms.sections.from_aims import Applied, Foreseen, Move
from app.tasks import TaskContext
from ui import parts
from ui.dialogs.form_field import FormField
from ui.dialogs.state_list import StateList, StateRow
from ui.dialogs.summary_list import ListColumn
from ui.dialogs.working import WorkingDialog
from ui.grids.columns import State
from ui.look.buttons import button, enable
from ui.look.cards import in_card
from ui.look.fonts import Type
from ui.look.icons import Icon
from ui.look.labels import text_label
from ui.look.plain import visible_text
from ui.look.tokens import Role
from ui.look.words import count, plural, tr
from ui.work_words import told_listed, undo_listed
from ui.workers import Lane, TaskRunner

_WIDTH, _HEIGHT = 860, 660
_MEANT = State(Icon.CHECK_CIRCLE, "Means a section", Role.GOOD)
_OPEN = State(Icon.QUESTION, "Means none", Role.WARN)
_TOPICS = (Topic.ENROLMENTS, Topic.SECTIONS, Topic.EXTRACTS)


@dataclass(frozen=True, slots=True)
class _Read:
    codes: Sequence[FileCode]
    sections: Sequence[tuple[int, str]]
    foreseen: Foreseen | None


class IlrRegistrationsDialog(WorkingDialog):
    """What a code means is kept at once; people are enrolled by the button only. One Undo takes that back."""

    def __init__(self, parent: QWidget | None, runner: TaskRunner, context: AppContext) -> None:
        title = tr("Registrations from the ILR")
        super().__init__(
            parent, runner, context, title=title, heading=title, icon=Icon.STUDENT, name="ilr_registrations"
        )
        self._why_not_map = context.rights.why_not(Permission.SET_UP_SECTIONS)
        self._why_not_enrol = context.rights.why_not(Permission.ENROL)
        self._codes: Sequence[FileCode] = ()
        self._shown: list[FileCode] = []
        self._foreseen: Foreseen | None = None
        self._operation: int | None = None
        self._build()
        self.open_at(_WIDTH, _HEIGHT)
        words = tr("Say once which section a code means in a year. What means no section makes nothing.")
        self.say(title, words)
        self._read()

    def _build(self) -> None:
        self.filter = self.search_field(tr("Search codes and sections"), "ilr_filter")
        self.filter.textChanged.connect(self._fill)
        self.content.addWidget(self.filter)
        columns = (
            ListColumn(tr("State"), "text", 20),
            ListColumn(tr("Kind"), "text", 14),
            ListColumn(tr("Code"), "code", 18),
            ListColumn(tr("Year"), "code", 8),
            ListColumn(tr("Learners"), "number", 10),
            ListColumn(tr("Section"), "key", 30),
        )
        self.list = StateList(columns, "ilr_codes", 0)
        self.list.setAccessibleName(tr("Codes of the ILR"))
        self.list.selectionModel().currentRowChanged.connect(self._show_current)
        self.content.addWidget(in_card(self.list), 1)
        self.box = QComboBox()
        self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.box.activated.connect(self.refresh)
        self.map_button = button(tr("Set Meaning"), Icon.LINK, name="ilr_map", clicked=self.set_meaning)
        self.map_button.setAutoDefault(True)
        self._entry = QWidget()
        row = QHBoxLayout(self._entry)
        row.setContentsMargins(0, 0, 0, 0)
        self._field = FormField(tr("Means the section"), self.box, name="ilr_section", beside=self.map_button)
        row.addWidget(self._field, 1)
        self.content.addWidget(self._entry)
        self.foreseen_words = text_label("", Type.BODY, wrap=True, numbers=True, name="ilr_foreseen")
        self.content.addWidget(self.foreseen_words)
        self.content.addLayout(self.work_line())
        self.undo_button = self.add_button(
            tr("Undo"), Icon.ARROW_COUNTER_CLOCKWISE, name="ilr_undo", clicked=self.undo, left=True
        )
        self.close_button = self.add_button(tr("Close"), name="ilr_close", clicked=self.reject)
        self.apply_button = self.add_button(
            tr("Enrol and Update"), Icon.USER_PLUS, kind="primary", name="ilr_apply", clicked=self.apply
        )
        parts.in_reading_order([self.filter, self.list, self._entry, self.foot])

    # Reading

    def _read(self) -> None:
        run, may = self._context, not self._why_not_enrol

        def work(context: TaskContext) -> _Read:
            with run.db.read(context) as tx:
                scope = access.campuses(tx, run.user)
                codes = code_map.listed_codes(tx, scope)
                ids = list(run.db.ids(tx, listed.keys_query(scope=scope)))
                rows: dict[int, str] = {}
                for some in history.batched(ids):
                    rows |= {
                        key: f"{one.title} · {one.course_title}" for key, one in listed.rows(tx, some, scope).items()
                    }
            foreseen = from_aims.foresee(context, run.db, run.user) if may else None
            return _Read(codes, [(key, rows[key]) for key in ids if key in rows], foreseen)

        self.work(tr("Reading the codes…"), work, self._is_read, Lane.READ)

    def _is_read(self, found: _Read) -> None:
        self._codes, self._foreseen = found.codes, found.foreseen
        self.box.clear()
        self.box.addItem(tr("No section"), None)
        for key, words in found.sections:
            self.box.addItem(visible_text(words), key)
        self._fill()
        self.foreseen_words.setText(self._words())
        if not self.filter.hasFocus():
            (self.list if self._shown else self.close_button).setFocus()

    def _words(self) -> str:
        found = self._foreseen
        if found is None:
            return self._why_not_enrol
        words = foreseen_words(found)
        return tr("What would come of it: {words}", words=words) if found.to_write else words

    @Slot()
    def _fill(self, *_: object) -> None:
        words = (fold(self.filter.text()) or "").split()
        self._shown = [one for one in self._codes if all(word in _text(one) for word in words)]
        at = max(0, min(self.list.currentIndex().row(), len(self._shown) - 1))
        self.list.show_states([_row(one) for one in self._shown])
        no_aims = tr("No aims are loaded yet. Load an ILR with Load Learners.")
        self.list.say_when_empty(tr("No code says this. Search for something else.") if self._codes else no_aims)
        if self._shown:
            self.list.selectRow(at)
        self._show_current()

    @property
    def current(self) -> FileCode | None:
        """The code of the current row."""
        place = self.list.currentIndex().row()
        return self._shown[place] if 0 <= place < len(self._shown) else None

    @Slot()
    def _show_current(self, *_: object) -> None:
        code = self.current
        name = tr("{code} means the section", code=visible_text(code.code)) if code else tr("Means the section")
        self._field.rename(name)
        place = self.box.findData(code.section_id) if code is not None and code.section_id is not None else 0
        self.box.setCurrentIndex(max(0, place))
        self.refresh()

    @Slot()
    def refresh(self, *_: object) -> None:
        busy = tr("It is under way.") if self.busy else ""
        code = self.current
        none = "" if code is not None else tr("There is no code: load an ILR first.")
        other = tr("It means a section of a campus that is not one of yours.")
        foreign = other if code is not None and code.section_id is not None and not code.section else ""
        same = (
            "" if code is None or self.box.currentData() != code.section_id else tr("Choose another section first.")
        )
        enable(self.map_button, self._why_not_map or busy or none or foreign or same, tr("Kept for everybody."))
        self.box.setEnabled(not (self._why_not_map or busy or none or foreign))
        nothing = "" if self._foreseen is not None and self._foreseen.to_write else tr("There is nothing to do.")
        enable(self.apply_button, self._why_not_enrol or busy or nothing, tr("Does what is told above; with Undo."))
        undo = "" if self._operation is not None else tr("Nothing was done since this window was opened.")
        enable(self.undo_button, self._why_not_enrol or busy or undo, tr("Takes back who was enrolled or changed."))
        self.prefer(self.apply_button)

    # Writing

    @Slot()
    def set_meaning(self) -> None:
        """Keep what the current code means, in a task."""
        run, code, section_id = self._context, self.current, self.box.currentData()
        if code is not None and self.map_button.isEnabled():
            self.work(
                tr("Saving…"), lambda task: code_map.say(run.db, run.user, code, section_id), self._said, Lane.WRITE
            )

    def _said(self, operation_id: int | None) -> None:
        self.written(Topic.SECTIONS)
        self._read()

    @Slot()
    def apply(self) -> None:
        """Enrol, withdraw and change, in a task."""
        run = self._context
        if self.apply_button.isEnabled():
            self.work(
                tr("Enrolling…"),
                lambda task: from_aims.apply(task, run.db, run.user),
                self._applied,
                Lane.WRITE,
                told_listed(self.windowTitle(), lambda done: foreseen_words(done.foreseen), "extracts"),
            )

    def _applied(self, done: Applied) -> None:
        self._operation = done.operation_id
        self.written(*_TOPICS)
        self._read()
        queued = plural(done.queued.total, "{n} record waits to be sent.", "{n} records wait to be sent.")
        self.tell(tr("Done"), f"{foreseen_words(done.foreseen)} {queued}", Role.GOOD, Icon.CHECK_CIRCLE)

    @Slot()
    def undo(self) -> None:
        """Take it back, in a task."""
        run, operation_id = self._context, self._operation
        if operation_id is not None:
            self.work(
                tr("Taking it back…"),
                lambda task: history.undo(run.db, run.user.id, operation_id),
                self._undone,
                Lane.WRITE,
                undo_listed(tr("Undo of {what}", what=self.windowTitle()), "extracts"),
            )

    def _undone(self, done: UndoSummary) -> None:
        self._operation = None
        self.written(*_TOPICS)
        self._read()
        words = tr("What was changed since stays.") if done.left else tr("Everybody is as before.")
        self.tell(tr("Undone"), words, Role.WARN if done.left else Role.GOOD, Icon.ARROW_COUNTER_CLOCKWISE)


def foreseen_words(found: Foreseen) -> str:
    """`Enrolled 12 · Withdrawn 1 · Unchanged 40. 7 aims mean no section.`"""
    told = [f"{tr(move.value)} {count(number)}" for move in Move if (number := found.moves.get(move, 0))]
    first = " · ".join(told) + "." if told else tr("No code means a section yet.")
    unmapped = plural(found.unmapped, "{n} aim means no section.", "{n} aims mean no section.")
    return f"{first} {unmapped}" if found.unmapped else first


def _text(one: FileCode) -> str:
    return fold(f"{one.code} {one.year} {one.section}") or ""


def _row(one: FileCode) -> StateRow:
    kind = tr("Aim") if one.kind == AIM else tr("Course code")
    meant = one.section or (tr("of another campus") if one.section_id is not None else "–")
    state = _OPEN if one.section_id is None else _MEANT
    return StateRow(state, ("", kind, one.code, one.year, count(one.learners), meant))
