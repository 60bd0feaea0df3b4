"""The Licences page: what an administrator switches on before anybody may ask the Learning Records Service."""

from datetime import date

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app import access, licences
from app.access import Permission
from app.changes import Changes, Topic
from app.context import AppContext
from app.errors import AppError
from app.licence_row import Licence, LicenceRow
from app.tasks import TaskContext
from ui.hub import Hub
from ui.look.banner import Banner
from ui.look.fonts import Type, scaled
from ui.look.icons import Icon
from ui.look.labels import text_label
from ui.look.scrolling import scrolling
from ui.look.tokens import Role
from ui.look.words import tr
from ui.pages.licences_card import LicenceCard
from ui.workers import Lane, TaskRunner

_WIDTH = 760


class LicencesPage(QWidget):
    """Two cards, one per licence; without the role *Administrator* they can only be read."""

    def __init__(self, context: AppContext, runner: TaskRunner, hub: Hub, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("licences")
        self.setAccessibleName(tr("Licences"))
        self._context, self._runner, self._hub = context, runner, hub
        self._saving: Licence | None = None
        self.cards: dict[Licence, LicenceCard] = {}
        self._build()
        hub.announced.connect(self._announced)
        self.reload()

    def _build(self) -> None:
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(8, 4, 8, 8)
        column.setSpacing(8)
        words = tr("Downloading from the Learning Records Service and Update Selected need both licences.")
        intro = text_label(words, Type.BODY, Role.TEXT2, wrap=True)
        column.addWidget(intro)
        self.banner = Banner(Icon.LOCK_SIMPLE, Role.INFO, "")
        self.banner.setObjectName("licences_banner")
        self.banner.hide()
        column.addWidget(self.banner)
        for licence in Licence:
            card = LicenceCard(licence)
            card.save_wanted.connect(self._save)
            card.reload_wanted.connect(self._discard_and_reload)
            self.cards[licence] = card
            column.addWidget(card)
        column.addStretch(1)
        inside.setMaximumWidth(scaled(_WIDTH))
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scrolling(inside))

    @Slot()
    def reload(self) -> None:
        """Read both licences anew; what somebody is typing stays unless the licence itself was changed."""

        def read(context: TaskContext) -> tuple[tuple[LicenceRow, ...], str]:
            with self._context.db.read(context) as tx:
                rights = access.rights(tx, self._context.user)
            return rights.licences, rights.why_not(Permission.ADMINISTER)

        self._runner.run(read, lane=Lane.READ, done=self._loaded)

    @Slot(object)
    def _loaded(self, found: tuple[tuple[LicenceRow, ...], str]) -> None:
        rows, why_not = found
        self.banner.say(tr("The licences can only be read."), why_not)
        self.banner.setVisible(bool(why_not))
        for row in rows:
            self.cards[row.code].show_row(row, date.today(), why_not)

    @Slot(object)
    def _announced(self, changes: Changes) -> None:
        if changes.topics & {Topic.LICENCES, Topic.USERS}:
            self.reload()

    @Slot()
    def _discard_and_reload(self) -> None:
        card = self.sender()
        if isinstance(card, LicenceCard):
            card.forget()
        self.reload()

    # Saving

    @Slot(object)
    def _save(self, wanted: LicenceRow) -> None:
        if self._saving is not None:
            return
        db, user = self._context.db, self._context.user
        self._saving = wanted.code
        self.cards[wanted.code].set_saving(True)
        self._runner.run(
            lambda context: licences.save(db, user, wanted),
            lane=Lane.WRITE,
            done=self._saved,
            failed=self._save_failed,
            cancelled=self._save_cancelled,
        )

    def _saved_card(self) -> LicenceCard:
        assert self._saving is not None
        card = self.cards[self._saving]
        self._saving = None
        card.set_saving(False)
        return card

    @Slot(object)
    def _saved(self, nothing: None) -> None:
        self._saved_card().forget()
        self._hub.announce(Changes.of(Topic.LICENCES))

    @Slot()
    def _save_cancelled(self) -> None:
        self._saved_card()

    @Slot(object)
    def _save_failed(self, error: Exception) -> None:
        card = self._saved_card()
        if isinstance(error, AppError):
            card.show_failure(error)
        else:
            self._runner.failed.emit(error)
