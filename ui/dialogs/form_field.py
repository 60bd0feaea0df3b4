"""One field of a form: its name above, the editor, and below what is to be said about it."""

from PySide6.QtCore import QEvent, Qt, QTimer, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from ui.look.fonts import Type, font, metrics
from ui.look.icons import Icon
from ui.look.labels import text_label
from ui.look.pictures import IconLabel
from ui.look.plain import tip_text
from ui.look.scrolling import reveal
from ui.look.tokens import Role, theme


class StateLine(QWidget):
    """An icon and words in one colour; not there while there is nothing to say."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.icon = IconLabel(Icon.INFO, Role.TEXT2, 14, parent=self)
        self.icon.setMinimumHeight(metrics(Type.SECONDARY).height())  # in the middle of the first line
        self.words = text_label("", Type.SECONDARY, Role.TEXT2, wrap=True, parent=self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(5)
        row.addWidget(self.icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.words, 1)
        row.setAlignment(self.words, Qt.AlignmentFlag.AlignVCenter)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.hide()

    @property
    def text(self) -> str:
        return self.words.text()

    def say(self, icon: Icon, text: str, role: Role) -> None:
        """Show `text`; "" takes the line away."""
        self.icon.show_icon(icon, role)
        self.words.set_role(role)
        self.words.setText(text)
        self.setAccessibleName(text)
        self.setVisible(bool(text))


class FormField(QWidget):
    """A labelled editor with a place for an error. `focus` is what takes the keyboard: the `edit` of a composed
    editor; an editor that shows its own
    name (`shown` False) has no label above it."""

    def __init__(
        self,
        label: str,
        editor: QWidget,
        *,
        name: str,
        help: str = "",
        beside: QWidget | None = None,
        shown: bool = True,
    ) -> None:
        super().__init__()
        self.setObjectName(f"{name}_field")
        self.name = name
        self.title = label
        self.editor = editor
        self.beside = beside
        self._help = help
        self.focus: QWidget = getattr(editor, "edit", editor)
        self.focus.setObjectName(name)
        editor.setAccessibleName(label)
        self.focus.setAccessibleName(label)
        self._label = text_label(label, Type.SECONDARY, weight=500)
        self._label.setBuddy(self.focus)
        self.state = StateLine(self)
        self._error = StateLine(self)
        self._error.setObjectName(f"{name}_error")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self._label)
        self._label.setVisible(shown)
        if beside is None:
            column.addWidget(editor)
        else:
            row = QHBoxLayout()
            row.setSpacing(6)
            row.addWidget(editor, 1)
            row.addWidget(beside)
            column.addLayout(row)
        column.addWidget(self.state)
        column.addWidget(self._error)
        column.addStretch(1)
        self._describe("")

    @property
    def error(self) -> str:
        return self._error.text

    def show_error(self, text: str) -> None:
        """Say what is wrong with the value; "" takes it away."""
        self._error.say(Icon.X_CIRCLE, text, Role.BAD)
        # One thing at a time: what is wrong goes before what is to be known.
        self.state.setVisible(bool(self.state.text) and not text)
        self.focus.setProperty("invalid", bool(text))
        self.focus.update()
        self._describe(text)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.error and self.focus.hasFocus():
            QTimer.singleShot(0, self, self._show_whole)  # the form that scrolls has its new height only then

    @Slot()
    def _show_whole(self) -> None:
        """Scroll to all of it: what is wrong is said below what is typed."""
        reveal(self)

    def rename(self, label: str) -> None:
        """Call the field otherwise: what it edits has changed."""
        self.title = label
        self._label.setText(label)
        self.editor.setAccessibleName(label)
        self.focus.setAccessibleName(label)

    def lead_here(self) -> None:
        """Put the keyboard into the field, on what is to be typed again."""
        self.focus.setFocus(Qt.FocusReason.OtherFocusReason)
        if isinstance(self.focus, QLineEdit):
            self.focus.selectAll()
        QTimer.singleShot(0, self, self._show_whole)

    def lock(self, reason: str) -> None:
        """Show the value only, and say why it cannot be changed."""
        if isinstance(self.focus, QLineEdit):
            self.focus.setReadOnly(True)
        else:
            self.focus.setEnabled(False)
        self._help = f"{self._help} {reason}".strip()
        self._describe("")

    def _describe(self, error: str) -> None:
        self.focus.setToolTip(tip_text(self._help))
        self.focus.setAccessibleDescription(" ".join(part for part in (error, self._help) if part))


def line(text: str = "", *, longest: int = 500, mono: bool = False) -> QLineEdit:
    """A line to type into, showing its beginning; `mono` for codes."""
    edit = CodeEdit() if mono else QLineEdit()
    edit.setMaxLength(longest)
    edit.setText(text)
    edit.setCursorPosition(0)
    return edit


class CodeEdit(QLineEdit):
    """A line for codes, in a fixed-width font at the present size of the text."""

    def __init__(self) -> None:
        super().__init__()
        self._generation = 0
        self._dress()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in {QEvent.Type.PaletteChange, QEvent.Type.FontChange}:
            self._dress()

    def _dress(self) -> None:
        if self._generation != theme().generation:
            self._generation = theme().generation
            self.setFont(font(Type.CODE))


def choice(options: list[tuple[object, str]], value: object) -> QComboBox:
    """A box to choose one of (value, words) from."""
    box = QComboBox()
    for one, words in options:
        box.addItem(words, one)
    box.setCurrentIndex(max(0, box.findData(value)))
    return box
