"""The banner that says in time that the college's certificate ends, without anybody having tested anything."""

from datetime import datetime

from PySide6.QtCore import QTimer, Signal, Slot

from app.access import Permission
from app.context import AppContext
from app.tasks import TaskContext
from ui.look.banner import Banner
from ui.look.buttons import button
from ui.look.icons import Icon
from ui.look.tokens import Role
from ui.look.words import tr
from ui.workers import Lane, TaskRunner

_FIRST_MS = 1_000
"""After the start, which has better things to do than to read certificates."""
_AGAIN_MS = 6 * 3600 * 1000
"""The window may stay open for weeks."""


class CertificateBanner(Banner):
    """Hidden until `look` finds something to say; only the end of the certificate is kept, nothing else of it."""

    settings_wanted = Signal()
    known = Signal(object)
    """When the certificate ends, for whoever else says so; None: there is nothing to say."""

    def __init__(self, context: AppContext, runner: TaskRunner) -> None:
        lead = button(tr("Open Settings"), Icon.IDENTIFICATION_CARD, name="open_settings")
        super().__init__(Icon.IDENTIFICATION_CARD, Role.WARN, "", "", [lead], across=True)
        self.setObjectName("certificate_banner")
        lead.clicked.connect(self.settings_wanted)
        self.hide()
        self._context, self._runner = context, runner
        self.ends: datetime | None = None
        self._timer = QTimer(self, interval=_FIRST_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    @Slot()
    def look(self) -> None:
        """Look at the certificate in a task: the password store may take its time. Only for those it concerns."""
        self._timer.setInterval(_AGAIN_MS)
        rights, settings, secrets = self._context.rights, self._context.settings, self._context.secrets
        concerned = not rights.why_not(Permission.PLR_DOWNLOAD) or not rights.why_not(Permission.ADMINISTER)
        if not settings.lrs.certificate_file or not concerned:
            self._known(None)
            return

        def work(task: TaskContext) -> datetime | None:
            # What reads certificates is slow to import: not before the window is there, and not in its thread.
            from ui.dialogs.lrs_saving import certificate_end

            return certificate_end(settings.lrs, secrets)

        self._runner.run(work, lane=Lane.CHECK, done=self._known)

    @Slot(object)
    def _known(self, ends: datetime | None) -> None:
        from ui.certificate_words import ending

        self.ends = ends
        self.known.emit(ends)
        found = ending(ends)
        if found is not None:
            title, text, role = found
            self.say(title, text, role)
        self.setVisible(found is not None)
