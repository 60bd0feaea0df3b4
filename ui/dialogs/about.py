"""About Learner Manager: version, licence, what it is made with."""

from PySide6 import __version__ as pyside_version
from PySide6.QtWidgets import QWidget

from app import __version__
from ui.look.dialog import FramedDialog
from ui.look.fonts import Type
from ui.look.icons import Icon
from ui.look.labels import text_label
from ui.look.tokens import Role
from ui.look.words import tr


class AboutDialog(FramedDialog):
    def __init__(self, parent: QWidget | None) -> None:
        super().__init__(
            parent,
            title=tr("About Learner Manager"),
            heading=tr("Learner Manager {version}", version=__version__),
            secondary=tr("Learners, their Personal Learning Records and the college's own attainments."),
            icon=Icon.STUDENT,
            name="about",
        )
        made = tr(
            "Free software under the MIT licence. "
            "Made with Qt for Python {qt}, Phosphor icons, Inter and JetBrains Mono.",
            qt=pyside_version,
        )
        self.content.addWidget(text_label(made, Type.SECONDARY, Role.TEXT2, wrap=True))
        self.add_button(tr("Close"), kind="primary", name="about_close", clicked=self.accept, safe=True)
