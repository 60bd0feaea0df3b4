"""Over everything while the demo runs: nobody may take its people for real ones."""

from PySide6.QtWidgets import QWidget

from ui.look.banner import Banner
from ui.look.icons import Icon
from ui.look.tokens import Role
from ui.look.words import tr


def demo_banner() -> QWidget:
    """A banner that stays."""
    banner = Banner(
        Icon.INFO,
        Role.WARN,
        tr("Demo: every person and every record here is invented."),
        tr("The services run on this computer only. Everything is gone when you close the window."),
    )
    banner.setObjectName("demo_banner")
    return banner
