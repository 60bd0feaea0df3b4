"""The panel of filters at the left of LMS Extract Statuses: chosen here, in force with Apply Filters."""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QGridLayout,
    QHBoxLayout,
    QMenu,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.errors import InputError
from app.lms.extracts import filters as panel
from app.lms.extracts.filters import Choice, Choices
from app.lms.extracts.records_list import STATUSES, Filters
from ui.dialogs.form_field import StateLine
from ui.error_words import error_words
from ui.grids.date_field import DateField
from ui.grids.tick_list import TickList
from ui.look.buttons import button, set_kind
from ui.look.cards import Card
from ui.look.fonts import Type
from ui.look.icons import Icon
from ui.look.labels import text_label
from ui.look.scrolling import scrolling
from ui.look.speech import announce
from ui.look.tokens import Role
from ui.look.words import count, tr

WIDTHS = (262, 226)
"""In a usual window and in a narrow one."""
_LISTS = (
    ("campuses", "Campuses", 3),
    ("terms", "Terms", 3),
    ("sections", "Sections", 4),
    ("statuses", "Extract statuses", 0),
)


class ExtractFilters(Card):
    """`applied` carries the Filters that are to be in force; `pending_changed` says that what is chosen differs from
    what it was."""

    applied = Signal(object)
    pending_changed = Signal()

    def __init__(self, saved_menu: QMenu, parent: QWidget | None = None) -> None:
        super().__init__(parent, name="extract_filters")
        self.setAccessibleName(tr("Filters"))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.choices = Choices()
        self.pending = Filters()
        """What is chosen, in force or not."""
        self._lists: dict[str, TickList] = {}
        self._told: dict[str, object] = {}
        self._build(saved_menu)
        self._showing = False

    # Building

    def _build(self, saved_menu: QMenu) -> None:
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(13, 11, 13, 8)
        column.setSpacing(4)
        head = QHBoxLayout()
        head.addWidget(text_label(tr("Filters"), Type.HEADING), 1)
        self.saved_button = button(
            tr("Saved"), Icon.BOOKMARK_SIMPLE, "quiet", "extract_saved_filters", small=True, menu=saved_menu
        )
        self.saved_button.setAccessibleName(tr("Saved filters"))
        head.addWidget(self.saved_button)
        column.addLayout(head)
        self._notice = StateLine(self)
        self._notice.setObjectName("extract_dropped")
        column.addWidget(self._notice)
        for name, title, stretch in _LISTS:
            self._add_list(column, name, title, stretch)
        self._add_days(column)
        self.column.addWidget(scrolling(inside, sideways=False), 1)
        foot = QWidget()
        row = QHBoxLayout(foot)
        row.setContentsMargins(13, 8, 13, 12)
        self.apply_button = button(tr("Apply Filters"), Icon.FUNNEL, "primary", "extract_apply", clicked=self.apply)
        self.apply_button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        row.addWidget(self.apply_button)
        self.column.addWidget(foot)

    def _add_list(self, column: QVBoxLayout, name: str, title: str, stretch: int) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(0, 4, 0, 0)
        head.addWidget(text_label(tr(title), Type.SECONDARY, weight=600), 1)
        told = text_label("", Type.SECONDARY, Role.TEXT3, numbers=True, name=f"extract_{name}_told")
        head.addWidget(told)
        column.addLayout(head)
        ticks = TickList(tr(title), f"extract_{name}", self)
        ticks.changed.connect(self._ticked)
        if name == "statuses":
            ticks.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        column.addWidget(ticks, stretch)
        self._lists[name] = ticks
        self._told[name] = told

    def _add_days(self, column: QVBoxLayout) -> None:
        column.addSpacing(4)
        column.addWidget(text_label(tr("Extract date"), Type.SECONDARY, weight=600))
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        self.days: dict[str, DateField] = {}
        for place, (name, title) in enumerate((("sent_from", "From"), ("sent_to", "To"))):
            field = DateField(self)
            field.setAccessibleName(tr("Extract date {end}", end=tr(title)))
            field.edit.setObjectName(f"extract_{name}")
            field.changed.connect(self._days_typed)
            grid.addWidget(text_label(tr(title), Type.SECONDARY, Role.TEXT2), place, 0)
            grid.addWidget(field, place, 1)
            self.days[name] = field
        column.addLayout(grid)
        self._error = StateLine(self)
        self._error.setObjectName("extract_days_error")
        column.addWidget(self._error)
        self.not_sent = QCheckBox(tr("Include not yet sent"))
        self.not_sent.setObjectName("extract_not_sent")
        self.not_sent.toggled.connect(self._ticked)
        column.addWidget(self.not_sent)

    # What is chosen

    def show_choices(self, known: Choices) -> None:
        """Offer what there is now; what is chosen and no longer there is dropped, and told."""
        self.choices = known
        self.choose(self.pending)

    def choose(self, filters: Filters) -> None:
        """Choose these, as far as they are offered; what is dropped is told (EX-F2)."""
        kept, dropped = self.choices.cascaded(filters)
        self.pending = kept
        self._show()
        self._tell_dropped(dropped)
        self.pending_changed.emit()

    @Slot()
    def _ticked(self) -> None:
        if self._showing:
            return
        campuses, terms, sections, statuses = (self._lists[name].chosen for name, _, _ in _LISTS)
        include = self.not_sent.isChecked()
        self.choose(
            replace(
                self.pending,
                campuses=campuses,
                terms=terms,
                sections=sections,
                statuses=statuses,
                include_not_sent=include,
            )
        )

    @Slot()
    def _days_typed(self) -> None:
        if self._showing:
            return
        self._error.say(Icon.X_CIRCLE, "", Role.BAD)
        begin, end = (self.days[name].value for name in ("sent_from", "sent_to"))
        self.pending = replace(self.pending, sent_from=begin, sent_to=end)
        self.pending_changed.emit()

    def _show(self) -> None:
        self._showing = True
        try:
            offered: dict[str, Sequence[Choice]] = {
                "campuses": self.choices.campuses,
                "terms": self.choices.terms_for(self.pending.campuses),
                "sections": self.choices.sections_for(self.pending.campuses, self.pending.terms),
            }
            for name, listed in offered.items():
                self._show_list(name, [(one.id, one.name) for one in listed])
            self._show_list("statuses", [(key, tr(title)) for key, title in STATUSES])
            for name, field in self.days.items():
                wanted = getattr(self.pending, name)
                if field.value != wanted:
                    field.set_value(wanted)
            self.not_sent.setChecked(self.pending.include_not_sent)
        finally:
            self._showing = False

    def _show_list(self, name: str, offered: list[tuple[object, str]]) -> None:
        chosen = getattr(self.pending, name)
        ticks = self._lists[name]
        ticks.show_choices(offered, chosen)
        if chosen:
            words = tr("{n} of {all}", n=count(len(chosen)), all=count(len(offered)))
        else:
            words = tr("all {n}", n=count(len(offered)))
        self._told[name].setText(words)  # type: ignore[attr-defined]
        ticks.setAccessibleDescription(words)

    def _tell_dropped(self, dropped: Sequence[str]) -> None:
        if not dropped:
            self._notice.say(Icon.INFO, "", Role.INFO)
            return
        words = tr("No longer offered, so taken out: {names}", names=", ".join(dropped))
        self._notice.say(Icon.INFO, words, Role.INFO)
        announce(self._notice, words)

    @property
    def told(self) -> str:
        """What was dropped from the choice, in words."""
        return self._notice.text if not self._notice.isHidden() else ""

    # Applying

    def show_applied(self, *, in_force: bool) -> None:
        """Whether what is chosen is in force: the button says that it has something to do."""
        set_kind(self.apply_button, "normal" if in_force else "primary", Icon.FUNNEL)

    @Slot()
    def apply(self) -> None:
        """*Apply Filters*; refused, with the reason at the field, for days that hold nothing (EX-F6)."""
        for field in self.days.values():
            if field.problem:
                self._refuse(field, field.problem)
                return
        try:
            panel.check(self.pending)
        except InputError as error:
            self._refuse(self.days["sent_from"], error_words(error))
            return
        self.applied.emit(self.pending)

    def _refuse(self, field: DateField, why: str) -> None:
        self._error.say(Icon.X_CIRCLE, why, Role.BAD)
        field.edit.setAccessibleDescription(why)
        field.edit.setFocus(Qt.FocusReason.OtherFocusReason)
        announce(self._error, why)

    @property
    def error(self) -> str:
        """Why the filters were refused."""
        return self._error.text if not self._error.isHidden() else ""

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            for ticks in self._lists.values():
                ticks.updateGeometry()
