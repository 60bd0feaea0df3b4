"""The card around a figure: title, legend, the chart or the same as a table, and what can be copied."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QPainter, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from ui.dialogs.summary_list import ListColumn, SummaryList
from ui.look.buttons import button, enable, icon_button
from ui.look.cards import Card
from ui.look.fonts import Type, scaled
from ui.look.icons import Icon
from ui.look.labels import ElidingLabel, text_label
from ui.look.plain import tip_text
from ui.look.tokens import Role, color, theme
from ui.look.words import tr
from ui.plots import words
from ui.plots.legend import Legend

if TYPE_CHECKING:
    from app.figures import Figure
    from ui.plots.bars import BarChart

_HEIGHT = 228


class PlotCard(Card):
    """One figure. `next_wanted` carries the page that an empty one leads to, `said` a sentence for the status bar."""

    next_wanted = Signal(str)
    said = Signal(str)

    def __init__(self, plot: str, parent: QWidget) -> None:
        super().__init__(parent, padding=12, name=f"plot_{plot}")
        self.plot = plot
        self.figure: Figure | None = None
        self.chart: BarChart | None = None
        self._drawn = 0
        self._words = words.PLOTS[plot]
        self.setMinimumHeight(scaled(_HEIGHT))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.column.setSpacing(6)
        self.column.addLayout(self._head())
        self.legend = Legend(self)
        self.column.addWidget(self.legend)
        self._stack = QStackedWidget(self)
        self._area = self._make_area()
        self._table_place = QWidget()
        self.table: SummaryList | None = None
        QVBoxLayout(self._table_place).setContentsMargins(0, 0, 0, 0)
        self._empty = self._make_empty()
        for one in (self._area, self._table_place, self._empty):
            self._stack.addWidget(one)
        self.column.addWidget(self._stack, 1)
        theme().changed.connect(self._dress)

    def _head(self) -> QHBoxLayout:
        row, beside = QHBoxLayout(), QVBoxLayout()
        row.setSpacing(4)
        beside.setSpacing(0)
        self.title = text_label(tr(self._words.title), Type.HEADING)
        self.about = ElidingLabel("", Type.SECONDARY, Role.TEXT2)
        beside.addWidget(self.title)
        beside.addWidget(self.about)
        row.addLayout(beside, 1)
        name, title = f"plot_{self.plot}", tr(self._words.title)
        self.picture_button = icon_button(
            Icon.COPY, tr("Copy Picture"), f"{name}_picture", clicked=self.copy_picture, small=True
        )
        self.numbers_button = icon_button(
            Icon.CLIPBOARD_TEXT, tr("Copy Numbers"), f"{name}_numbers", clicked=self.copy_numbers, small=True
        )
        self.table_button = icon_button(Icon.TABLE, tr("As Table"), f"{name}_table", checkable=True, small=True)
        self.table_button.toggled.connect(self._show_part)
        for one in (self.picture_button, self.numbers_button, self.table_button):
            one.setAccessibleDescription(title)
            row.addWidget(one, 0, Qt.AlignmentFlag.AlignTop)
        return row

    def _make_area(self) -> QWidget:
        """What the chart stands in: it has the keyboard and the words of the figure."""
        area = QWidget()
        area.setObjectName(f"plot_{self.plot}_area")
        area.setAccessibleName(tr(self._words.title))
        area.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        area.setProperty("ring", True)
        QVBoxLayout(area).setContentsMargins(0, 0, 0, 0)
        return area

    def _make_empty(self) -> QWidget:
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.addStretch(1)
        column.addWidget(text_label(tr(self._words.empty), Type.BODY, Role.TEXT2, wrap=True))
        way = tr("Open {page}", page=tr(self._words.action))
        self.next_button = button(way, None, "link", f"plot_{self.plot}_next", clicked=self._next)
        column.addWidget(self.next_button)
        column.addStretch(2)
        return inside

    # Showing

    @property
    def waits(self) -> bool:
        """Whether there is something to draw that is not drawn, or not in the colours and sizes of the moment."""
        return self.figure is not None and self.figure.total > 0 and self._drawn != theme().generation

    def show_figure(self, figure: "Figure") -> None:
        """Take a figure; it is drawn by `draw`. One that is as before stays as it is."""
        if figure == self.figure:
            return
        self.figure, self._drawn = figure, 0
        self.about.setText(words.about(figure))
        self._dress()
        self._area.setAccessibleDescription(words.spoken(figure))
        heads, rows = words.table(figure)
        if self.table is not None:
            self.table.deleteLater()
        columns = [ListColumn(head, "text", 2 if place == 0 else 1) for place, head in enumerate(heads)]
        self.table = SummaryList(columns, f"plot_{self.plot}_list")
        self.table.setAccessibleName(tr(self._words.title))
        self.table.show_rows(len(rows), rows.__getitem__)
        inside = self._table_place.layout()
        assert inside is not None
        inside.addWidget(self.table)
        QWidget.setTabOrder(self.table_button, self.table)
        for one in (self.picture_button, self.numbers_button, self.table_button):
            name = one.accessibleName()
            told = name if figure.total else f"{name}\n{tr(self._words.empty)}"
            enable(one, "" if figure.total else tr(self._words.empty), self.title.text())
            one.setToolTip(tip_text(told))
        self._show_part()

    def draw(self) -> None:
        """Draw the figure. Before the first one, pyqtgraph should have been imported in a task."""
        from ui.plots.bars import BarChart

        assert self.figure is not None
        inside = self._area.layout()
        assert inside is not None
        if self.chart is not None:
            self.chart.deleteLater()
        self.chart = BarChart(self.figure, self._area)
        inside.addWidget(self.chart)
        self._drawn = theme().generation
        self.setMinimumHeight(scaled(_HEIGHT))

    @Slot()
    def _dress(self) -> None:
        figure = self.figure
        if figure is not None:
            names = [tr(one.name) for one in figure.series]
            self.legend.show_entries(list(zip(names, words.roles(figure), strict=True)))

    @Slot()
    def _show_part(self) -> None:
        if self.figure is None or not self.figure.total:
            part = self._empty
        else:
            part = self._table_place if self.table_button.isChecked() else self._area
        self._stack.setCurrentWidget(part)
        self.legend.setHidden(part is not self._area or self.figure is None or len(self.figure.series) < 2)

    @Slot()
    def _next(self) -> None:
        self.next_wanted.emit(self._words.page)

    # Copying

    def picture(self) -> QPixmap:
        """Title, legend and chart as they are seen, on a ground of their own."""
        assert self.chart is not None
        parts = [one for one in (self.title, self.about, self.legend, self.chart) if one is not self.legend]
        if self.legend.height() and self.figure is not None and len(self.figure.series) > 1:
            parts.insert(2, self.legend)
        gap, ratio = 6, self.devicePixelRatioF()
        width = max(one.width() for one in parts) + 4 * gap
        height = sum(one.height() + gap for one in parts) + 3 * gap
        made = QPixmap(round(width * ratio), round(height * ratio))
        made.setDevicePixelRatio(ratio)
        made.fill(color(Role.SURFACE))
        painter = QPainter(made)
        top = 2 * gap
        for one in parts:
            painter.drawPixmap(QPoint(2 * gap, top), one.grab())
            top += one.height() + gap
        painter.end()
        return made

    @Slot()
    def copy_picture(self) -> None:
        """*Copy Picture*."""
        if self.chart is not None:
            QGuiApplication.clipboard().setPixmap(self.picture())
            self.said.emit(tr("The picture “{title}” is on the clipboard.", title=self.title.text()))

    @Slot()
    def copy_numbers(self) -> None:
        """*Copy Numbers*."""
        if self.figure is not None:
            QGuiApplication.clipboard().setText(words.copied(self.figure))
            self.said.emit(tr("The numbers of “{title}” are on the clipboard.", title=self.title.text()))
