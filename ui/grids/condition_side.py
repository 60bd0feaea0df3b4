"""The left of the Condition Builder: searches to begin with, each with how many rows it finds."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QFrame, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from app.conditions import Group
from app.errors import AppError
from app.tasks import TaskContext
from ui.grids.condition_counts import Count
from ui.look.fonts import Type, font, metrics, scaled
from ui.look.icons import Icon, draw
from ui.look.labels import text_label
from ui.look.plain import tip_text
from ui.look.shapes import CONTROL_RADIUS, box
from ui.look.tokens import Role, color
from ui.look.words import count, tr
from ui.workers import Lane, TaskRunner

_WIDTH, _HEIGHT, _LEAST = 236, 28, 120
_MIDDLE = Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class Offer:
    """A search to choose, under a title."""

    title: str
    icon: Icon
    words: str
    group: Group


class OfferButton(QAbstractButton):
    """Icon, words and count; "…" until it is counted, "–" where it could not be."""

    def __init__(self, offer: Offer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.offer = offer
        self.number = "…"
        self.setObjectName("condition_offer")
        self.setText(offer.words)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.show_number("…")

    def show_number(self, number: str) -> None:
        self.number = number
        told = tr("not counted yet") if number == "…" else tr("not counted") if number == "–" else number
        self.setAccessibleName(f"{self.offer.words}, {told}")
        self.setToolTip(tip_text(f"{self.offer.words}: {told}"))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(scaled(_LEAST), scaled(_HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self.underMouse() or self.isDown():
            box(painter, self.rect(), CONTROL_RADIUS, fill=Role.HOVER)
        inside = self.rect().adjusted(8, 0, -8, 0)
        draw(painter, self.offer.icon, QRect(inside.left(), 0, 16, self.height()), Role.TEXT2, size=16)
        measure = metrics(Type.SECONDARY, numbers=True)
        painter.setFont(font(Type.SECONDARY, numbers=True))
        painter.setPen(color(Role.TEXT2))
        painter.drawText(inside, _MIDDLE | Qt.AlignmentFlag.AlignRight, self.number)
        room = inside.adjusted(24, 0, -measure.horizontalAdvance(self.number) - 8, 0)
        painter.setFont(font(Type.BODY))
        painter.setPen(color(Role.TEXT))
        words = metrics(Type.BODY).elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, _MIDDLE | Qt.AlignmentFlag.AlignLeft, words)
        painter.end()


class SearchSide(QScrollArea):
    """`chosen` carries an Offer. Counts one search after another, so that the count of what is being built never
    waits for more than one of them."""

    chosen = Signal(object)

    def __init__(self, runner: TaskRunner, counted: Count, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._runner, self._count = runner, counted
        self._waiting: Iterator[OfferButton] = iter(())
        self._counting: TaskContext | None = None
        self._turn: OfferButton | None = None
        self._over = False
        self.buttons: list[OfferButton] = []
        self.setObjectName("condition_side")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAutoFillBackground(False)
        self.setFixedWidth(scaled(_WIDTH))

    def show_offers(self, offers: Sequence[Offer]) -> None:
        """List them; those that were counted already keep their number."""
        if self._over or [one.offer for one in self.buttons] == list(offers):
            return
        known = {one.offer.group: one.number for one in self.buttons}
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(0)
        self.buttons = []
        title = ""
        for offer in offers:
            if offer.title != title:
                title = offer.title
                heading = text_label(title, Type.HEADER, Role.TEXT2)
                heading.setContentsMargins(8, 8 if self.buttons else 0, 0, 4)
                column.addWidget(heading)
            made = OfferButton(offer, inside)
            made.show_number(known.get(offer.group, "…"))
            made.clicked.connect(self._clicked)
            column.addWidget(made)
            self.buttons.append(made)
        column.addStretch(1)
        self.setWidget(inside)  # deletes the one before
        inside.setAutoFillBackground(False)
        self._waiting = iter([one for one in self.buttons if one.number == "…"])
        if self._counting is None:
            self._next()

    @Slot()
    def stop(self) -> None:
        """The window has gone: nothing more is counted."""
        self._over = True
        if self._counting is not None:
            self._counting.cancel()

    @Slot()
    def _clicked(self) -> None:
        pressed = self.sender()
        if isinstance(pressed, OfferButton):
            self.chosen.emit(pressed.offer)

    @Slot()
    def _next(self) -> None:
        self._counting = None
        self._turn = next(self._waiting, None)
        if self._turn is None or self._over:
            return
        group, counted = self._turn.offer.group, self._count

        def work(context: TaskContext) -> tuple[Group, str]:
            try:
                return group, count(counted(context, group)[0])
            except AppError:  # said by a dash; whoever chooses the search reads why
                return group, "–"

        self._counting = self._runner.run(work, lane=Lane.COUNT, done=self._counted, cancelled=self._next)

    @Slot(object)
    def _counted(self, answer: tuple[Group, str]) -> None:
        group, number = answer
        for one in self.buttons:
            if one.offer.group == group:
                one.show_number(number)
        self._next()
