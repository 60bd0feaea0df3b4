"""Key tips: Alt shows a letter on every area, the letter of an area those of its buttons, a letter does it.

The letters are small children of the window. They stand where they cover no label. Nothing listens to the
keys of the whole program but while Alt is held or tips are shown.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from functools import partial

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolTip, QWidget

from ui.look.fonts import Type, font, metrics, scaled
from ui.look.screens import window_behind
from ui.look.shapes import TAG_RADIUS, box
from ui.look.speech import announce
from ui.look.tokens import Role, color
from ui.ribbon import FILE_KEY, SEARCH_KEY, Ribbon
from ui.ribbon_buttons import GroupButton, RibbonButton

SIDE = 18
_ENDING = {QEvent.Type.MouseButtonPress, QEvent.Type.Wheel, QEvent.Type.ApplicationDeactivate}
_ENDING_IN_THE_WINDOW = {QEvent.Type.WindowDeactivate, QEvent.Type.Resize, QEvent.Type.Hide}
_HELP_KEY = "F1"


class Stage(Enum):
    """How far the user has got."""

    IDLE = auto()
    ARMED = auto()
    """Alt is held and nothing else was pressed yet."""
    AREAS = auto()
    BUTTONS = auto()


@dataclass(frozen=True, slots=True)
class Target:
    """Where a tip stands, and what its letters do."""

    letters: str
    centre: QPoint
    run: Callable[[], object]
    enabled: bool = True
    shown: str | None = None
    """What the tip says where it is not the letters; "" is no tip: one on the folded group names all its actions."""


class KeyTip(QWidget):
    """One letter in a dark box."""

    def __init__(self, window: QWidget, text: str, *, enabled: bool = True) -> None:
        super().__init__(window)
        self._window = window
        self.text = text
        self._enabled = enabled
        self.setObjectName("keyTip")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(text)

    def sizeHint(self) -> QSize:
        words = metrics(Type.CAPTION, weight=700).horizontalAdvance(self.text)
        padding = 6 if len(self.text) == 1 else 10
        return QSize(max(words + padding, scaled(SIDE)), scaled(SIDE))

    def stand_at(self, centre: QPoint) -> None:
        """In the middle over `centre`, but inside the window."""
        rect = QRect(QPoint(0, 0), self.sizeHint())
        rect.moveCenter(centre)
        rightmost = max(self._window.width() - rect.width() - 1, 1)
        rect.moveLeft(min(max(rect.left(), 1), rightmost))
        self.setGeometry(rect)
        self.show()
        self.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        fill = Role.TEXT if self._enabled else Role.TEXT3
        box(painter, self.rect(), TAG_RADIUS, fill=fill, line=Role.SURFACE)
        painter.setFont(font(Type.CAPTION, weight=700))
        painter.setPen(color(Role.SURFACE))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text)
        painter.end()


class KeyTips(QObject):
    """The key tips of one window with a ribbon."""

    def __init__(self, ribbon: Ribbon) -> None:
        super().__init__(ribbon)
        self._ribbon = ribbon
        self._window = ribbon.window()
        self._stage = Stage.IDLE
        self._typed = ""
        self._targets: list[Target] = []
        self._tips: list[KeyTip] = []

    def listen(self) -> None:
        """Wait for Alt in the ribbon's window, which must have been shown; again after it was given another."""
        self._window = self._ribbon.window()
        self._window.installEventFilter(self)
        handle = window_behind(self._window)
        if handle is not None:
            handle.installEventFilter(self)

    @property
    def shown(self) -> bool:
        """Whether tips can be seen now."""
        return self._stage in {Stage.AREAS, Stage.BUTTONS}

    @property
    def stage(self) -> Stage:
        return self._stage

    @property
    def tips(self) -> list[KeyTip]:
        """The tips that can be seen."""
        return [tip for tip in self._tips if not tip.isHidden()]

    def show_areas(self) -> None:
        """The first letters: file menu, areas, search, help."""
        self._enter(Stage.AREAS, self._area_targets())

    def show_buttons(self) -> None:
        """The letters of the area in front."""
        self._ribbon.unroll()
        self._enter(Stage.BUTTONS, self._button_targets())

    def end(self) -> None:
        """Take all tips away and listen no more."""
        self._clear()
        if self._stage is not Stage.IDLE:
            self._stage = Stage.IDLE
            self._application().removeEventFilter(self)

    # Listening

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if self._stage is Stage.IDLE:
            if kind == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and _is_alt_alone(event):
                self._stage = Stage.ARMED
                self._application().installEventFilter(self)
            return False
        if kind in _ENDING or (kind in _ENDING_IN_THE_WINDOW and watched is self._window):
            self.end()
        elif isinstance(event, QKeyEvent):
            return self._armed_key(event) if self._stage is Stage.ARMED else self._key(event)
        return False

    def _armed_key(self, event: QKeyEvent) -> bool:
        """Alt is held: its release shows the tips, any other key means that it belonged to a shortcut."""
        if event.key() != Qt.Key.Key_Alt:
            self.end()
        elif event.type() == QEvent.Type.KeyRelease and not event.isAutoRepeat():
            if self._window.isActiveWindow():
                self.show_areas()
                return True
            self.end()
        return False

    def _key(self, event: QKeyEvent) -> bool:
        """A key while tips are shown; True keeps it from whatever has the focus."""
        if event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.MetaModifier):
            self.end()
            return False
        if event.type() == QEvent.Type.ShortcutOverride:
            # Taken here, a letter is no shortcut and comes as a key press next.
            event.accept()
            return True
        if event.type() == QEvent.Type.KeyRelease:
            return True
        key = event.key()
        if key == Qt.Key.Key_Escape:
            self._step_back()
            return True
        if key == Qt.Key.Key_Alt:
            self.end()
            return True
        letters = _HELP_KEY if key == Qt.Key.Key_F1 else event.text().upper() or _letter(key)
        if letters and letters.isalnum():
            self._type(letters)
            return True
        if key != Qt.Key.Key_Shift:
            self.end()
        return False

    def _step_back(self) -> None:
        if self._typed:
            self._typed = ""
            self._show_tips()
        elif self._stage is Stage.BUTTONS:
            self._ribbon.roll_up()
            self.show_areas()
        else:
            self.end()

    def _type(self, letters: str) -> None:
        typed = self._typed + letters
        reached = [target for target in self._targets if target.letters.startswith(typed)]
        exact = next((target for target in reached if target.letters == typed), None)
        if exact is not None:
            self._take(exact)
        elif reached:
            self._typed = typed
            self._show_tips()

    def _take(self, target: Target) -> None:
        self.end()
        target.run()

    # Targets

    def _enter(self, stage: Stage, targets: list[Target]) -> None:
        if self._stage is Stage.IDLE:
            self._application().installEventFilter(self)
        self._stage = stage
        self._typed = ""
        self._targets = targets
        self._show_tips()
        announce(self._window, ", ".join(target.letters for target in targets))

    def _show_tips(self) -> None:
        for tip in self._tips:
            tip.hide()
            tip.deleteLater()
        self._tips = []
        for target in self._targets:
            text = target.letters if target.shown is None else target.shown
            if text and target.letters.startswith(self._typed):
                tip = KeyTip(self._window, text, enabled=target.enabled)
                tip.stand_at(target.centre)
                self._tips.append(tip)

    def _clear(self) -> None:
        self._targets = []
        self._typed = ""
        self._show_tips()

    def _area_targets(self) -> list[Target]:
        ribbon = self._ribbon
        bar = ribbon.tab_bar
        # The lower half of a tip hangs over the edge of the tabs, its upper half stays clear of their words.
        drop = bar.height() - 3
        targets = [Target(FILE_KEY, self._under(ribbon.file_button, drop), ribbon.open_file_menu)]
        for at, area in enumerate(ribbon.areas):
            letters = ribbon.tab_keys.get(area, "")
            middle = QPoint(bar.title_rect(at).center().x(), drop)
            if letters:
                centre = bar.mapTo(self._window, middle)
                targets.append(Target(letters, centre, partial(self._open, area)))
        targets.append(Target(SEARCH_KEY, self._under(ribbon.search, drop), ribbon.search.start))
        targets.append(Target(_HELP_KEY, self._under(ribbon.help_button, drop), ribbon.help_button.click))
        return targets

    def _under(self, widget: QWidget, drop: int) -> QPoint:
        across = widget.mapTo(self._window, QPoint(widget.width() // 2, 0)).x()
        return QPoint(across, self._ribbon.mapTo(self._window, QPoint(0, drop)).y())

    def _open(self, area: str) -> None:
        at = self._ribbon.areas.index(area)
        self._ribbon.tab_bar.setCurrentIndex(at)
        self.show_buttons()

    def _button_targets(self) -> list[Target]:
        panel = self._ribbon.panel
        if panel is None:
            return []
        targets: list[Target] = []
        for group in panel.groups:
            for button in group.buttons:
                if button.entry.key_tip:
                    held_by = group.group_button if group.folded else None
                    targets.append(self._target_of(button, held_by))
            if group.folded:
                targets.append(self._folded_group(group.group_button, group.buttons))
        return targets

    def _target_of(self, button: RibbonButton, held_by: GroupButton | None) -> Target:
        stands: QWidget = held_by if held_by is not None else button
        centre = held_by.key_tip_centre() if held_by is not None else button.key_tip_centre()
        return Target(
            button.entry.key_tip.upper(),
            stands.mapTo(self._window, centre),
            partial(self._do, button, held_by),
            enabled=button.isEnabled(),
            shown=None if held_by is None else "",
        )

    def _folded_group(self, button: GroupButton, members: list[RibbonButton]) -> Target:
        """One tip with the letters of all its actions; it is not typed itself."""
        letters = " ".join(member.entry.key_tip.upper() for member in members if member.entry.key_tip)
        centre = button.mapTo(self._window, button.key_tip_centre())
        return Target("", centre, button.click, shown=letters)

    def _do(self, button: RibbonButton, held_by: GroupButton | None) -> None:
        """Do the action as its button would; one that cannot be done says why."""
        reason = button.actions_.reason(button.action_id)
        if reason:
            stands: QWidget = held_by if held_by is not None else button
            QToolTip.showText(stands.mapToGlobal(QPoint(0, stands.height())), reason, stands)
            announce(self._window, reason)
        elif held_by is not None and button.has_menu:
            held_by.open_menu_of(button.action_id)
        elif button.has_menu:
            button.click()
        else:
            self._ribbon.roll_up()
            button.actions_.run(button.action_id)

    @staticmethod
    def _application() -> QCoreApplication:
        app = QCoreApplication.instance()
        assert app is not None
        return app


def _is_alt_alone(event: QKeyEvent) -> bool:
    others = event.modifiers() & ~(Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.KeypadModifier)
    return event.key() == Qt.Key.Key_Alt and not others and not event.isAutoRepeat()


def _letter(key: int) -> str:
    """The letter of a key that came without text, because Alt is still held."""
    return chr(key) if Qt.Key.Key_A <= key <= Qt.Key.Key_Z or Qt.Key.Key_0 <= key <= Qt.Key.Key_9 else ""
