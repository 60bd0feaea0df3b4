"""A learner's report card as the gradebook has it, row by row, with the feedback of the row that is looked at."""

from PySide6.QtCore import QModelIndex, QSize, Qt, QUrl, Slot
from PySide6.QtGui import QColor, QFont
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from app.dates import shown_time
from app.lms.feedback import safe
from app.lms.report_card import CardRow, ReportCard
from ui.look.fonts import Type, font, scaled
from ui.look.icons import Icon, qicon
from ui.look.plain import tip_text, visible_text
from ui.look.tokens import Role, color
from ui.look.words import tr

ROW = 26
_COLUMNS = ("Item", "Grade", "Range", "Weight")
_ICONS = {"mod": Icon.FILE_TEXT, "manual": Icon.PENCIL_SIMPLE, "category": Icon.FOLDER, "course": Icon.EQUALS}
_KINDS = {"mod": "Activity", "manual": "Column of the teacher's", "category": "Subtotal", "course": "Course total"}


class Feedback(QTextBrowser):
    """What a teacher wrote, cleaned; nothing in it is ever loaded or opened (LS-E16)."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("feedback")
        self.setAccessibleName(tr("Feedback"))
        self.setOpenLinks(False)
        self.setOpenExternalLinks(False)
        self.setFrameShape(QTextBrowser.Shape.NoFrame)
        self.setMaximumHeight(scaled(140))
        self.hide()

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        return None

    def show_feedback(self, html: str | None) -> None:
        self.setHtml(safe(html))
        self.setVisible(bool(self.toPlainText().strip()))


class ReportCardView(QWidget):
    """Rows in gradebook order; the current one's feedback below."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[CardRow, ...] = ()
        inside = QVBoxLayout(self)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(6)
        self.table = QTableWidget(0, len(_COLUMNS), self)
        self.table.setObjectName("report_card")
        self.table.setAccessibleName(tr("Report card"))
        self.table.setHorizontalHeaderLabels([tr(one) for one in _COLUMNS])
        self.table.verticalHeader().hide()
        self.table.setShowGrid(False)
        self.table.setFrameShape(QTableWidget.Shape.NoFrame)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setTabKeyNavigation(False)
        self.table.setProperty("ring", True)
        self.table.setIconSize(QSize(14, 14))
        self.table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        head = self.table.horizontalHeader()
        head.setHighlightSections(False)
        head.setSectionsClickable(False)
        head.setMinimumSectionSize(scaled(54))
        head.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for number in range(1, len(_COLUMNS)):
            head.setSectionResizeMode(number, QHeaderView.ResizeMode.ResizeToContents)
        head.setDefaultAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        first = self.table.horizontalHeaderItem(0)
        if first is not None:
            first.setTextAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.feedback = Feedback(self)
        self.table.currentCellChanged.connect(self._current)
        inside.addWidget(self.table)
        inside.addWidget(self.feedback)

    def show_card(self, card: ReportCard | None) -> None:
        """Show the rows; nothing where nothing came yet."""
        self.feedback.show_feedback(None)
        self._rows = card.rows if card is not None else ()
        self.table.setRowCount(len(self._rows))
        for number, row in enumerate(self._rows):
            self._show_row(number, row)
            self.table.setRowHeight(number, scaled(ROW))
        height = self.table.horizontalHeader().sizeHint().height() + scaled(ROW) * len(self._rows) + 2
        self.table.setFixedHeight(height)
        self.table.setCurrentIndex(QModelIndex())

    def _show_row(self, number: int, row: CardRow) -> None:
        title = row.name or tr(_KINDS.get(row.kind, row.kind))
        cells = (title, row.grade_text or "–", row.range_text or "–", row.weight or "–")
        total = row.kind in ("category", "course")
        ink = color(Role.TEXT3 if row.hidden else Role.TEXT)
        for place, text in enumerate(cells):
            item = QTableWidgetItem(visible_text(text))
            side = Qt.AlignmentFlag.AlignLeft if place == 0 else Qt.AlignmentFlag.AlignRight
            item.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
            item.setFont(_font(heavy=total or place == 1))
            item.setForeground(QColor(ink))
            item.setToolTip(_tip(row, title))
            self.table.setItem(number, place, item)
        first = self.table.item(number, 0)
        if first is not None:
            first.setIcon(qicon(Icon.EYE_SLASH if row.hidden else _ICONS.get(row.kind, Icon.FILE_TEXT), Role.TEXT2))

    @Slot(int, int, int, int)
    def _current(self, row: int, column: int, before: int, was: int) -> None:
        self.feedback.show_feedback(self._rows[row].feedback if 0 <= row < len(self._rows) else None)


def _font(*, heavy: bool) -> QFont:
    return font(Type.SECONDARY, weight=600 if heavy else 400, numbers=True)


def _tip(row: CardRow, title: str) -> str:
    """The row in words, as a screen reader and the pointer get it; plain text."""
    parts = [visible_text(title), tr(_KINDS.get(row.kind, row.kind))]
    if row.kind == "mod":
        parts.append(tr("counts for progress") if row.counts else tr("does not count for progress"))
    for words, true in (
        (tr("hidden from the learner"), row.hidden),
        (tr("locked"), row.locked),
        (tr("overridden"), row.overridden),
    ):
        if true:
            parts.append(words)
    if row.percent:
        parts.append(visible_text(row.percent))
    if row.letter:
        parts.append(visible_text(row.letter))
    if row.graded_at is not None:
        parts.append(tr("graded {moment}", moment=shown_time(row.graded_at)))
    if row.feedback:
        parts.append(tr("has feedback"))
    return tip_text(" · ".join(parts))
