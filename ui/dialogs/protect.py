"""The file dialog of an export about people: what the file holds, and a password that only its reader knows."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from app.export_target import Protected, Target, password_problem, password_strength
from ui.exporting import CSV, EXCEL, FILTERS, ZIP, FileDialog
from ui.look.banner import Banner
from ui.look.buttons import icon_button
from ui.look.fonts import Type
from ui.look.icons import Icon
from ui.look.labels import text_label
from ui.look.speech import announce
from ui.look.tokens import Role
from ui.look.words import tr
from ui.protecting import LAST, Holds

_SHEETS = frozenset({EXCEL, CSV})


class ProtectPanel(QWidget):
    """A sentence, a tick, and while it is set a password typed twice."""

    toggled = Signal(bool)

    def __init__(self, holds: Holds, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("protect_panel")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        icon, role = (Icon.INFO, Role.INFO) if holds is Holds.PEOPLE else (Icon.SHIELD_WARNING, Role.WARN)
        advice = tr("Whoever has the file can read it, unless a password protects it.")
        self.banner = Banner(icon, role, tr(holds.value), advice)
        self.tick = QCheckBox(tr("Protect it with a password"))
        self.tick.setObjectName("protect_tick")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.banner)
        column.addWidget(self.tick)
        column.addWidget(self._fields())
        self.tick.toggled.connect(self._toggled)
        self.fields.hide()

    def _fields(self) -> QWidget:
        self.fields = QWidget()
        grid = QGridLayout(self.fields)
        grid.setContentsMargins(26, 0, 0, 0)
        grid.setSpacing(8)
        self.password, self.again = QLineEdit(), QLineEdit()
        for place, (edit, name, words) in enumerate(
            ((self.password, "protect_password", tr("Password")), (self.again, "protect_again", tr("Once more")))
        ):
            edit.setObjectName(name)
            edit.setAccessibleName(tr("Password, once more") if place else words)
            edit.setEchoMode(QLineEdit.EchoMode.Password)
            edit.setInputMethodHints(Qt.InputMethodHint.ImhSensitiveData | Qt.InputMethodHint.ImhNoPredictiveText)
            edit.textChanged.connect(self._typed)
            label = text_label(words, Type.SECONDARY, weight=500)
            label.setBuddy(edit)
            grid.addWidget(label, 0, 2 * place)
            grid.addWidget(edit, 0, 2 * place + 1)
            grid.setColumnStretch(2 * place + 1, 1)
        self.eye = icon_button(Icon.EYE, tr("Show what I typed"), "protect_eye", checkable=True)
        self.eye.toggled.connect(self._look)
        grid.addWidget(self.eye, 0, 4)
        self.hint = text_label("", Type.SECONDARY, Role.TEXT2, wrap=True, name="protect_hint")
        grid.addWidget(self.hint, 1, 0, 1, 5)
        about = tr(
            "7-Zip and WinZip open it with the password; the zip folders of Windows do not. The password is kept "
            "nowhere: tell it by another way than the file."
        )
        grid.addWidget(text_label(about, Type.SECONDARY, Role.TEXT2, wrap=True), 2, 0, 1, 5)
        return self.fields

    def resizeEvent(self, event: QResizeEvent) -> None:
        """As high as its words at this width, which the layout of the file dialog does not ask for."""
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        layout, inside = self.layout(), self.fields.layout()
        if layout is not None and inside is not None:
            for one in (inside, layout):
                one.invalidate()  # what they kept may be of the words before
            self.setMinimumHeight(layout.totalHeightForWidth(self.width()))
            window = self.window()
            window.resize(window.size().expandedTo(window.minimumSizeHint()))

    @property
    def wanted(self) -> bool:
        return self.tick.isChecked()

    def problem(self) -> str:
        """What is wrong with what was typed; "" if it can be used, or is not wanted."""
        if not self.wanted:
            return ""
        if found := password_problem(self.password.text()):
            return tr(found)
        if not self.again.text():
            return tr("Type it once more, so that no slip of a finger locks the file.")
        return "" if self.again.text() == self.password.text() else tr("The two are not the same. Type them again.")

    def show_problem(self, problem: str) -> None:
        """Say it, and put the keyboard where it can be mended."""
        self.hint.setText(problem)
        self.hint.set_role(Role.BAD)
        self._make_room()
        announce(self.hint, problem)
        first = bool(password_problem(self.password.text()))
        (self.password if first else self.again).setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot(bool)
    def _toggled(self, wanted: bool) -> None:
        self.fields.setVisible(wanted)
        self._typed()
        self.toggled.emit(wanted)

    @Slot()
    def _typed(self) -> None:
        problem = self.problem()
        self.hint.set_role(Role.TEXT2 if problem else Role.GOOD)
        self.hint.setText(problem or tr(password_strength(self.password.text())))
        self._make_room()

    @Slot(bool)
    def _look(self, shown: bool) -> None:
        mode = QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password
        self.password.setEchoMode(mode)
        self.again.setEchoMode(mode)


class ProtectingSaveDialog(FileDialog):
    """`target` is what was chosen. With the tick the file is a zip, and the dialog asks about that name."""

    def __init__(self, parent: QWidget | None, kind: str, title: str, start: str, holds: Holds) -> None:
        super().__init__(parent, tr(title), start, tr(FILTERS[kind]))
        self.to_save(kind)
        self._kind = self._inside = kind
        self.target: Target | None = None
        self.panel = ProtectPanel(holds, self)
        self.add_below(self.panel)
        self.panel.toggled.connect(self._protect)
        self.panel.tick.setChecked(LAST.protected)

    @Slot(bool)
    def _protect(self, wanted: bool) -> None:
        """The name and the kind of file follow the tick."""
        edit = self._name()
        name = edit.text()
        kind = ZIP if wanted else self._inside
        self.setNameFilter(tr(FILTERS[kind]))
        self.setDefaultSuffix(kind)
        edit.setText(self._named(name, wanted=wanted))
        if wanted and self.isVisible():
            self.panel.password.setFocus(Qt.FocusReason.OtherFocusReason)

    def _name(self) -> QLineEdit:
        edit = self.findChild(QLineEdit, "fileNameEdit")
        assert isinstance(edit, QLineEdit)
        return edit

    def _named(self, name: str, *, wanted: bool) -> str:
        """`name` with the ending that it needs now; a workbook may have been typed as a CSV file, or the reverse."""
        zipped = Path(name).suffix.lower() == f".{ZIP}"
        bare = name[: -len(f".{ZIP}")] if zipped else name
        ending = Path(bare).suffix.lower()
        known = ending[1:] in (_SHEETS if self._kind in _SHEETS else {self._kind})
        if known:
            self._inside = ending[1:]
        if wanted:
            if known:
                return bare[: -len(ending)] + f".{ZIP}"
            return name if zipped or not ending else f"{name}.{ZIP}"
        if not zipped:
            return name
        return bare if known else f"{bare}.{self._inside}"

    def accept(self) -> None:
        if problem := self.panel.problem():
            self.panel.show_problem(problem)
            return
        edit = self._name()
        edit.setText(self._named(edit.text(), wanted=self.panel.wanted))
        super().accept()

    def done(self, result: int) -> None:
        chosen = self.selectedFiles() if result else []
        if chosen:
            path = Path(chosen[0])
            LAST.protected = self.panel.wanted
            if self.panel.wanted:
                self.target = Protected(path, f"{path.stem}.{self._inside}", self.panel.password.text())
            else:
                self.target = path
        self.panel.password.clear()
        self.panel.again.clear()
        super().done(result)
