"""The PLR/LRS page of the settings: addresses, certificate, organisation, download."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from app.config import Option
from ui.certificate_words import ending
from ui.dialogs.form_field import choice
from ui.dialogs.lrs_draft import LIVE, OPTIONS, TEST, LrsDraft
from ui.dialogs.settings_form import Section, SettingsForm
from ui.dialogs.settings_saving import Known
from ui.look.buttons import enable
from ui.look.fonts import Type
from ui.look.icons import Icon
from ui.look.labels import text_label
from ui.look.segments import Segments
from ui.look.tokens import Role
from ui.look.words import tr

_TYPE = "default_attainment_type"


class LrsPage(SettingsForm):
    """The form over an LrsDraft."""

    part = "lrs"
    title = "PLR/LRS"
    sections = (
        Section("Connection", (("url",), ("certificate_file", "lrs_certificate_password"), ("ca_file", "proxy"))),
        Section(
            "Organisation",
            (("ukprn", "organisation_ref", "lrs_password"), ("username", "vendor_id", "user_type", "language")),
        ),
        Section(
            "Download",
            (
                ("get_type", "parallel", _TYPE),
                ("connect_timeout", "read_timeout", "deadline"),
                ("opens", "closes", "days"),
                ("send_all_given_names",),
            ),
        ),
    )
    secret_labels = {
        "lrs_password": "Organisation password",
        "lrs_certificate_password": "Certificate password",
    }
    store_label = "LRS password"
    files = {
        "certificate_file": ("Choose a certificate file", "Certificates (*.p12 *.pfx)"),
        "ca_file": ("Choose a file of authorities", "Certificates (*.pem *.crt *.cer)"),
    }
    codes = frozenset(
        {"url", "certificate_file", "ca_file", "proxy", "ukprn", "organisation_ref", "username", "vendor_id"}
    )
    ticks = {"send_all_given_names": "Send all given names; otherwise only the first one is sent"}
    choice_words = {"ENG": "English"}
    asks_again = frozenset({"url", "certificate_file"})

    def __init__(self, draft: LrsDraft, parent: QWidget | None = None) -> None:
        self.draft = draft
        super().__init__(draft, parent)

    def _add_to_head(self, head: QHBoxLayout) -> None:
        words = text_label(tr("Service"), Type.BODY, Role.TEXT2)
        self.service = Segments([(LIVE, tr("Live")), (TEST, tr("Test"))], tr("Service"))
        self.service.setObjectName("lrs_service")
        self.service.set_value(self.draft.service)
        self.service.chosen.connect(self._service_chosen)
        words.setBuddy(self.service)
        head.addWidget(words)
        head.addSpacing(8)
        head.addWidget(self.service)

    def _option(self, name: str) -> Option:
        return OPTIONS[name]

    def _editor(self, name: str) -> QWidget:
        if name != _TYPE:
            return super()._editor(name)
        code = self.draft.text(name)
        return self._chosen_from(choice([(code, code)], code))

    # What is known from elsewhere

    def offer_types(self, types: Sequence[tuple[str, str]]) -> None:
        """Fill the list of attainment types; a code that is not among them stays, and says so."""
        box = self.fields[_TYPE].focus
        assert isinstance(box, QComboBox)
        current = self.draft.text(_TYPE)
        self._filling = True
        box.clear()
        for code, title in types:
            box.addItem(f"{code}, {title}" if title else code, code)
        if box.findData(current) < 0:
            box.addItem(tr("{code}, not in the list", code=current), current)
        box.setCurrentIndex(box.findData(current))
        self._filling = False

    def show_known(self, known: Known) -> None:
        """Also how long the certificate lasts."""
        super().show_known(known)
        if known.host == self.draft.host:
            self._warn_of_end(known.ends)

    def _warn_of_end(self, ends: datetime | None) -> None:
        if self._locked:
            return
        found = ending(ends)
        if found is not None:
            title, words, role = found
            self.banner.say(title, words, role, Icon.IDENTIFICATION_CARD)
        self.banner.setVisible(found is not None)

    def lock(self, reason: str, names: Iterable[str] | None = None, title: str = "") -> None:
        super().lock(reason, names, title)
        enable(self.service, reason)

    # What is typed

    def _what_counts(self) -> tuple[str, ...]:
        return (self.draft.host, self.draft.text("certificate_file"))

    @Slot(str)
    def _service_chosen(self, service: str) -> None:
        """Each service has an address of its own."""
        self.draft.service = service
        self.show_text("url", self.draft.address)
        self.fields["url"].show_error("")
        self.look_at_host()
        self.changed.emit()

    def show_problem(self, name: str, words: str) -> bool:
        """Also beside the address that stands behind the other half of the switch."""
        name = name.removeprefix("lrs.")
        if name in {"live_url", "test_url"}:
            other = LIVE if name == "live_url" else TEST
            self.service.set_value(other)
            self._service_chosen(other)
            name = "url"
        return super().show_problem(name, words)
