"""*Codes*: campuses, courses and aims that files know by a code only, and the titles people give them, once."""

from dataclasses import replace

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.access import Permission
from app.context import AppContext
from app.errors import AppError, ConflictError, InputError
from app.files.aims import OwnFields
from app.folding import cleaned, fold
from app.history import UndoSummary
from app.learners import codes, own_fields
from app.learners.codes import Code
from app.tasks import TaskContext
from ui import parts
from ui.dialogs.codes_fields import OwnFieldsCard
from ui.dialogs.form_field import FormField, line
from ui.dialogs.questions import confirm_discarding
from ui.dialogs.state_list import StateList, StateRow
from ui.dialogs.summary_list import ListColumn
from ui.grids.columns import State
from ui.grids.form_dialog import FormDialog
from ui.look.banner import Banner
from ui.look.buttons import enable
from ui.look.cards import in_card
from ui.look.icons import Icon
from ui.look.plain import visible_text
from ui.look.scrolling import RING, scrolling
from ui.look.search_field import SearchField
from ui.look.segments import Segments
from ui.look.tokens import Role
from ui.look.words import count, plural, tr
from ui.workers import Lane, TaskRunner

_WIDTH, _HEIGHT = 860, 640
_OPEN = State(Icon.QUESTION, "no title yet", Role.WARN)
_NAMED = State(Icon.CHECK_CIRCLE, "has a title", Role.GOOD)
UNTITLED, ALL = "untitled", "all"


