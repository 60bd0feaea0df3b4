"""A checked file: what was found and what would become of its rows; repairs, confirmations, its rows one by one."""

from dataclasses import replace
from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget
from sqlalchemy import Connection

from app.context import AppContext
from app.imports import checked, job_rows
from app.imports.job_rows import JobLine
from app.imports.repairs import Repair
from app.imports.rules import RULES, Outcome
from app.saved import Kind
from app.tasks import TaskContext
from ui.follower import Follower
from ui.hub import Hub
from ui.import_lines import Line, Shown, head_words, sections_of, why_not_apply
from ui.import_words import outcome_of
from ui.look.banner import Banner
from ui.look.buttons import button
from ui.look.empty_state import EmptyState
from ui.look.icons import Icon
from ui.look.plain import visible_text
from ui.look.tokens import Role
from ui.look.words import count, plural, tr
from ui.pages.grid_page import GridPage
from ui.pages.import_findings import Findings
from ui.pages.import_head import FileHead, RowsBar
from ui.pages.import_job_details import why_not_resume, why_not_undo
from ui.pages.import_result import ResultBanner
from ui.pages.import_row_source import ImportRowSource, Shows
from ui.pages.import_side import ImportSide
from ui.pages.layouts import Layouts
from ui.workers import Task, TaskRunner

_SOME = 30
_SMALLEST = 1_000


