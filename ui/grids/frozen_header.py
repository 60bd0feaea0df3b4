"""A header whose first columns stay where they are while the others scroll away under them.

Qt knows nothing of this: to it a frozen column has scrolled away too. So the frozen titles are painted once more, at
the left, and the pointer is told where Qt believes the column to be.
"""

from PySide6.QtCore import QEvent, QPointF, QRect, Qt, Signal, Slot
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QHeaderView, QStyle, QWidget

from ui.grids.paged_model import GUTTER
from ui.look.fonts import scaled
from ui.look.tokens import Role, color

LEAST_ROOM = 120
"""For the columns that scroll: in a narrow window fewer columns stay than were asked for, so that none is out of
reach."""


class FrozenHeader(QHeaderView):
    """`frozen` columns stay, counted from the left with hidden ones; the gutter stays with them."""

    start_wanted = Signal()
    """A column is dragged over the frozen ones: it can only be seen where it goes when nothing has scrolled away."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.frozen = 0
        self.shift_held = False
        """Whether Shift was held at the last click."""
        self._shift = 0
        """How far Qt's place of what was pressed is from the pointer."""
        self._pressed_at: int | None = None
        self._moving = False
        self._widening: tuple[int, int] | None = None
        """The frozen section whose edge is held, and how wide it would be with the pointer at 0."""
        self.sectionPressed.connect(self._section_pressed)

    # Where the columns are

    def frozen_sections(self) -> list[int]:
        """The sections that stay, from left to right; none where no column does."""
        first = (self.logicalIndex(place) for place in range(min(self.frozen, self.count() - 1) + 1))
        found: list[int] = []
        width, room = 0, self.viewport().width() - scaled(LEAST_ROOM)
        for section in first:
            if self.isSectionHidden(section):
                continue
            width += self.sectionSize(section)
            if width > room:
                break
            found.append(section)
        return found if len(found) > 1 else []

    def frozen_width(self) -> int:
        return sum(self.sectionSize(section) for section in self.frozen_sections())

    def section_x(self, section: int) -> int:
        """Where the section begins on the screen."""
        offset = 0 if section in self.frozen_sections() else self.offset()
        return self.sectionPosition(section) - offset

    def section_at(self, x: int) -> int:
        """The section that is seen at `x`, -1 for none."""
        return self.logicalIndexAt(x - self._behind(x))

    def _behind(self, x: float) -> int:
        """How far what is seen at `x` is from where Qt believes it to be."""
        return self.offset() if 0 <= x < self.frozen_width() else 0

    # Painting

    def paintEvent(self, e: QPaintEvent) -> None:
        super().paintEvent(e)
        frozen = self.frozen_sections()
        if not frozen:
            return
        painter = QPainter(self.viewport())
        height = self.viewport().height()
        if self.offset():
            for section in frozen:
                self.paintSection(
                    painter, QRect(self.section_x(section), 0, self.sectionSize(section), height), section
                )
        painter.fillRect(self.frozen_width() - 1, 0, 1, height, color(Role.BORDER))
        painter.end()

    # The pointer

    @Slot(int)
    def _section_pressed(self, section: int) -> None:
        """Not said where an edge was pressed, to make the column wider."""
        self._moving = True

    def mousePressEvent(self, e: QMouseEvent) -> None:
        x = round(e.position().x())
        self._moving = False
        self._pressed_at = x
        self._shift = self._behind(x)
        edge = self._edge_at(x) if self._shift and e.button() == Qt.MouseButton.LeftButton else -1
        if edge >= 0:
            # Qt does not follow the pointer to where it would be left of 0 for it.
            self._widening = (edge, self.sectionSize(edge) - x)
            return
        super().mousePressEvent(_moved(e, self._shift))

    def mouseMoveEvent(self, e: QMouseEvent) -> None:
        x = round(e.position().x())
        if not e.buttons():
            self._hover(e, x)
            return
        if self._widening is not None:
            section, width = self._widening
            self.resizeSection(section, max(width + x, self.minimumSectionSize()))
            return
        far = self._pressed_at is not None and abs(x - self._pressed_at) >= QApplication.startDragDistance()
        if self._moving and far and self._behind(x):
            self.start_wanted.emit()
            self._shift = 0
        super().mouseMoveEvent(_moved(e, self._shift))

    def mouseReleaseEvent(self, e: QMouseEvent) -> None:
        self.shift_held = bool(e.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        shift, self._shift = self._shift, 0
        self._pressed_at = None
        if self._widening is not None:
            self._widening = None
            return
        super().mouseReleaseEvent(_moved(e, shift))

    def mouseDoubleClickEvent(self, e: QMouseEvent) -> None:
        super().mouseDoubleClickEvent(_moved(e, self._behind(e.position().x())))

    def _hover(self, event: QMouseEvent, x: int) -> None:
        if not self._behind(x):
            super().mouseMoveEvent(event)
        elif self._edge_at(x) >= 0:
            self.setCursor(Qt.CursorShape.SplitHCursor)
        else:
            self.unsetCursor()

    def _edge_at(self, x: int) -> int:
        """The frozen section whose right edge is at `x`, -1 for none."""
        grip = self.style().pixelMetric(QStyle.PixelMetric.PM_HeaderGripMargin, None, self)
        return next(
            (
                section
                for section in self.frozen_sections()
                if section != GUTTER and abs(self.section_x(section) + self.sectionSize(section) - x) < grip
            ),
            -1,
        )

    def viewportEvent(self, event: QEvent) -> bool:
        hover = event.type() in (QEvent.Type.HoverEnter, QEvent.Type.HoverMove, QEvent.Type.HoverLeave)
        if hover and self.offset() and self.frozen:
            # Qt paints anew where it believes the title under the pointer to be.
            self.viewport().update(0, 0, self.frozen_width(), self.viewport().height())
        return super().viewportEvent(event)


def _moved(event: QMouseEvent, shift: int) -> QMouseEvent:
    """The same event `shift` pixels further left."""
    if not shift:
        return event
    return QMouseEvent(
        event.type(),
        event.position() - QPointF(shift, 0),
        event.scenePosition() - QPointF(shift, 0),
        event.globalPosition(),
        event.button(),
        event.buttons(),
        event.modifiers(),
        event.pointingDevice(),
    )