class CodesDialog(FormDialog):
    """Enter saves the title of the current code and goes on to the next. `changed` when titles are other ones."""

    changed = Signal()

    def __init__(self, parent: QWidget | None, runner: TaskRunner, context: AppContext) -> None:
        super().__init__(parent, title=tr("Codes"), heading=tr("Codes"), icon=Icon.TAG, name="codes")
        self._runner, self._context = runner, context
        self._why_not = context.rights.why_not(Permission.EDIT_LEARNERS)
        self._codes: list[Code] = []
        self._shown: list[int] = []
        self._done: list[int] = []
        self._drafts: dict[tuple[str, str], str] = {}
        self._key: tuple[str, str] | None = None
        self._tried: tuple[str, str] | None = None
        self._is_read = self._is_undoing = False
        self._build()
        self.open_at(_WIDTH, _HEIGHT)
        self.read()

    def _build(self) -> None:
        self.banner = Banner(Icon.INFO, Role.INFO, "")
        self.banner.setObjectName("codes_banner")
        self.banner.hide()
        self.content.addWidget(self.banner)
        self.search = SearchField(tr("Search codes and titles"), name="codes_search")
        self.search.textChanged.connect(self._fill)
        self.which = Segments([(UNTITLED, tr("Without a title")), (ALL, tr("All"))], tr("Which codes are listed"))
        self.which.chosen.connect(self._fill)
        self._top = QWidget()
        row = QHBoxLayout(self._top)
        row.setContentsMargins(RING, 0, RING, 0)
        row.addWidget(self.search, 1)
        row.addWidget(self.which)
        self.content.addWidget(self._top)
        columns = (
            ListColumn(tr("Kind"), "text", 16),
            ListColumn(tr("Code"), "code", 20),
            ListColumn(tr("Title"), "key", 50),
            ListColumn(tr("Learners"), "number", 14),
        )
        self.list = StateList(columns, "codes_list", 2)
        self.list.setAccessibleName(tr("Codes"))
        self.list.selectionModel().currentRowChanged.connect(self._show_current)
        card = in_card(self.list)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(RING, 0, RING, RING)
        column.addWidget(card, 1)
        edit = line(longest=codes.LONGEST)
        edit.textEdited.connect(self._typed)
        self.field = FormField(tr("Title"), edit, name="code_title", help=tr("What the lists show for this code."))
        self.edit = edit
        column.addWidget(self.field)
        self.own = OwnFieldsCard(self._why_not)
        self.own.chosen.connect(self._choose_fields)
        column.addWidget(self.own)
        self.content.addWidget(scrolling(inside, "codes_area", sideways=False), 1)
        self.undo_button = self.add_button(
            tr("Undo"), Icon.ARROW_COUNTER_CLOCKWISE, name="codes_undo", clicked=self.undo, left=True
        )
        self.close_button = self.add_button(tr("Close"), name="codes_close", clicked=self.accept)
        self.save_button = self.add_button(tr("Save Title"), kind="primary", name="codes_save", clicked=self.save)
        parts.in_reading_order([self._top, self.list, self.field, self.own, self.foot])
        self._refresh()

    # Reading

    def read(self) -> None:
        """Read codes and choices anew."""
        db = self._context.db

        def work(context: TaskContext) -> tuple[list[Code], OwnFields]:
            with db.read(context) as tx:
                return codes.listed(tx), own_fields.read(tx)

        self._runner.run(work, lane=Lane.READ, done=self._read, failed=self._show_problem)

    @Slot(object)
    def _read(self, found: tuple[list[Code], OwnFields]) -> None:
        self._codes, chosen = found
        first, self._is_read = not self._is_read, True
        self.own.show_fields(chosen)
        if first and all(one.title for one in self._codes):
            self.which.set_value(ALL)
        self._fill()
        if first:
            (self.edit if self._shown and not self._why_not else self.close_button).setFocus()

    @Slot()
    def _fill(self, *_: object) -> None:
        """The rows that pass the search and the switch."""
        words, before = (fold(self.search.text()) or "").split(), self._key
        every = self.which.value == ALL
        self._shown = [
            place
            for place, one in enumerate(self._codes)
            if (every or not one.title) and all(word in _text(one) for word in words)
        ]
        kept = [at for at, place in enumerate(self._shown) if self._codes[place].key == before]
        at = kept[0] if kept else max(0, min(self.list.currentIndex().row(), len(self._shown) - 1))
        self.list.show_states([_row(self._codes[place]) for place in self._shown])
        if self._shown:
            self.list.selectRow(at)
        number = sum(1 for one in self._codes if not one.title)
        if not self._codes:
            words_told = tr("No code is known yet: load learners first.")
        elif number:
            words_told = plural(number, "{n} code has no title yet.", "{n} codes have no title yet.")
        else:
            words_told = tr("Every code has a title.")
        self.say(tr("Codes"), words_told + " " + tr("A title is given once, for everybody and every later load."))
        self.list.say_when_empty(words_told if not words else tr("No code says this. Search for something else."))
        self._show_current()

    @property
    def current(self) -> Code | None:
        """The code of the current row."""
        place = self.list.currentIndex().row()
        return self._codes[self._shown[place]] if 0 <= place < len(self._shown) else None

    @Slot()
    def _show_current(self, *_: object) -> None:
        code = self.current
        self._key = code.key if code is not None else None
        name = tr("Title of {code}", code=visible_text(code.code)) if code is not None else tr("Title")
        self.field.rename(name)
        self.field.show_error("")
        self.edit.setText(self._drafts.get(code.key, code.title) if code is not None else "")
        self.edit.selectAll()
        self._refresh()

    @Slot()
    def _typed(self) -> None:
        code, typed = self.current, self.edit.text()
        if code is not None and (cleaned(typed) or "") != code.title:
            self._drafts[code.key] = typed
        elif code is not None:
            self._drafts.pop(code.key, None)
        self.field.show_error("")
        self._refresh()

    def _refresh(self) -> None:
        code, reason = self.current, self._why_not
        if code is None:
            reason = reason or tr("There is no code to give a title to.")
        self.edit.setEnabled(not reason)
        self.edit.setReadOnly(self.writing)  # or what is typed meanwhile would go with what was saved
        if not reason and self.writing:
            reason = tr("The last title is being saved.")
        if not reason and code is not None and (cleaned(self.edit.text()) or "") == code.title:
            reason = tr("Type a title first.")
        enable(self.save_button, reason, tr("Keeps the title, and goes on to the next code."))
        undo = self._why_not or ("" if self._done else tr("No title was given since this window was opened."))
        busy = tr("The last title is being saved.") if self.writing else ""
        enable(self.undo_button, busy or undo, tr("The last title."))

    # Writing

    @Slot()
    def save(self) -> None:
        """Keep what was typed as the title of the current code."""
        code, title = self.current, self.edit.text()
        if code is None or self.writing or not self.save_button.isEnabled():
            return
        run = self._context

        def work(context: TaskContext) -> tuple[Code, int | None]:
            done = codes.give_title(run.db, run.user, code, title)
            plain = cleaned(title) or ""
            return replace(code, title=plain, given=bool(plain)), done

        self._start()
        self._tried = code.key
        self.waits(
            self._runner,
            self._runner.run(work, lane=Lane.WRITE, done=self._saved, failed=self._failed, cancelled=self._stopped),
        )

    def _start(self) -> None:
        self._write(True)
        self._tried = None
        self.banner.hide()

    def _write(self, now: bool) -> None:
        """One write at a time, and nothing is typed or chosen meanwhile: Esc takes back all that waits."""
        self.writing = now
        self._refresh()
        self.hold_still(self.own, now)

    @Slot(object)
    def _saved(self, found: tuple[Code, int | None]) -> None:
        code, operation = found
        stays = self._key == code.key
        self._write(False)
        self._drafts.pop(code.key, None)
        if operation is not None:
            self._done.append(operation)
        place = next((n for n, one in enumerate(self._codes) if one.key == code.key), None)
        if code.title and place is not None:
            self._codes[place] = code
            self._fill()
            if stays:
                self._go_on()
        else:
            self.read()  # a file may tell a title of its own
        self.changed.emit()

    def _go_on(self) -> None:
        """To the next code, ready to be typed."""
        place = self.list.currentIndex().row()
        if self.which.value == ALL and place + 1 < len(self._shown):
            self.list.selectRow(place + 1)
        if self._shown:
            self.edit.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.close_button.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def undo(self) -> None:
        """Take back the last title that was given here."""
        if not self._done or self.writing:
            return
        run, operation = self._context, self._done[-1]
        self._start()
        self._is_undoing = True
        self.waits(
            self._runner,
            self._runner.run(
                lambda context: codes.undo(run.db, run.user, operation),
                lane=Lane.WRITE,
                done=self._undone,
                failed=self._failed,
                cancelled=self._stopped,
            ),
        )

    @Slot(object)
    def _undone(self, done: UndoSummary) -> None:
        self._done.pop()
        self._stopped()
        if not self._done:
            self.close_button.setFocus()
        words = tr("Somebody changed it since, so it stays.") if done.left else tr("The code is called as before.")
        self.banner.say(tr("Undo"), words, Role.WARN if done.left else Role.GOOD, Icon.ARROW_COUNTER_CLOCKWISE)
        self.banner.show()
        self.read()
        self.changed.emit()

    @Slot(object)
    def _choose_fields(self, wanted: OwnFields) -> None:
        run = self._context
        self._start()
        self.waits(
            self._runner,
            self._runner.run(
                lambda context: own_fields.choose(run.db, run.user, wanted),
                lane=Lane.WRITE,
                done=self._fields_kept,
                failed=self._failed,
                cancelled=self._fields_left,
            ),
        )

    @Slot(object)
    def _fields_kept(self, nothing: None) -> None:
        self._stopped()
        self.banner.say(tr("Kept"), tr("The next load reads them."), Role.GOOD, Icon.CHECK_CIRCLE)
        self.banner.show()

    @Slot()
    def _fields_left(self) -> None:
        self._stopped()
        self.read()  # the boxes show what is kept, or the next choice would keep this one too

    @Slot()
    def _stopped(self) -> None:
        self._write(False)
        if self._is_undoing:
            self._is_undoing = False
            self.undo_button.setFocus()

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        if self._is_undoing and isinstance(error, InputError):
            self._done.pop()  # there is nothing of it to undo any more
        self._stopped()
        if isinstance(error, InputError) and error.field == "title":
            self.field.show_error(f"{tr(error.message)} {tr(error.hint)}")
            self.field.lead_here()
        else:
            if isinstance(error, ConflictError) and self._tried is not None:
                self._drafts.pop(self._tried, None)  # what somebody else typed is shown in its place
            self._show_problem(error)
            self.read()

    @Slot(object)
    def _show_problem(self, error: Exception) -> None:
        if isinstance(error, AppError):
            self.banner.say(tr(error.message), tr(error.hint), Role.BAD, Icon.WARNING_CIRCLE)
            self.banner.show()
        else:
            self._runner.failed.emit(error)

    def done(self, result: int) -> None:
        """Titles that were typed and not saved are not thrown away unasked."""
        if self.writing or not self._drafts or confirm_discarding(self, tr("A title that you typed is not saved.")):
            super().done(result)


def _row(code: Code) -> StateRow:
    state = _NAMED if code.title else _OPEN
    return StateRow(
        state, (tr(codes.KIND_TITLES[code.kind]), code.code, code.title or tr(_OPEN.text), count(code.learners))
    )


def _text(code: Code) -> str:
    return fold(f"{codes.KIND_TITLES[code.kind]} {code.code} {code.title}") or ""
