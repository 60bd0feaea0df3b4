"""A field for a password: dots, an eye to look at what was typed; what is stored is never put into it."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from app.connectors.lrs_access import PASSWORD_LENGTH
from app.connectors.moodle_access import TOKEN
from app.secrets import StoreState
from ui.look.buttons import enable, icon_button
from ui.look.icons import Icon
from ui.look.words import tr

LONGEST = 1000
_DOTS = "●" * 10


class SecretEdit(QWidget):
    """`changed` when something was typed. `text` is only what was typed here."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.edit = QLineEdit(self)
        self.edit.setEchoMode(QLineEdit.EchoMode.Password)
        self.edit.setMaxLength(LONGEST)
        self.eye = icon_button(Icon.EYE, tr("Show what I typed"), "secret_eye", parent=self, checkable=True)
        self.eye.toggled.connect(self._look)
        self._offer_eye()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.edit, 1)
        row.addWidget(self.eye)
        self.edit.textChanged.connect(self._typed)

    @property
    def text(self) -> str:
        return self.edit.text()

    def show_stored(self, stored: bool) -> None:
        """Dots where one is kept; nothing where it has to be typed."""
        self.edit.setPlaceholderText(_DOTS if stored else "")

    def setAccessibleName(self, name: str) -> None:
        super().setAccessibleName(name)
        self.edit.setAccessibleName(name)

    @Slot(str)
    def _typed(self, text: str) -> None:
        self._offer_eye()
        if not text:
            self.eye.setChecked(False)
        self.changed.emit()

    def _offer_eye(self) -> None:
        enable(self.eye, "" if self.text else tr("Only what you type here can be shown."), tr("Show what I typed"))

    @Slot(bool)
    def _look(self, shown: bool) -> None:
        mode = QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password
        self.edit.setEchoMode(mode)


def problem_of(name: str, value: str) -> str:
    """What is wrong with a secret as typed; "" if nothing is."""
    if not value.strip():
        return tr("Type the token.") if name == "lms_token" else tr("Type the password.")
    if name == "lms_token" and not TOKEN.fullmatch(value):
        return tr("A token has letters and digits, up to 200, and no blank inside. Copy it again.")
    if name == "lrs_password" and len(value) != PASSWORD_LENGTH:
        return tr(
            "The LRS password has exactly {n} characters; this one has {typed}. Type it again.",
            n=PASSWORD_LENGTH,
            typed=len(value),
        )
    return ""


def store_sentence(state: StoreState, label: str) -> str:
    """Where a typed secret will be kept."""
    if state is StoreState.AVAILABLE:
        return tr("Passwords and tokens are kept in this computer’s password store, never in a file.")
    if state is StoreState.LOCKED:
        return tr(
            "This computer’s password store is locked, so the {label} is kept only until you leave the program. "
            "Unlock it to keep passwords.",
            label=label,
        )
    return tr(
        "This computer has no password store, so the {label} is kept only until you leave the program.", label=label
    )
