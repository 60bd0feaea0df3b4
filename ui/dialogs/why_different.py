"""*Why is Moodle’s completion different?*: our two counts and what stands behind them (LS-E13)."""

from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from app.lms.report_card import Counted
from ui.grids.form_dialog import FormDialog
from ui.look.fonts import Type, font
from ui.look.icons import Icon, qicon
from ui.look.labels import text_label
from ui.look.plain import visible_text
from ui.look.tokens import Role
from ui.look.words import tr

_WIDTH, _HEIGHT = 560, 480


class WhyDifferentDialog(FormDialog):
    """Every item of the gradebook under the heading that says how it counts."""

    def __init__(self, parent: QWidget | None, counted: Counted) -> None:
        reached = counted.progress
        super().__init__(
            parent,
            title=tr("Progress"),
            heading=tr("{graded} of {all} activities graded", graded=reached.graded, all=reached.visible),
            secondary=tr(
                "Learner Manager counts the activities of the gradebook that are not hidden, and of these the ones "
                "with a grade. Moodle’s completion counts what each activity asks for, such as viewing a page: the "
                "two differ, and both are right."
            ),
            icon=Icon.QUESTION,
            name="why_different_dialog",
        )
        self.list = QListWidget(self)
        self.list.setObjectName("why_items")
        self.list.setAccessibleName(tr("Items of the gradebook"))
        self.list.setMinimumSize(460, 280)
        self.list.setProperty("ring", True)
        for heading, icon, role, names in (
            (tr("{n} with a grade", n=len(counted.graded)), Icon.CHECK_CIRCLE, Role.GOOD, counted.graded),
            (tr("{n} without a grade", n=len(counted.ungraded)), Icon.CIRCLE, Role.TEXT2, counted.ungraded),
            (tr("Hidden: in neither number"), Icon.EYE_SLASH, Role.TEXT2, counted.hidden),
            (tr("Columns without an activity: in neither number"), Icon.PENCIL_SIMPLE, Role.TEXT2, counted.other),
        ):
            if names:
                self._add(heading, icon, role, names)
        self.content.addWidget(self.list)
        note = text_label(
            tr("Pages, files and labels can never get a grade and are not counted."),
            Type.SECONDARY,
            Role.TEXT2,
            wrap=True,
        )
        self.content.addWidget(note)
        self.add_button(tr("Close"), kind="primary", name="why_close", clicked=self.accept, safe=True)
        self.open_at(_WIDTH, _HEIGHT)

    def _add(self, heading: str, icon: Icon, role: Role, names: tuple[str, ...]) -> None:
        title = QListWidgetItem(heading)
        title.setFont(font(Type.BODY, weight=600))
        self.list.addItem(title)
        for name in names:
            self.list.addItem(QListWidgetItem(qicon(icon, role), visible_text(name)))
