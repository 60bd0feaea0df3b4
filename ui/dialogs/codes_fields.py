"""Where the college keeps campus, tutor group and course code in the fields that the ILR leaves to providers."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from app.files.aims import AIM_SLOTS, LEARNER_SLOTS, OwnFields
from ui.dialogs.form_field import FormField, choice
from ui.look.cards import Card
from ui.look.fonts import Type
from ui.look.labels import text_label
from ui.look.tokens import Role
from ui.look.words import tr


class OwnFieldsCard(Card):
    """Three choices, each kept as soon as it is made: `chosen` carries the OwnFields."""

    chosen = Signal(object)

    def __init__(self, why_not: str, parent: QWidget | None = None) -> None:
        super().__init__(parent, padding=12, fill=Role.SUBTLE, name="own_fields")
        self.column.setSpacing(8)
        words = tr("In the ILR, your college keeps its own codes in fields that are left to it. Say in which:")
        self.column.addWidget(text_label(words, Type.SECONDARY, Role.TEXT2, wrap=True))
        learner = [(slot, tr("learner field {slot}", slot=slot)) for slot in LEARNER_SLOTS]
        aim = [(slot, tr("aim field {slot}", slot=slot)) for slot in AIM_SLOTS]
        row = QHBoxLayout()
        row.setSpacing(12)
        self.boxes: dict[str, QComboBox] = {}
        for name, title, none, slots in (
            ("campus", tr("Campus, where no campus code is given"), tr("place of the main course"), learner),
            ("tutor_group", tr("Tutor group"), tr("in none"), learner),
            ("course", tr("Course code"), tr("in none"), aim),
        ):
            box = choice([("", none), *slots], "")
            box.activated.connect(self._chosen)
            field = FormField(title, box, name=f"own_{name}", help=tr("The next load reads it there."))
            if why_not:
                field.lock(why_not)
            self.boxes[name] = box
            row.addWidget(field, 1)
        self.column.addLayout(row)

    def show_fields(self, fields: OwnFields) -> None:
        """Show what is chosen."""
        for name, box in self.boxes.items():
            box.setCurrentIndex(max(0, box.findData(getattr(fields, name))))

    @Slot()
    def _chosen(self) -> None:
        self.chosen.emit(OwnFields(**{name: box.currentData() for name, box in self.boxes.items()}))
