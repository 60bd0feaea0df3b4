"""Labels for plain text: of one kind and colour, wrapped, or shortened with an ellipsis."""

from PySide6.QtCore import QRect, QSize, Qt, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QTextLayout, QTextOption
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from ui.look.fonts import Type, font
from ui.look.plain import tip_text, visible_text
from ui.look.tokens import Role, color, theme


class TextLabel(QLabel):
    """Plain text of one kind in one colour; both follow the theme. Never takes text for markup."""

    def __init__(
        self,
        text: str = "",
        kind: Type = Type.BODY,
        role: Role = Role.TEXT,
        *,
        numbers: bool = False,
        weight: int = 0,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._kind = kind
        self._role = role
        self._numbers = numbers
        self._weight = weight
        self._generation = 0
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)
        self._dress()
        theme().changed.connect(self._dress)

    @property
    def role(self) -> Role:
        return self._role

    def set_role(self, role: Role) -> None:
        self._role = role
        self._generation = 0
        self._dress()

    def set_look(self, kind: Type, role: Role, weight: int = 0) -> None:
        """Another kind, colour and weight; costs nothing where they are as they were."""
        if (kind, role, weight) != (self._kind, self._role, self._weight):
            self._kind, self._weight = kind, weight
            self.set_role(role)

    def setText(self, text: str) -> None:
        super().setText("\n".join(visible_text(line) for line in text.split("\n")))

    @Slot()
    def _dress(self) -> None:
        if self._generation == theme().generation:
            return
        self._generation = theme().generation
        self.setFont(font(self._kind, numbers=self._numbers, weight=self._weight))
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.WindowText, color(self._role))
        self.setPalette(palette)


class ElidingLabel(TextLabel):
    """One line that is shortened where there is no room; tool tip and screen reader have all of it."""

    def __init__(
        self,
        text: str = "",
        kind: Type = Type.BODY,
        role: Role = Role.TEXT,
        *,
        middle: bool = False,
        numbers: bool = False,
        weight: int = 0,
        parent: QWidget | None = None,
    ) -> None:
        self._mode = Qt.TextElideMode.ElideMiddle if middle else Qt.TextElideMode.ElideRight
        self._tip = ""
        super().__init__("", kind, role, numbers=numbers, weight=weight, parent=parent)
        self.setText(text)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def shorten_in_the_middle(self) -> None:
        """Keep both ends of a text that has no room: titles of qualifications differ at their ends."""
        self._mode = Qt.TextElideMode.ElideMiddle

    def setText(self, text: str) -> None:
        before = self.text()
        super().setText(" ".join(text.split("\n")))
        if self.text() == before:  # most are told again and again what they show
            return
        self.setAccessibleName(self.text())
        self._show_tip()
        self.updateGeometry()

    def shown_text(self) -> str:
        """What is painted at the present width."""
        measure = self.fontMetrics()
        width = self.contentsRect().width()
        if measure.horizontalAdvance(self.text()) <= width:
            return self.text()
        return measure.elidedText(self.text(), self._mode, width)

    def _show_tip(self) -> None:
        whole = self.shown_text() == self.text() if self.width() else True
        tip = "" if whole else tip_text(self.text())
        if tip != self._tip:
            self._tip = tip
            self.setToolTip(tip)

    def sizeHint(self) -> QSize:
        margins = self.contentsMargins()
        width = self.fontMetrics().horizontalAdvance(self.text()) + 1 + margins.left() + margins.right()
        return QSize(width, self.fontMetrics().height() + margins.top() + margins.bottom())

    def minimumSizeHint(self) -> QSize:
        hint = self.sizeHint()
        return QSize(min(hint.width(), self.fontMetrics().horizontalAdvance("…") * 3), hint.height())

    def resizeEvent(self, event: object) -> None:
        self._show_tip()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(self.font())
        painter.setPen(color(self.role if self.isEnabled() else Role.DISABLED))
        across = self.alignment() & Qt.AlignmentFlag.AlignHorizontal_Mask
        painter.drawText(self.contentsRect(), across | Qt.AlignmentFlag.AlignVCenter, self.shown_text())
        painter.end()


class TitleLabel(ElidingLabel):
    """A title that takes a second line where one has no room for it; only what is longer still is shortened."""

    def __init__(self, text: str = "", kind: Type = Type.BODY, role: Role = Role.TEXT) -> None:
        super().__init__(text, kind, role)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self.setWordWrap(True)  # or QLabel says that the height does not hang on the width

    def shown_lines(self, width: int) -> tuple[str, ...]:
        """What is painted at a width."""
        measure, text = self.fontMetrics(), self.text()
        if width <= 0 or measure.horizontalAdvance(text) <= width:
            return (text,)
        layout = QTextLayout(text, self.font())
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout.setTextOption(option)
        layout.beginLayout()
        line = layout.createLine()
        line.setLineWidth(width)
        end = line.textStart() + line.textLength()
        layout.endLayout()
        rest = text[end:]
        if measure.horizontalAdvance(rest) > width:
            rest = measure.elidedText(rest, self._mode, width)
        return (text[:end], rest) if rest else (text,)

    def shown_text(self) -> str:
        return "".join(self.shown_lines(self.contentsRect().width()))

    def heightForWidth(self, width: int) -> int:
        margins = self.contentsMargins()
        lines = self.shown_lines(width - margins.left() - margins.right())
        return len(lines) * self.fontMetrics().height() + margins.top() + margins.bottom()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(self.font())
        painter.setPen(color(self.role if self.isEnabled() else Role.DISABLED))
        area, high = self.contentsRect(), self.fontMetrics().height()
        lines = self.shown_lines(area.width())
        top = area.top() + max((area.height() - len(lines) * high) // 2, 0)
        across = self.alignment() & Qt.AlignmentFlag.AlignHorizontal_Mask
        for number, line in enumerate(lines):
            place = QRect(area.left(), top + number * high, area.width(), high)
            painter.drawText(place, across | Qt.AlignmentFlag.AlignVCenter, line)
        painter.end()


def text_label(
    text: str,
    kind: Type = Type.BODY,
    role: Role = Role.TEXT,
    *,
    wrap: bool = False,
    numbers: bool = False,
    weight: int = 0,
    selectable: bool = False,
    name: str = "",
    parent: QWidget | None = None,
) -> TextLabel:
    """A plain-text label; with `wrap` it takes several lines, with `selectable` it can be copied from."""
    made = TextLabel(text, kind, role, numbers=numbers, weight=weight, parent=parent)
    made.setObjectName(name)
    made.setWordWrap(wrap)
    if wrap:
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        made.setSizePolicy(policy)
    if selectable:
        made.setProperty("ring", True)
        made.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
    return made
