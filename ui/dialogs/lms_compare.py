"""*Compare with the LMS* and *Adopt*: who is on a course there, here, or in both, asked at that moment."""

from dataclasses import replace

from PySide6.QtCore import QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app import history
from app.access import Permission
from app.changes import Topic
from app.context import AppContext
from app.history import UndoSummary
from app.lms import accounts_decided, compare, enrol
from app.lms.accounts_decided import Unsettled
from app.lms.compare import Comparison, Entry, Offered
from app.lms.courses_list import CourseRow
from app.lms.enrol import EnrolSummary
from app.tasks import TaskContext
from ui import parts
from ui.dialogs.lms_accounts import AccountsDialog
from ui.dialogs.lms_compare_rows import HERE, THERE, TITLES, WHY, ComparisonSource, lists, shown_row
from ui.dialogs.lms_decide import DecideDialog
from ui.dialogs.lms_enrol import enrolled_words, undone_words
from ui.dialogs.state_list import StateList
from ui.dialogs.summary_list import ListColumn
from ui.dialogs.working import WorkingDialog
from ui.exporting import EXCEL, Wanted, export
from ui.look.buttons import enable
from ui.look.cards import in_card
from ui.look.icons import Icon
from ui.look.plain import visible_text
from ui.look.scrolling import RING, scrolling
from ui.look.tiles import TileContent, Tiles
from ui.look.tokens import Role
from ui.look.words import count, plural, tr
from ui.protecting import ask_for_target, held_by
from ui.work_words import file_listed, told_listed
from ui.workers import Lane, TaskRunner

_WIDTH, _HEIGHT = 900, 620
_ICONS = {"both": Icon.CHECK_CIRCLE, "only_here": Icon.HOUSE, "only_there": Icon.CLOUD}