class ImportCheckPage(GridPage):
    """In front stand the findings, or the rows of one rule or outcome. The page writes nothing itself: its signals
    carry what is wished. `again_wanted` carries the repairs to check the file with."""

    details_widths = (374, 358)
    apply_wanted = Signal()
    refused_wanted = Signal()
    again_wanted = Signal(object)
    remember_wanted = Signal(bool)
    new_wanted = Signal()
    resume_wanted = Signal()
    undo_wanted = Signal()

    def __init__(self, context: AppContext, runner: TaskRunner, hub: Hub, parent: QWidget | None = None) -> None:
        source = ImportRowSource(context.db)
        super().__init__("import_check", "Checked File", ("row", "rows"), source, (), runner, parent)
        self._context = context
        self._rows = source
        self.shown_file: Shown | None = None
        self.acknowledged: frozenset[str] = frozenset()
        self.why_not = ""
        """Why nothing can be done with the file at this moment: it is being checked or applied."""
        self._offer_again = True
        self.layouts = Layouts(self.grid, runner, context, Kind.IMPORT_ROW_LAYOUT, self)
        self._build_around()
        self.bar.hide_when_empty = True
        self.bar.set_state(None, self.fields, 0, 0, self.nouns)
        self._looking_at = Follower(runner, self._read_examples, self._show_examples, self)
        self.pane.followers.append(self._looking_at)
        self.show_file(None)

    def _build_around(self) -> None:
        self.head = FileHead(self)
        self.banner = Banner(Icon.INFO, Role.INFO, "", buttons=self._banner_buttons())
        self.banner.setObjectName("import_banner")
        self.result = ResultBanner(self)
        self.findings = Findings(self)
        self.rows_bar = RowsBar(self)
        for place, one in enumerate((self.head, self.result, self.banner, self.findings, self.rows_bar)):
            self._inside.insertWidget(place, one, 1 if one is self.findings else 0)
        self.findings.chosen.connect(self._line_chosen)
        self.findings.repair_wanted.connect(self._repair)
        self.findings.undo_wanted.connect(self._undo_repair)
        self.findings.ticked.connect(self.acknowledge)
        self.findings.rows_wanted.connect(self.show_rule)
        self.rows_bar.back.connect(self.show_findings)
        self.rows_bar.all_wanted.connect(self.show_all)
        self.result.surprises_wanted.connect(self.show_surprises)
        self.result.resume_wanted.connect(self.resume_wanted)
        self.result.undo_wanted.connect(self.undo_wanted)
        self.pane = ImportSide(self)
        self.follow(self.pane, _read_row, self._show_row)
        self.pane.outcome_wanted.connect(self.show_outcome)
        self.pane.apply_wanted.connect(self.apply_wanted)
        self.pane.refused_wanted.connect(self.refused_wanted)
        self.pane.again_wanted.connect(self._again)
        self.pane.offer_chosen.connect(self._offer_chosen)
        self._empty = EmptyState(
            tr("No file is being checked"),
            tr("Press New Import to choose a file, or open one of the jobs."),
            icon=Icon.FILE_SEARCH,
            primary=(tr("New Import"), Icon.FILE_PLUS),
        )
        self._empty.primary_pressed.connect(self.new_wanted)
        self._none = EmptyState(
            tr("No row is like that"), tr("Show all rows, or go back to the findings."), icon=Icon.FUNNEL
        )
        self.grid.set_empty_widget(self._none)
        self._inside.addWidget(self._empty, 1)

    def _banner_buttons(self) -> list[Any]:
        self._use_button = button(
            tr("Use Them Too"), Icon.MAGIC_WAND, name="import_use", clicked=self._use_remembered
        )
        return [self._use_button]

    def _fit_details(self) -> None:
        """Large text in a small window: the pane leaves the findings their half."""
        super()._fit_details()
        pane = self.details
        if pane is not None and self.width():
            pane.setFixedWidth(min(pane.minimumWidth(), max(self.width(), _SMALLEST) * 45 // 100))

    # The file

    def show_file(self, shown: Shown | None, said: tuple[str, str, Role, Icon] | None = None) -> None:
        """Another file, or the same one in another state. `said`: a title and words above the findings."""
        before = self.shown_file
        same = shown is not None and before is not None and before.job_id == shown.job_id
        self.shown_file = shown
        if shown is None:
            self.acknowledged = frozenset()
        elif not same:
            self.acknowledged &= frozenset(shown.to_confirm)
        self._say(shown, said)
        self._rows.shows = self._shows()
        self._empty.setVisible(shown is None)
        self.head.setVisible(shown is not None)
        if shown is not None:
            step = 2 if shown.checked.job.state.value in ("importing", "aborted") else 3 if shown.done else 1
            self.head.show_file(shown.checked.job.file_name, head_words(shown), step)
        self._fill()
        if same and self.rows_shown:
            self._reload_rows()
        else:
            self.show_findings()

    def _say(self, shown: Shown | None, said: tuple[str, str, Role, Icon] | None) -> None:
        offered = self._remembered
        self._use_button.setVisible(bool(offered) and said is None)
        if said is not None:
            title, text, role, icon = said
            self.banner.say(title, text, role, icon)
        elif shown is not None and offered:
            many = "{n} repairs were made in the last file of “{sender}”"
            words = many if len(offered) > 1 else "{n} repair was made in the last file of “{sender}”"
            title = tr(words, n=count(len(offered)), sender=visible_text(shown.sender))
            self.banner.say(title, tr("What they would change here is shown below."), Role.INFO, Icon.MAGIC_WAND)
        self.banner.setVisible(said is not None or bool(offered))

    @property
    def _remembered(self) -> tuple[Repair, ...]:
        """What was remembered of the sender, is possible here and was not made."""
        shown = self.shown_file
        if shown is None or not shown.remembered:
            return ()
        possible = {one.repair for one in shown.offers if not one.applied and not one.why_not}
        return tuple(one for one in shown.remembered if one in possible)

    def _fill(self) -> None:
        shown = self.shown_file
        why_not = self.why_not
        if shown is not None and not shown.open and not shown.checked.dry.refused:
            why_not = why_not or tr("This file was applied: it is shown as it was then.")
        self.findings.show_sections(sections_of(shown, self.acknowledged) if shown is not None else [], why_not)
        self._show_side()

    def _show_side(self) -> None:
        shown = self.shown_file
        self.pane.show_file(shown, self.acknowledged, self.why_not)
        self.result.show_result(shown, self.why_not)
        repaired = shown is not None and any(one.applied for one in shown.offers)
        self.pane.show_sender(shown.sender if shown is not None else "", on=self._offer_again, some=repaired)
        self.changed.emit()

    def set_busy(self, why_not: str) -> None:
        """Something is done with the file: what it is; "" when that has ended."""
        if why_not != self.why_not:
            self.why_not = why_not
            self._fill()

    # What a person decides

    @Slot(str, bool)
    def acknowledge(self, rule: str, on: bool) -> None:
        """Tick a rule that has to be confirmed, or take the tick away."""
        self.acknowledged = self.acknowledged | {rule} if on else self.acknowledged - {rule}
        self._rows.shows = replace(self._rows.shows, acknowledged=self.acknowledged)
        self._show_side()

    @Slot(object)
    def _repair(self, repair: Repair) -> None:
        if self.shown_file is not None:
            self.again_wanted.emit(self.shown_file.options.repairs.plus(repair))

    @Slot(object)
    def _undo_repair(self, repair: Repair) -> None:
        if self.shown_file is not None:
            self.again_wanted.emit(self.shown_file.options.repairs.minus(repair))

    @Slot()
    def _use_remembered(self) -> None:
        if self.shown_file is not None:
            repairs = self.shown_file.options.repairs
            for one in self._remembered:
                repairs = repairs.plus(one)
            self.again_wanted.emit(repairs)

    @Slot()
    def _again(self) -> None:
        if self.shown_file is not None:
            self.again_wanted.emit(self.shown_file.options.repairs)

    @Slot(bool)
    def _offer_chosen(self, on: bool) -> None:
        self._offer_again = on
        self.remember_wanted.emit(on)

    @property
    def offers_again(self) -> bool:
        """Whether the repairs are to be offered for the next file of the sender."""
        return self._offer_again

    # Findings or rows

    @property
    def rows_shown(self) -> bool:
        """Whether the rows stand in front, and not the findings."""
        return not self.grid.isHidden()

    def _shows(self, rule: str = "", outcome: Outcome | None = None) -> Shows:
        shown = self.shown_file
        if shown is None:
            return Shows()
        whole = shown.checked.dry.facts.whole
        return Shows(
            shown.job_id,
            rule,
            outcome,
            done=shown.done,
            acknowledged=self.acknowledged,
            whole=whole,
            asks=bool(shown.to_confirm),
        )

    @Slot()
    def show_findings(self) -> None:
        """Back from the rows."""
        focus = self.rows_shown and self.window().focusWidget() is not None and self._has_focus()
        self._put_in_front(rows=False)
        self.pane.choose_outcome(None)
        self._line_chosen(self.findings.line)
        if focus and self.findings.lines:
            (next((one for one in self.findings.lines if one.isChecked()), self.findings.lines[0])).setFocus()

    def _has_focus(self) -> bool:
        focus = self.window().focusWidget()
        return focus is not None and self.isAncestorOf(focus)

    def _put_in_front(self, *, rows: bool) -> None:
        known = self.shown_file is not None
        self.findings.setVisible(known and not rows)
        self.rows_bar.setVisible(known and rows)
        self.grid.setVisible(known and rows)

    @Slot(str)
    def show_rule(self, rule: str) -> None:
        """The rows that break a rule."""
        self._show_rows(self._shows(rule=rule))

    @Slot(object)
    def show_outcome(self, outcome: Outcome | None) -> None:
        """The rows that end so; all for None."""
        self._show_rows(self._shows(outcome=outcome))

    @Slot()
    def show_surprises(self) -> None:
        """The rows that ended otherwise than was foreseen."""
        self._show_rows(replace(self._shows(), surprised=True))

    @Slot()
    def show_all(self) -> None:
        """Every row of the file."""
        self._show_rows(self._shows())

    def _show_rows(self, shows: Shows) -> None:
        self._rows.shows = shows
        self._put_in_front(rows=True)
        self.pane.choose_outcome(shows.outcome)
        self.reload()
        self.grid.setFocus()
        self.current_changed()

    def _reload_rows(self) -> None:
        shows = self._rows.shows
        self._rows.shows = replace(self._shows(shows.rule, shows.outcome), surprised=shows.surprised)
        self.reload()
        self.current_changed()

    def set_quick(self, text: str) -> None:
        """Words are looked for in the rows."""
        if text and self.shown_file is not None and not self.rows_shown:
            self._put_in_front(rows=True)
            self._rows.shows = self._shows()
        super().set_quick(text)

    @Slot(int, int)
    def _loaded(self, shown: int, total: int) -> None:
        super()._loaded(shown, total)
        self._say_rows()

    def _say_rows(self) -> None:
        shows = self._rows.shows
        number = plural(self.shown, "{n} row", "{n} rows")
        if shows.rule:
            words = tr(
                "{number} with {rule}: {title}", number=number, rule=shows.rule, title=tr(RULES[shows.rule].title)
            )
        elif shows.surprised:
            words = tr("{number} that ended otherwise than foreseen", number=number)
        elif shows.outcome is not None:
            words = f"{number}: {tr(outcome_of(shows.outcome, done=shows.done).text)}"
        else:
            words = tr("All {number}", number=number) if not self.quick.strip() else number
        if self.shown != self.total:
            words = tr("{words}, of {all}", words=words, all=count(self.total))
        self.rows_bar.say(words, narrowed=bool(shows.rule or shows.surprised or shows.outcome is not None))

    # The pane

    @Slot(object)
    def _line_chosen(self, line: Line | None) -> None:
        if not self.rows_shown:
            self.pane.show_line(line, ())
            self._looking_at.look()

    def _read_examples(self) -> Task | None:
        line, shown, db = self.findings.line, self.shown_file, self._context.db
        if line is None or shown is None or self.rows_shown or line.whole or line.made is not None:
            return None
        job_id, rule = shown.job_id, line.rule

        def read(context: TaskContext) -> list[JobLine]:
            with db.read(context) as tx:
                return checked.some_rows(tx, job_id, rule, _SOME)

        return read

    @Slot(object)
    def _show_examples(self, found: list[JobLine] | None) -> None:
        if not self.rows_shown and found:
            self.pane.show_line(self.findings.line, found)

    @Slot(object)
    def _show_row(self, found: JobLine | None) -> None:
        if self.rows_shown and self.shown_file is not None:
            shows = self._rows.shows
            self.pane.show_row(found, shows.outcome_of(found) if found is not None else None, done=shows.done)

    # What the window asks

    def reload(self) -> None:
        """Read the rows anew; not while there is no file."""
        if self.shown_file is not None:
            super().reload()

    def told(self) -> dict[str, Any]:
        shown = self.shown_file
        state = shown.checked.job.state if shown is not None else None
        return {
            "checking": shown is not None and shown.open,
            "job_done": shown is not None and shown.done,
            "why_not_apply": why_not_apply(shown, self.acknowledged) if shown is not None else "",
            "why_not_undo_job": (why_not_undo(state) or None) if state is not None else "",
            "why_not_resume_job": (why_not_resume(state) or None) if state is not None else "",
        }

    def stops(self) -> list[QWidget]:
        inside = self.grid if self.rows_shown else self.findings
        return [inside, self.pane]

    def status_words(self) -> list[str]:
        shown = self.shown_file
        return [tr("Job {n}", n=count(shown.job_id))] if shown is not None else []


def _read_row(tx: Connection, key: int) -> JobLine | None:
    return job_rows.rows(tx, [key]).get(key)
