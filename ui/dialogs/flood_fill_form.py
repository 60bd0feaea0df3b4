"""What *Flood Fill* sets: the field, and the value or that it is to be blank."""

from collections.abc import Sequence

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.learners.edit import LONGEST
from app.learners.flood_fill import FIELDS, FillField, Value
from ui.dialogs.form_field import FormField, choice, line
from ui.look.buttons import enable
from ui.look.plain import visible_text
from ui.look.words import tr

_LATER_MS = 250
"""After the last key: the preview of a large selection takes a moment."""


class FillForm(QWidget):
    """`changed` a moment after the last key, and at once for what is chosen."""

    changed = Signal()

    def __init__(self, campuses: Sequence[tuple[int, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._later = QTimer(self, singleShot=True, interval=_LATER_MS)
        self._later.timeout.connect(self.changed)
        self._fields = [one for one in FIELDS if one.name != "campus_id" or campuses]
        self.field_box = choice([(one.name, tr(one.title)) for one in self._fields], None)
        self.field = FormField(tr("Field"), self.field_box, name="fill_field")
        self.campus_box = choice([(key, visible_text(name)) for key, name in campuses], None)
        self.text = line(longest=LONGEST["tutor_group"])
        self._editors: dict[str, FormField] = {
            "campus_id": FormField(tr("Campus"), self.campus_box, name="fill_campus"),
            "tutor_group": FormField(tr("Tutor Group"), self.text, name="fill_text"),
        }
        self._values = QStackedWidget()
        for editor in self._editors.values():
            self._values.addWidget(editor)
        self.blank = QCheckBox(tr("Make it blank"))
        self.blank.setObjectName("fill_blank")
        self._build()
        self.field_box.currentIndexChanged.connect(self._field_chosen)
        self.campus_box.currentIndexChanged.connect(self.changed)
        self.blank.toggled.connect(self._blank_toggled)
        self.text.textChanged.connect(self._typed)
        self._field_chosen()

    def _build(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        row.addWidget(self.field, 2)
        row.addWidget(self._values, 3)
        aside = QVBoxLayout()
        # As high as the names above the two editors, so that the box stands beside them.
        above = self.field.sizeHint().height() - self.field_box.sizeHint().height()
        aside.addSpacing(above + (self.field_box.sizeHint().height() - self.blank.sizeHint().height()) // 2)
        aside.addWidget(self.blank)
        aside.addStretch(1)
        row.addLayout(aside)

    @property
    def what(self) -> FillField:
        """The field that is chosen."""
        return self._fields[self.field_box.currentIndex()]

    @property
    def value(self) -> Value:
        """What it is to be set to; None for blank, "" for nothing typed yet."""
        if self.blank.isChecked():
            return None
        if self.what.name == "campus_id":
            found = self.campus_box.currentData()
            return found if isinstance(found, int) else None
        return self.text.text().strip()

    @Slot()
    def _field_chosen(self) -> None:
        what = self.what
        settable = what.settable
        self._values.setVisible(settable)
        if settable:
            self._values.setCurrentWidget(self._editors[what.name])
        self.blank.setChecked(not settable)
        reason = tr("{title} belongs to one person: it can only be made blank.", title=tr(what.title))
        enable(self.blank, "" if settable else reason)
        self.show_error("")
        self.changed.emit()

    @Slot(bool)
    def _blank_toggled(self, blank: bool) -> None:
        for editor in (self.campus_box, self.text):
            editor.setEnabled(not blank)
        self.changed.emit()

    @Slot()
    def _typed(self) -> None:
        self._later.start()

    @property
    def waiting(self) -> bool:
        """Whether something was typed that `changed` has not told of yet."""
        return self._later.isActive()

    def show_error(self, text: str) -> None:
        """Say what is wrong with the value."""
        editor = self._editors.get(self.what.name)
        if editor is not None:
            editor.show_error(text)

    def lock(self) -> None:
        """Nothing can be chosen any more."""
        self._later.stop()
        self.setEnabled(False)