class CompareDialog(WorkingDialog):
    """`adopting`: opens at those who are only there. Each entry has its one action: Enter or the button does it."""

    def __init__(
        self, parent: QWidget | None, runner: TaskRunner, context: AppContext, course: CourseRow, *, adopting: bool
    ) -> None:
        title = tr("Adopt") if adopting else tr("Compare with the LMS")
        super().__init__(parent, runner, context, title=title, icon=Icon.SCALES, name="lms_compare")
        self._course = course
        self._adopting = adopting
        self.found: Comparison | None = None
        self._operation_id: int | None = None
        self._build()
        self.open_at(_WIDTH, _HEIGHT)
        self.say(tr("{course} here and in the LMS", course=visible_text(course.short_name)), course.full_name)
        self.ask()
        self.close_button.setFocus()

    def _build(self) -> None:
        self.tiles = Tiles(
            [TileContent(key, 0, tr(TITLES[key]), _ICONS[key], Role.TEXT2) for key in TITLES],
            equation=False,
            parent=self,
        )
        self.tiles.chosen.connect(self.show_list)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(RING, 0, RING, RING)
        column.setSpacing(12)
        column.addWidget(self.tiles)
        column.addLayout(self.work_line())
        columns = (
            ListColumn(tr("Person Code"), "code", 14),
            ListColumn(tr("Name"), "key", 32),
            ListColumn(tr("In the LMS"), "text", 13),
            ListColumn(tr("Account"), "code", 13),
            ListColumn(tr("Next Step"), "text", 22),
        )
        self.list = StateList(columns, "compare_list", 4)
        self.list.setAccessibleName(tr("People"))
        self.list.selectionModel().currentRowChanged.connect(self.refresh)
        self.list.doubleClicked.connect(self._act_on_row)
        column.addWidget(in_card(self.list), 1)
        self.content.addWidget(scrolling(inside, sideways=False), 1)
        self.export_button = self.add_button(
            tr("Export"), Icon.EXPORT, name="compare_export", clicked=self.export, left=True
        )
        self.again_button = self.add_button(
            tr("Ask Again"), Icon.ARROW_CLOCKWISE, name="compare_again", clicked=self.ask, left=True
        )
        self.undo_button = self.add_button(
            tr("Undo"), Icon.ARROW_COUNTER_CLOCKWISE, name="compare_undo", clicked=self.undo, left=True
        )
        self.undo_button.hide()
        self.close_button = self.add_button(tr("Close"), name="compare_close", clicked=self.reject)
        self.all_button = self.add_button(
            tr("Adopt All"), Icon.HANDSHAKE, name="compare_adopt_all", clicked=self.adopt_all
        )
        self.act_button = self.add_button(tr("Adopt"), kind="primary", name="compare_act", clicked=self.act)
        parts.in_reading_order([self.tiles, self.list, self.foot])

    # Asking

    @Slot()
    def ask(self) -> None:
        """Ask the LMS who is on the course now; stopped, nothing is written."""
        app, key = self._context, self._course.id

        def work(context: TaskContext) -> Comparison:
            return compare.compare(context, app.db, app.user, app.lms(), key)

        listed = told_listed(tr("Compare with the LMS"), _compared_words)
        self.work(tr("Asking the LMS who is on the course…"), work, self._compared, Lane.CHECK, listed)

    def _compared(self, found: Comparison) -> None:
        first, self.found = self.found is None, found
        self._count()
        if first:
            chosen = THERE if self._adopting or found.only_there else HERE if found.only_here else "both"
            self.tiles.choose(chosen)
        self.show_list(self.tiles.value)
        if first:
            (self.list if self._entries else self.close_button).setFocus()

    def _count(self) -> None:
        if self.found is not None:
            self.tiles.show_numbers({key: len(listed) for key, listed in lists(self.found).items()})

    @property
    def _entries(self) -> list[Entry]:
        return list(lists(self.found)[self.tiles.value]) if self.found is not None and self.tiles.value else []

    @Slot(str)
    def show_list(self, key: str) -> None:
        """The people of one of the three lists."""
        entries = self._entries
        self.list.setAccessibleName(f"{tr(TITLES[key])}: {count(len(entries))}" if key else tr("People"))
        self.list.show_states([shown_row(one) for one in entries])
        if entries and self.list.currentIndex().row() < 0:
            self.list.selectRow(0)
        self.refresh()

    @property
    def current(self) -> Entry | None:
        """The entry of the current row."""
        place, entries = self.list.currentIndex().row(), self._entries
        return entries[place] if 0 <= place < len(entries) else None

    @Slot()
    def refresh(self, *_: object) -> None:
        """The one action of the current row, and whether it can be done."""
        one = self.current
        offered = one.offered if one is not None else Offered.NONE
        waits = tr("Stop what is under way first.") if self.busy else ""
        may = self._context.rights.why_not(Permission.ENROL)
        closed = enrol.why_not(self._course.state.value, self._course.removed_at is not None)
        self.act_button.setText(tr(offered.value) if offered is not Offered.NONE else tr("Nothing to Do"))
        reason = waits or ("" if one is not None else tr("Choose somebody first."))
        if not reason and offered is Offered.NONE:
            reason = tr("They are in both: there is nothing to do.")
        if not reason and offered is not Offered.CHECK:
            reason = may
        if not reason and offered is Offered.ADOPT:
            reason = tr(closed)
        enable(self.act_button, reason, tr(WHY[offered]))
        self.prefer(self.act_button)
        number = len(self.found.to_adopt) if self.found is not None else 0
        self.all_button.setText(tr("Adopt All ({n})", n=count(number)) if number else tr("Adopt All"))
        none = "" if number else tr("There is nobody to adopt.")
        enable(self.all_button, waits or none or may or tr(closed), tr("Enrols all of them here, with one Undo."))
        self.undo_button.setEnabled(not self.busy)
        self.again_button.setEnabled(not self.busy)
        export_rights = self._context.rights.why_not(Permission.EXPORT)
        nothing = "" if self.found is not None else tr("There is nothing to export yet.")
        enable(self.export_button, waits or nothing or export_rights, tr("All three lists, to Excel or CSV."))
        if not self.busy:
            self._say_list(one)

    def _say_list(self, one: Entry | None) -> None:
        if self.found is None:
            self.words.setText("")
        elif one is None:
            self.words.setText(tr("Nobody is in this list."))
        else:
            self.words.setText(tr(WHY[one.offered]))

    # Acting

    @Slot()
    def _act_on_row(self, *_: object) -> None:
        if self.act_button.isEnabled():
            self.act()

    @Slot()
    def act(self) -> None:
        """Do the one action of the current row."""
        one = self.current
        if one is None or self.busy:
            return
        if one.offered is Offered.ADOPT and one.learner_id is not None:
            self._adopt([one.learner_id])
        elif one.offered is Offered.CHECK and self.found is not None:
            QDesktopServices.openUrl(QUrl(self.found.page))
        elif one.offered is Offered.RELINK and one.learner_id is not None and one.user is not None:
            run, course, learner_id, user = self._context, self._course.id, one.learner_id, one.user
            self.work(
                tr("Relinking…"),
                lambda task: accounts_decided.relink(run.db, run.user, course, learner_id, user),
                self._decided,
                Lane.WRITE,
            )
        elif one.offered is Offered.DECIDE:
            self._decide(one)

    @Slot()
    def adopt_all(self) -> None:
        """Enrol here everybody whom the LMS has on the course and whose account is known."""
        if self.found is not None and self.found.to_adopt:
            self._adopt(list(self.found.to_adopt))

    def _adopt(self, learner_ids: list[int]) -> None:
        run, key = self._context, self._course.id
        self.work(
            tr("Adopting…"),
            lambda task: (learner_ids, enrol.adopt(run.db, run.user, key, learner_ids)),
            self._adopted,
            Lane.WRITE,
            told_listed(tr("Adopt"), lambda result: enrolled_words(result[1]), "enrolments", stoppable=False),
        )

    def _adopted(self, result: tuple[list[int], EnrolSummary]) -> None:
        asked, done = result
        gained = done.new + done.back
        self._operation_id = done.operation_id or self._operation_id
        self.undo_button.setVisible(self._operation_id is not None)
        title = plural(gained, "{n} learner was adopted", "{n} learners were adopted")
        good = not done.refused
        role, icon = (Role.GOOD, Icon.CHECK_CIRCLE) if good else (Role.WARN, Icon.WARNING)
        self.tell(title, enrolled_words(done), role, icon)
        if good and self.found is not None:
            self.found = _moved(self.found, set(asked))
            self._count()
            self.show_list(self.tiles.value)
        (self.list if self._entries else self.close_button).setFocus()
        self.written(Topic.ENROLMENTS, Topic.LMS_COURSES)

    @Slot()
    def undo(self) -> None:
        """Take the last adoption back, and ask the LMS again."""
        if self._operation_id is None or self.busy:
            return
        run, operation_id = self._context, self._operation_id
        self.work(
            tr("Taking it back…"),
            lambda task: history.undo(run.db, run.user.id, operation_id),
            self._undone,
            Lane.WRITE,
        )

    def _undone(self, done: UndoSummary) -> None:
        self._operation_id = None
        self.undo_button.hide()
        self.written(Topic.ENROLMENTS, Topic.LMS_COURSES)
        self.ask()
        self.tell(tr("The last adoption was undone"), undone_words(done), Role.GOOD, Icon.ARROW_COUNTER_CLOCKWISE)

    # Accounts

    def _decide(self, one: Entry) -> None:
        if one.user is None:  # more than one account is in question
            dialog = AccountsDialog(self, self._runner, self._context, learner_id=one.learner_id)
            dialog.changed.connect(self.changed)
            dialog.finished.connect(self._accounts_closed)
            dialog.open()
            return
        db, key, user = self._context.db, self._course.id, one.user

        def read(context: TaskContext) -> Unsettled | None:
            with db.read(context) as tx:
                return accounts_decided.of_course(tx, key, user)

        self.work(tr("Reading the account…"), read, self._account_read, Lane.READ)

    def _account_read(self, account: Unsettled | None) -> None:
        if account is None:
            self.tell(tr("This account is no longer known."), tr("Ask again."), Role.BAD, Icon.WARNING_CIRCLE)
            return
        dialog = DecideDialog(self, self._runner, self._context, account)
        dialog.changed.connect(self.changed)
        dialog.decided.connect(self._decided)
        dialog.open()

    @Slot(object)
    def _decided(self, operation_id: object) -> None:
        self.written(Topic.LMS_COURSES)
        self.ask()

    @Slot()
    def _accounts_closed(self) -> None:
        self.ask()

    # Export

    @Slot()
    def export(self) -> None:
        """All three lists, to a file that the user names."""
        if self.found is None:
            return
        title = tr("Compare with the LMS")
        source, run = ComparisonSource(self.found), self._context
        holds = held_by(source.columns)
        path = ask_for_target(self, EXCEL, title, f"{title}.xlsx", holds)
        if path is None:
            return

        def work(context: TaskContext) -> str:
            run.require(Permission.EXPORT)
            wanted = Wanted(source, source.all_keys, source.columns, title)
            return export(context, wanted, path).path.name

        self.work(
            tr("Exporting…"), work, self._exported, Lane.EXPORT, file_listed(tr("Export {page}", page=title), path)
        )

    def _exported(self, name: str) -> None:
        self.tell(tr("Exported to {file}", file=visible_text(name)), "", Role.GOOD, Icon.CHECK_CIRCLE)


def _compared_words(found: Comparison) -> str:
    return tr(
        "{n} on both sides, {m} only here, {k} only there",
        n=count(len(found.both)),
        m=count(len(found.only_here)),
        k=count(len(found.only_there)),
    )


def _moved(found: Comparison, adopted: set[int]) -> Comparison:
    """The comparison after these were adopted: they are in both now."""
    gone = [one for one in found.only_there if one.learner_id in adopted and one.offered is Offered.ADOPT]
    left = tuple(one for one in found.only_there if one not in gone)
    both = (*found.both, *(replace(one, offered=Offered.NONE) for one in gone))
    return replace(
        found, both=tuple(sorted(both, key=lambda one: (one.name.casefold(), one.ref or ""))), only_there=left
    )
