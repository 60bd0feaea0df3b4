"""What is set up once and kept for everybody: a list of each kind beside the form of the current one; Save, Undo."""

from abc import abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from PySide6.QtCore import QTimer, Signal, SignalInstance, Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from app import history
from app.changes import Topic
from app.context import AppContext
from app.errors import InputError
from app.history import UndoSummary
from ui import parts
from ui.dialogs.form_field import FormField
from ui.dialogs.questions import confirm_discarding
from ui.dialogs.state_list import StateList, StateRow
from ui.dialogs.summary_list import ListColumn
from ui.dialogs.working import WorkingDialog
from ui.grids.columns import State
from ui.look.buttons import button, enable
from ui.look.cards import in_card
from ui.look.icons import Icon
from ui.look.scrolling import RING, scrolling
from ui.look.tabs import TabBar
from ui.look.tokens import Role
from ui.look.words import plural, tr
from ui.workers import Lane, TaskRunner

ON = State(Icon.CHECK_CIRCLE, "Active", Role.GOOD)
OFF = State(Icon.MINUS_CIRCLE, "Switched off", Role.TEXT3)


class KeptForm(Protocol):
    """The form of one kind. `before` is the thing as it was shown, None for a new one; `fields` by the names that
    errors say; `problem` is what is wrong as it is typed, "" if nothing."""

    fields: dict[str, FormField]

    @property
    def changed(self) -> SignalInstance: ...
    @property
    def before(self) -> Any: ...
    @property
    def edited(self) -> bool: ...
    @property
    def problem(self) -> str: ...
    @property
    def first(self) -> QWidget: ...
    def show_error(self, field: str, words: str) -> None: ...


