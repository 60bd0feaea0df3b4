"""One finding of a checked file as a line: icon, rule, what is wrong, how many rows, what can be done about it."""

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QHBoxLayout, QMenu, QPushButton, QSizePolicy, QWidget

from app.imports.offers import Offer
from ui.import_lines import Line, made_words
from ui.import_words import SEVERITIES, example_words, repair_verb
from ui.look.buttons import button, enable, icon_button
from ui.look.fonts import Type, font, metrics, scaled
from ui.look.help_key import RULE
from ui.look.icons import Icon, draw
from ui.look.plain import tip_text, visible_text, without_key
from ui.look.tokens import Role, color
from ui.look.words import count, tr

_HIGH, _LOW = 46, 38
_LEFT, _CODE, _GAP = 14, 62, 8
_NUMBER = 64
_NARROW, _BELOW = 520, 36


class FindingLine(QAbstractButton):
    """A click chooses it; Enter, a double-click or its arrow leads to its rows. `repair_wanted` and `undo_wanted`
    carry a Repair, `ticked` whether the rule is acknowledged."""

    repair_wanted = Signal(object)
    undo_wanted = Signal(object)
    ticked = Signal(str, bool)
    rows_wanted = Signal(str)

    def __init__(self, line: Line, why_not: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.line = line
        self._hinted = False
        self._state = SEVERITIES[line.severity]
        self.setObjectName(f"finding_{line.rule}" if line.made is None else f"repaired_{line.rule}")
        self.setProperty(RULE, line.rule)
        self.setCheckable(True)
        self.setAutoExclusive(False)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setText(line.title)
        self.setToolTip(tip_text(visible_text(line.text)))
        what = tr(self._state.text) if line.made is None else tr("Repaired")
        self.setAccessibleName(f"{what}, {line.rule}: {line.title}, {count(line.number)}")
        self.setAccessibleDescription(visible_text(line.text))
        row = self._row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 8, 0)
        row.setSpacing(8)
        row.addStretch(1)
        self._doing = self._actions(why_not)
        for one in self._doing:
            row.addWidget(one)
        self.arrow = icon_button(
            Icon.CARET_RIGHT, tr("Show the rows of {rule}", rule=line.rule), "finding_rows", small=True
        )
        self.arrow.clicked.connect(self._show_rows)
        self.arrow.setVisible(not line.whole)
        policy = self.arrow.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.arrow.setSizePolicy(policy)
        row.addWidget(self.arrow)

    # What can be done

    def _actions(self, why_not: str) -> list[QWidget]:
        line = self.line
        if line.made is not None:
            undo = button(tr("Undo"), kind="link", name="repair_undo", clicked=self._undo, small=True)
            undo.setAccessibleDescription(tr("Reads the file without this repair again."))
            enable(undo, why_not)
            return [undo]
        if line.ticked is not None:
            # Once it was applied it only tells.
            tick = self.tick = QCheckBox(tr("I have seen this"))
            tick.setObjectName(f"confirm_{line.rule}")
            tick.setChecked(line.ticked)
            tick.setAccessibleDescription(f"{line.rule}: {line.title}, {count(line.number)}")
            tick.toggled.connect(self._tell_ticked)
            enable(tick, why_not)
            return [tick]
        return [self._repair_button(why_not)] if line.offers else []

    def _repair_button(self, why_not: str) -> QPushButton:
        offers = self.line.offers
        possible = [one for one in offers if not one.why_not]
        if len(offers) == 1 or len(possible) == 1:
            offer = (possible or list(offers))[0]
            made = button(repair_verb(offer.repair), Icon.MAGIC_WAND, name=f"repair_{self.line.rule}")
            made.clicked.connect(self._repair_first)
            enable(made, why_not or offer.why_not, self._tip(offer))
            self._first = offer
            return made
        made = button(tr("Repair"), Icon.MAGIC_WAND, name=f"repair_{self.line.rule}", menu=self._menu(offers))
        enable(made, why_not or ("" if possible else offers[0].why_not))
        return made

    def _tip(self, offer: Offer) -> str:
        where = f"{offer.repair.column}: " if offer.repair.column else ""
        return f"{where}{example_words(offer)}"

    def _menu(self, offers: Sequence[Offer]) -> QMenu:
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        for offer in offers:
            where = f"{offer.repair.column}: " if offer.repair.column else ""
            action = menu.addAction(without_key(f"{where}{repair_verb(offer.repair)} ({count(offer.count)})"))
            action.setData(offer)
            action.setEnabled(not offer.why_not)
            action.setToolTip(tip_text(visible_text(offer.why_not) or example_words(offer)))
        menu.triggered.connect(self._repair_chosen)
        return menu

    @Slot()
    def _repair_first(self) -> None:
        self.repair_wanted.emit(self._first.repair)

    @Slot(QAction)
    def _repair_chosen(self, action: QAction) -> None:
        self.repair_wanted.emit(action.data().repair)

    @Slot()
    def _undo(self) -> None:
        self.undo_wanted.emit(self.line.made)

    @Slot(bool)
    def _tell_ticked(self, on: bool) -> None:
        self.ticked.emit(self.line.rule, on)

    @Slot()
    def _show_rows(self) -> None:
        if not self.line.whole:
            self.rows_wanted.emit(self.line.rule)

    # Keys and mouse

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Right):
            self._show_rows()
            return
        super().keyPressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._show_rows()

    # Painting

    @property
    def _narrow(self) -> bool:
        """With large text in a small window what can be done stands below the words."""
        return bool(self._doing) and self.width() < scaled(_NARROW)

    def _words_height(self) -> int:
        return scaled(_HIGH if self.line.text else _LOW)

    def sizeHint(self) -> QSize:
        self._hinted = self._narrow
        return QSize(scaled(520), self._words_height() + (scaled(_BELOW) if self._narrow else 0))

    def resizeEvent(self, event: object) -> None:
        top = self._words_height() - scaled(4) if self._narrow else 0
        if self._row.contentsMargins().top() != top:
            self._row.setContentsMargins(0, top, 8, scaled(4) if self._narrow else 0)
        if self._hinted != self._narrow:  # its height was asked for at another width
            self.updateGeometry()

    def minimumSizeHint(self) -> QSize:
        return QSize(scaled(200), self.sizeHint().height())

    def enterEvent(self, event: object) -> None:
        self.update()

    def leaveEvent(self, event: object) -> None:
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        area = QRect(self.rect())
        chosen = self.isChecked()
        if chosen or self.underMouse():
            painter.fillRect(area, color(Role.ACCENT_SOFT if chosen else Role.HOVER))
        if chosen:
            painter.fillRect(0, 0, 3, area.height(), color(Role.ACCENT))
        painter.fillRect(_LEFT, area.height() - 1, area.width() - _LEFT, 1, color(Role.LINE))
        area.setHeight(self._words_height() if self._narrow else area.height())
        icon, role = self._state.icon, self._state.role
        if self.line.made is not None:
            icon, role = Icon.CHECK_CIRCLE, Role.GOOD
        draw(painter, icon, QRect(_LEFT, 0, 16, area.height()), role, size=15)
        left = _LEFT + 24
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(font(Type.CODE))
        painter.setPen(color(Role.TEXT2))
        painter.drawText(QRect(left, 0, scaled(_CODE), area.height()), middle, self.line.rule)
        right = self._paint_number(painter, area.height())
        self._paint_words(painter, left + scaled(_CODE), right, area.height())

    def _paint_number(self, painter: QPainter, high: int) -> int:
        """The number stands before what can be done, at the same place in every line where there is room."""
        whole = self.findChildren(QWidget)
        buttons = [one for one in whole if one.parent() is self and not one.isHidden() and not self._narrow]
        end = min((one.x() for one in buttons), default=self.width()) - _GAP
        end = min(end, self.width() - scaled(228)) if self.width() > scaled(560) else end
        if self.line.made is not None:
            words = made_words(self.line)
            painter.setFont(font(Type.SECONDARY))
            painter.setPen(color(Role.GOOD))
            wide = metrics(Type.SECONDARY).horizontalAdvance(words)
            room = min((one.x() for one in buttons), default=self.width()) - _GAP
            if not self._narrow:
                painter.drawText(QRect(room - wide, 0, wide, high), Qt.AlignmentFlag.AlignVCenter, words)
                end = min(end, room - wide - _GAP)
        painter.setFont(font(Type.KEY, numbers=True, weight=600))
        painter.setPen(color(Role.TEXT))
        number = QRect(end - scaled(_NUMBER), 0, scaled(_NUMBER), high)
        if self.line.number:
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(number, right, count(self.line.number))
        return number.left() - _GAP

    def _paint_words(self, painter: QPainter, left: int, right: int, line: int) -> None:
        title = metrics(Type.KEY)
        below = metrics(Type.SECONDARY)
        wide = max(0, right - left)
        elided = Qt.TextElideMode.ElideRight
        text = " ".join(visible_text(self.line.text).split())
        high = title.height() + (below.height() + 2 if text else 0)
        top = (line - high) // 2
        painter.setFont(font(Type.KEY))
        painter.setPen(color(Role.TEXT))
        painter.drawText(
            QRect(left, top, wide, title.height()),
            Qt.AlignmentFlag.AlignVCenter,
            title.elidedText(self.text(), elided, wide),
        )
        if text:
            painter.setFont(font(Type.SECONDARY))
            painter.setPen(color(Role.TEXT2))
            painter.drawText(
                QRect(left, top + title.height() + 2, wide, below.height()),
                Qt.AlignmentFlag.AlignVCenter,
                below.elidedText(text, elided, wide),
            )
