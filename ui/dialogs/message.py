"""An expected failure, said to the user: what happened, then what to do."""

from PySide6.QtWidgets import QWidget

from app.errors import AppError, ServiceError
from ui.grids.form_dialog import FormDialog
from ui.help.why_link import WhyLink
from ui.look.dialog import QUESTION_WIDTH
from ui.look.fonts import scaled
from ui.look.help_key import RULE
from ui.look.icons import Icon
from ui.look.tokens import Role
from ui.look.words import tr


class MessageDialog(FormDialog):
    """One button, *Close*; beside it the way to what the help says of the code of a service."""

    def __init__(self, parent: QWidget | None, error: AppError) -> None:
        super().__init__(
            parent,
            title=tr("Learner Manager"),
            heading=tr(error.message),
            secondary=tr(error.hint) if error.hint else "",
            icon=Icon.WARNING,
            role=Role.WARN,
            name="message",
        )
        if isinstance(error, ServiceError):
            why = WhyLink("message_why", self)
            why.show_rule(error.code)
            self.setProperty(RULE, error.code)
            self.foot.left.addWidget(why)
        self.add_button(tr("Close"), kind="primary", name="message_close", clicked=self.accept, safe=True)
        self.setFixedWidth(scaled(QUESTION_WIDTH))