class KeptListsDialog(WorkingDialog):
    """`saved` carries the operation of each save, `taken_back` one that *Undo* of the dialog took back. Enter saves
    what was changed. Subclasses say what is listed, and what is read and written in tasks."""

    saved = Signal(int)
    taken_back = Signal(int)
    topics: Sequence[Topic]
    """What its writes touch."""

    def __init__(
        self, parent: QWidget | None, runner: TaskRunner, context: AppContext, *, title: str, icon: Icon, name: str
    ) -> None:
        super().__init__(parent, runner, context, title=title, heading=title, icon=icon, name=name)
        self.why_not = ""
        """Why this user changes nothing here."""
        self._is_read = False
        self._wanted: int | None = None
        """The id to be current after the next reading."""
        self._operations: list[int] = []
        self._moving = False

    # What a subclass says

    @property
    @abstractmethod
    def listed(self) -> Sequence[Any]:
        """The things of the page in front, each with its `id`."""

    @abstractmethod
    def row(self, one: Any) -> StateRow:
        """How a thing stands in the list."""

    @abstractmethod
    def show_thing(self, one: Any | None) -> None:
        """Show it in the form in front; None is an empty form."""

    @abstractmethod
    def read(self) -> None:
        """Read everything in a task that ends with `is_read`."""

    @abstractmethod
    def saving(self) -> Callable[[], Any]:
        """What keeps the form in front; knows no widgets. It gives the id and the operation, None if nothing
        differed."""

    def why_not_add(self) -> str:
        """Why this user adds none of the page in front."""
        return ""

    # Building

    def build(self, pages: Sequence[tuple[str, str]], forms: Sequence[Any], columns: Sequence[ListColumn]) -> None:
        """Make the parts. `pages`: the title of each, and what its list adds ("": it has no list); of `columns` the
        last one is the state."""
        self._pages, self._forms, self._page = pages, forms, 0
        name = self.objectName()
        self.tabs = TabBar()
        self.tabs.setObjectName(f"{name}_tabs")
        self.tabs.setAccessibleName(tr("What is set up"))
        for title, _ in pages:
            self.tabs.addTab(tr(title))
        self.tabs.currentChanged.connect(self._tab_chosen)
        self.content.addWidget(self.tabs)
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(self._build_list(columns), 2)
        self._stack = QStackedWidget()
        for form in forms:
            form.changed.connect(self.refresh)
            inside = QWidget()
            column = QVBoxLayout(inside)
            column.setContentsMargins(RING, RING, RING, RING)
            column.addWidget(form)
            self._stack.addWidget(scrolling(inside, sideways=False))
        row.addWidget(self._stack, 3)
        self.content.addLayout(row, 1)
        self.content.addLayout(self.work_line())
        self.undo_button = self.add_button(
            tr("Undo"), Icon.ARROW_COUNTER_CLOCKWISE, name=f"{name}_undo", clicked=self.undo, left=True
        )
        self.close_button = self.add_button(tr("Close"), name=f"{name}_close", clicked=self.reject)
        self.save_button = self.add_button(
            tr("Save"), Icon.FLOPPY_DISK, kind="primary", name=f"{name}_save", clicked=self.save
        )
        parts.in_reading_order([self.tabs, self._side, self._stack, self.foot])

    def _build_list(self, columns: Sequence[ListColumn]) -> QWidget:
        name = self.objectName()
        self.list = StateList(columns, f"{name}_list", len(columns) - 1)
        self.list.say_when_empty(tr("There is none yet. Fill in the form, then Save."))
        self.list.selectionModel().currentRowChanged.connect(self._row_chosen)
        self._side = QWidget()
        self._below_list = QVBoxLayout(self._side)
        self._below_list.setContentsMargins(RING, RING, RING, RING)
        self._below_list.setSpacing(8)
        self._below_list.addWidget(in_card(self.list), 1)
        self.add_new = self.button_below_list("", Icon.PLUS, f"{name}_add", self.add)
        return self._side

    def button_below_list(self, text: str, icon: Icon, name: str, clicked: Callable[[], None]) -> QPushButton:
        """One more button under the list."""
        made = button(text, icon, name=name, clicked=clicked)
        made.setAutoDefault(True)
        self._below_list.addWidget(made)
        return made

    def start(self, page: int) -> None:
        """Begin with the page at this place."""
        self._page = page
        self.tabs.setCurrentIndex(page)
        self.read()

    # Showing

    @property
    def place(self) -> int:
        """Which page is in front."""
        return self._page

    @property
    def form(self) -> Any:
        """The form in front (`KeptForm`)."""
        return self._forms[self._page]

    def is_read(self) -> None:
        """What was read is there: show the page in front."""
        self._is_read = True
        self._show_page()

    def _show_page(self) -> None:
        title, adds = self._pages[self._page]
        listed = self.listed
        place = next((at for at, one in enumerate(listed) if one.id == self._wanted), 0)
        self._moving = True
        self._stack.setCurrentIndex(self._page)
        self._side.setVisible(bool(adds))
        if adds:
            self.list.setAccessibleName(tr(title))
            self.add_new.setText(tr(adds))
            self.list.show_states([self.row(one) for one in listed])
        if listed:
            self.list.selectRow(place)
        self._moving = False
        self._show(listed[place] if listed else None)
        self._wanted = None
        (self.list if listed else self.form.first).setFocus()

    def _show(self, one: Any | None) -> None:
        self.show_thing(one)
        self.refresh()

    # Choosing

    def may_leave(self) -> bool:
        """Whether what is typed was saved, or may be lost."""
        return not self.form.edited or confirm_discarding(self, tr("What you changed here is not saved."))

    @Slot(int)
    def _tab_chosen(self, place: int) -> None:
        if self._moving or place == self._page or place < 0:
            return
        if self._is_read and not self.may_leave():
            self._moving = True
            self.tabs.setCurrentIndex(self._page)
            self._moving = False
            return
        self._page = place
        if self._is_read:
            self._show_page()

    @Slot()
    def _row_chosen(self, *_: object) -> None:
        place, listed = self.list.currentIndex().row(), self.listed
        if self._moving or not 0 <= place < len(listed) or self.form.before == listed[place]:
            return
        if self.may_leave():
            self._show(listed[place])
            return
        # Not now: a click, which this is a part of, selects its row after this.
        QTimer.singleShot(0, self, self._mark_shown)

    @Slot()
    def _mark_shown(self) -> None:
        """The row of what the form shows is the current one; none for a new thing."""
        at = next((at for at, one in enumerate(self.listed) if one == self.form.before), -1)
        self._moving = True
        self.list.clearSelection()
        self.list.setCurrentIndex(self.list.texts.index(at, 0))
        self._moving = False

    @Slot()
    def add(self) -> None:
        """Begin a new one: an empty form."""
        if self.may_leave():
            self._show(None)
            self._mark_shown()
            self.form.first.setFocus()

    @Slot()
    def refresh(self) -> None:
        form: KeptForm = self.form
        for part in (self._side, self._stack):  # what is read anew comes over whatever is typed meanwhile
            part.setEnabled(not self.busy)
        reason = self.why_not or (tr("It is under way.") if self.busy else "")
        enable(self.add_new, reason or self.why_not_add(), tr("An empty form for a new one."))
        nothing = "" if form.edited else tr("Nothing was changed.")
        enable(self.save_button, reason or form.problem or nothing, tr("Keeps it for everybody."))
        none = "" if self._operations else tr("Nothing was saved since this window was opened.")
        enable(self.undo_button, reason or none, tr("Takes back what was saved last."))
        self.prefer(self.save_button)

    # Writing

    @Slot()
    def save(self) -> None:
        """Keep what the form says, in a task."""
        if self.save_button.isEnabled():
            task = self.saving()
            self.work(tr("Saving…"), lambda context: task(), self._saved, Lane.WRITE)

    def _saved(self, done: Any) -> None:
        self.note(done.operation_id, done.id)
        self.tell(tr("Saved"), tr("It holds for everybody from now on."), Role.GOOD, Icon.CHECK_CIRCLE)

    def note(self, operation_id: int | None, key: int | None) -> None:
        """Something was written: *Undo* takes it back. What is shown is read again; `key` is then the current one."""
        if operation_id is not None:
            self._operations.append(operation_id)
            self.saved.emit(operation_id)
            self.written(*self.topics)
        self._wanted = key
        self.read()

    @Slot()
    def undo(self) -> None:
        """Take back what was saved here last."""
        if self._operations and self.may_leave():
            run, operation_id = self._context, self._operations[-1]
            self.work(
                tr("Taking it back…"),
                lambda task: history.undo(run.db, run.user.id, operation_id),
                self._undone,
                Lane.WRITE,
            )

    def _undone(self, done: UndoSummary) -> None:
        self.taken_back.emit(self._operations.pop())
        self.written(*self.topics)
        self._wanted = getattr(self.form.before, "id", None)
        self.read()
        left = plural(
            done.left,
            "{n} row is in use or was changed since, and stays.",
            "{n} rows are in use or were changed since, and stay.",
        )
        words = left if done.left else tr("It is as it was before.")
        self.tell(tr("Undone"), words, Role.WARN if done.left else Role.GOOD, Icon.ARROW_COUNTER_CLOCKWISE)

    def show_problem(self, error: Exception) -> None:
        if isinstance(error, InputError) and error.field in self.form.fields:
            self.form.show_error(error.field, f"{tr(error.message)} {tr(error.hint)}")
        else:
            super().show_problem(error)

    def reject(self) -> None:
        if not self.busy and self._is_read and not self.may_leave():
            return
        super().reject()
