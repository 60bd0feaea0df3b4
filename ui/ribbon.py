"""The ribbon: file menu, areas as tabs, search for commands, and below it a card with the groups of an area."""

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShortcut,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QMenu,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ui import parts
from ui.actions import TAB_KEYS, ActionSet, shown_keys
from ui.look.buttons import icon_button
from ui.look.fonts import Type, font, metrics, scaled
from ui.look.icons import Icon, qicon
from ui.look.shapes import box
from ui.look.tabs import RIBBON_TABS_HEIGHT, TabBar
from ui.look.tokens import Role, color, theme
from ui.look.words import tr
from ui.ribbon_card import RibbonCard
from ui.ribbon_groups import RibbonPanel, body_height
from ui.ribbon_search import CommandSearch

_SEARCH_WIDTH = 230
_SEARCH_HEIGHT = 28
_NARROWEST_SEARCH = 120
_SIDE = 8
FILE_KEY, SEARCH_KEY = "F", "Q"
_FOLD_KEYS, _SEARCH_KEYS, _HELP_KEYS = "Ctrl+F1", "Alt+Q", "F1"


class FileButton(QToolButton):
    """The word before the tabs that opens the file menu."""

    def __init__(self, menu: QMenu, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("fileButton")
        self.setText(tr("File"))
        self.setMenu(menu)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        width = metrics(Type.KEY).horizontalAdvance(self.text()) + 24
        return QSize(width, scaled(RIBBON_TABS_HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self.isDown() or self.underMouse():
            fill = Role.PRESSED if self.isDown() else Role.HOVER
            box(painter, self.rect().adjusted(2, 5, -2, -5), 6, fill=fill)
        painter.setFont(font(Type.KEY))
        painter.setPen(color(Role.TEXT))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())
        painter.end()


class Ribbon(QWidget):
    """`tab_changed` carries the area that the user went to. `folded` is worth remembering.

    `theme_chosen` carries "light" or "dark" when the theme button was pressed (the theme has changed by then).
    """

    tab_changed = Signal(str)
    keyboard_lost = Signal()
    """The button that had the keyboard was of the area before, or went grey: Qt would go on to whatever is next."""
    help_wanted = Signal()
    theme_chosen = Signal(str)

    def __init__(
        self,
        actions: ActionSet,
        file_menu: QMenu,
        parent: QWidget | None = None,
        *,
        tabs: Mapping[str, str] = TAB_KEYS,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("ribbon")
        self.setAccessibleName(tr("Ribbon"))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.actions_ = actions
        self.tab_keys = dict(tabs)
        self._folded = False
        self._unrolled = False
        in_use = {entry.tab for entry in actions if entry.on_ribbon}
        self.areas = [tab for tab in tabs if tab in in_use]
        self.areas += sorted(in_use - set(self.areas))
        self._build(file_menu)
        self._wire()
        # It knows the ribbon, so the ribbon can only make it when it is needed.
        from ui.key_tips import KeyTips

        self.key_tips = KeyTips(self)
        if self.areas:
            self._show_area(self.areas[0])

    def _build(self, file_menu: QMenu) -> None:
        self.file_button = FileButton(file_menu, self)
        self.tab_bar = TabBar(height=RIBBON_TABS_HEIGHT, padding=14, parent=self)
        self.tab_bar.setObjectName("ribbonTabs")
        self.tab_bar.setAccessibleName(tr("Areas"))
        for at, area in enumerate(self.areas):
            self.tab_bar.addTab(tr(area))
            self.tab_bar.setTabToolTip(at, f"{tr(area)} ({self._area_keys(area)})")
        self.search = CommandSearch(self.actions_, shown_keys(_SEARCH_KEYS), self)
        self.search.setFixedHeight(scaled(_SEARCH_HEIGHT))
        self.search.setMinimumWidth(_NARROWEST_SEARCH)
        self.search.setMaximumWidth(scaled(_SEARCH_WIDTH))
        self.theme_button = icon_button(Icon.MOON, tr("Dark colours"), "themeButton", parent=self)
        self.help_button = icon_button(Icon.QUESTION, tr("Help"), "helpButton", parent=self, keys=_HELP_KEYS)
        self.fold_button = icon_button(
            Icon.CARET_UP, tr("Fold the ribbon"), "foldButton", parent=self, keys=shown_keys(_FOLD_KEYS)
        )
        row = QHBoxLayout()
        row.setContentsMargins(4, 0, _SIDE, 0)
        row.setSpacing(0)
        row.addWidget(self.file_button)
        row.addWidget(self.tab_bar)
        row.addStretch(1)
        row.addWidget(self.search, 4)
        row.addSpacing(2)
        for button in (self.theme_button, self.help_button, self.fold_button):
            row.addWidget(button)
        self.card = RibbonCard(self.actions_, self)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addLayout(row)
        self._card_row = QHBoxLayout()
        self._card_row.setContentsMargins(_SIDE, 0, _SIDE, 0)
        self._card_row.addWidget(self.card)
        self._column.addLayout(self._card_row)

    def _wire(self) -> None:
        self.tab_bar.currentChanged.connect(self._tab_chosen)
        self.tab_bar.pressed.connect(self._tab_pressed)
        self.tab_bar.double_clicked.connect(self.toggle_folded)
        self.tab_bar.installEventFilter(self)
        self.card.used.connect(self.roll_up)
        self.card.keyboard_lost.connect(self.keyboard_lost)
        self.card.left_upwards.connect(self._focus_tabs)
        self.theme_button.clicked.connect(self._change_theme)
        self.help_button.clicked.connect(self.help_wanted)
        self.fold_button.clicked.connect(self.toggle_folded)
        theme().changed.connect(self._dress)
        QShortcut(QKeySequence(_FOLD_KEYS), self, self.toggle_folded)
        QShortcut(QKeySequence(_SEARCH_KEYS), self, self.search.start)
        for place, area in enumerate(self.tab_keys, start=1):
            if area in self.areas:
                QShortcut(QKeySequence(f"Ctrl+{place}"), self, partial(self.go_to, area))
        self._dress()

    # Areas

    @property
    def tab(self) -> str:
        """The area in front."""
        at = self.tab_bar.currentIndex()
        return self.areas[at] if 0 <= at < len(self.areas) else ""

    def set_tab(self, area: str, elsewhere: frozenset[str] = frozenset()) -> None:
        """Bring an area to the front, without telling; ValueError if no action belongs to it. `elsewhere`: groups
        about other pages than the one in front, by name."""
        at = self.areas.index(area)
        self.tab_bar.blockSignals(True)
        self.tab_bar.setCurrentIndex(at)
        self.tab_bar.blockSignals(False)
        self.card.elsewhere = elsewhere
        self._show_area(area)

    def go_to(self, area: str) -> None:
        """As a click on its tab, by keys; ValueError if no action belongs to it."""
        self.tab_bar.setCurrentIndex(self.areas.index(area))

    def _area_keys(self, area: str) -> str:
        """The number of an area is its place among all there are, so that it stays when others come."""
        keys = list(self.tab_keys)
        number = [shown_keys(f"Ctrl+{keys.index(area) + 1}")] if area in keys else []
        return ", ".join([*number, *(f"Alt {letter}" for letter in self.tab_keys.get(area, ""))])

    def _show_area(self, area: str) -> None:
        """Its groups may be made only now; Tab reaches them from the row above all the same."""
        self.search.area = area
        parts.in_reading_order([self.fold_button, self.card.show_area(area)])

    @property
    def panel(self) -> RibbonPanel | None:
        return self.card.panel

    @Slot(int)
    def _tab_chosen(self, at: int) -> None:
        if not 0 <= at < len(self.areas):
            return
        focus = self.window().focusWidget()
        pressed = focus if focus is not None and focus.isVisible() and self.card.isAncestorOf(focus) else None
        self._show_area(self.areas[at])
        self.tab_changed.emit(self.areas[at])
        if pressed is not None and not pressed.isVisible():
            self.keyboard_lost.emit()

    @Slot(int, bool)
    def _tab_pressed(self, at: int, again: bool) -> None:
        if self._unrolled and again:
            self.roll_up()
        else:
            self.unroll()

    def open_file_menu(self) -> None:
        """The file menu below its button; unlike Qt's own way this does not wait for it to close."""
        menu = self.file_button.menu()
        if menu is not None:
            menu.popup(self.file_button.mapToGlobal(QPoint(0, self.file_button.height())))

    # Folding

    @property
    def folded(self) -> bool:
        """Only the tabs are shown; a click on one unrolls the card over the page until it was used."""
        return self._folded

    @folded.setter
    def folded(self, folded: bool) -> None:
        if folded == self._folded:
            return
        self.roll_up()
        self._folded = folded
        self.card.setVisible(not folded)
        self._dress()
        self.updateGeometry()

    @Slot()
    def toggle_folded(self) -> None:
        self.folded = not self._folded

    @property
    def unrolled(self) -> bool:
        """The folded ribbon's card lies over the page."""
        return self._unrolled

    def unroll(self) -> None:
        """Lay the card of the folded ribbon over the page."""
        if not self._folded or self._unrolled:
            return
        self._unrolled = True
        self._card_row.removeWidget(self.card)
        self.card.setParent(self.window())
        self._lay_over()
        self.card.show()
        self.card.raise_()
        QApplication.instance().installEventFilter(self)  # type: ignore[union-attr]

    @Slot()
    def roll_up(self) -> None:
        """Take the card from the page again; nothing where it does not lie there."""
        if not self._unrolled:
            return
        self._unrolled = False
        QApplication.instance().removeEventFilter(self)  # type: ignore[union-attr]
        had_focus = self.card.isAncestorOf(self.window().focusWidget())
        self.card.hide()
        self.card.setParent(self)
        self._card_row.addWidget(self.card)
        self.card.setVisible(not self._folded)
        if had_focus:
            self._focus_tabs()

    def _lay_over(self) -> None:
        corner = self.mapTo(self.window(), QPoint(_SIDE, scaled(RIBBON_TABS_HEIGHT)))
        self.card.setGeometry(corner.x(), corner.y(), self.width() - 2 * _SIDE, body_height())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.tab_bar:
            return self._tab_bar_event(event)
        if not self._unrolled:
            return False
        kind = event.type()
        if kind == QEvent.Type.MouseButtonPress and isinstance(event, QMouseEvent):
            if isinstance(watched, QWidget) and self._is_outside(watched):
                self.roll_up()
        elif kind == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() == Qt.Key.Key_Escape and not self._others_take_esc():
                self.roll_up()
                return True
        elif kind == QEvent.Type.WindowDeactivate and watched is self.window():
            self.roll_up()
        return False

    def _others_take_esc(self) -> bool:
        """An open menu closes first, and key tips step back."""
        return QApplication.activePopupWidget() is not None or self.key_tips.shown

    def _is_outside(self, widget: QWidget) -> bool:
        inside = widget is self.card or self.card.isAncestorOf(widget) or widget is self.tab_bar
        return not inside and widget.window() is self.window()

    def _tab_bar_event(self, event: QEvent) -> bool:
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        if event.key() in {Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space}:
            self.unroll()
            panel = self.panel
            return panel is not None and panel.focus_first()
        return False

    @Slot()
    def _focus_tabs(self) -> None:
        self.tab_bar.setFocus(Qt.FocusReason.TabFocusReason)

    # Looks

    @Slot()
    def _change_theme(self) -> None:
        mode = "light" if theme().is_dark else "dark"
        theme().set_mode("light" if mode == "light" else "dark")
        self.theme_chosen.emit(mode)

    @Slot()
    def _dress(self) -> None:
        dark = theme().is_dark
        say = tr("Light colours") if dark else tr("Dark colours")
        self.theme_button.setIcon(qicon(Icon.SUN if dark else Icon.MOON))
        self.theme_button.setAccessibleName(say)
        self.theme_button.setToolTip(say)
        fold = tr("Show the ribbon always") if self._folded else tr("Fold the ribbon")
        self.fold_button.setIcon(qicon(Icon.CARET_DOWN if self._folded else Icon.CARET_UP))
        self.fold_button.setAccessibleName(fold)
        self.fold_button.setToolTip(f"{fold} ({shown_keys(_FOLD_KEYS)})")
        self.search.setFixedHeight(scaled(_SEARCH_HEIGHT))
        self.search.setMaximumWidth(scaled(_SEARCH_WIDTH))
        self.card.renew()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.key_tips.listen()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._unrolled:
            self._lay_over()
