"""The white card under the tabs of the ribbon."""

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QStackedLayout, QWidget

from ui.actions import ActionSet
from ui.look.shapes import CARD_RADIUS, box
from ui.look.tokens import Role
from ui.ribbon_groups import RibbonPanel, body_height


class RibbonCard(QWidget):
    """The white card; one panel per area, made when it is first shown."""

    used = Signal()
    keyboard_lost = Signal()
    left_upwards = Signal()

    def __init__(self, actions: ActionSet, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("ribbonCard")
        self._actions = actions
        self._panels: dict[str, RibbonPanel] = {}
        self.elsewhere: frozenset[str] = frozenset()
        self._stack = QStackedLayout(self)
        self._stack.setContentsMargins(0, 0, 0, 0)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def show_area(self, tab: str) -> RibbonPanel:
        panel = self._panels.get(tab)
        if panel is None:
            panel = self._panels[tab] = RibbonPanel(self._actions, tab, self)
            panel.used.connect(self.used)
            panel.keyboard_lost.connect(self.keyboard_lost)
            panel.left_upwards.connect(self.left_upwards)
            self._stack.addWidget(panel)
        self._stack.setCurrentWidget(panel)
        panel.elsewhere = self.elsewhere
        panel.arrange()
        return panel

    @property
    def panel(self) -> RibbonPanel | None:
        shown = self._stack.currentWidget()
        return shown if isinstance(shown, RibbonPanel) else None

    def renew(self) -> None:
        """The text has another size: measure all buttons anew."""
        for panel in self._panels.values():
            panel.arrange()
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        return QSize(400, body_height())

    def minimumSizeHint(self) -> QSize:
        panel = self.panel
        return panel.minimumSizeHint() if panel is not None else QSize(0, body_height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        box(painter, self.rect(), CARD_RADIUS, fill=Role.SURFACE, line=Role.LINE)
        painter.end()
