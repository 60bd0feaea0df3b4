"""The PLR/LRS page of the settings: addresses, certificate, organisation, download."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.errors import InputError
from app.secrets import StoreState
from ui.certificate_words import ending
from ui.dialogs.form_field import FormField, StateLine, choice, line
from ui.dialogs.lrs_draft import LIVE, OPTIONS, SECRETS, TEST, LrsDraft
from ui.dialogs.lrs_saving import Known, type_again
from ui.dialogs.secret_field import SecretEdit, problem_of, store_sentence
from ui.look.banner import Banner
from ui.look.buttons import button
from ui.look.cards import HairLine
from ui.look.fonts import Type, scale
from ui.look.icons import Icon
from ui.look.labels import text_label
from ui.look.segments import Segments
from ui.look.tokens import Role
from ui.look.words import tr

_HOST_DELAY_MS = 300
_WIDE_UP_TO = 1.3
"""Above this size of the text two fields stand side by side instead of four."""
_FILES = {"certificate_file": "Certificates (*.p12 *.pfx)", "ca_file": "Certificates (*.pem *.crt *.cer)"}
_SECRET_LABELS = {"lrs_password": "Organisation password", "lrs_certificate_password": "Certificate password"}
_CODES = {"url", "certificate_file", "ca_file", "proxy", "ukprn", "organisation_ref", "username", "vendor_id"}
_WORDS = {"ENG": "English"}
_SECTIONS: Sequence[tuple[str, Sequence[Sequence[str]]]] = (
    ("Connection", (("url",), ("certificate_file", "lrs_certificate_password"), ("ca_file", "proxy"))),
    (
        "Organisation",
        (("ukprn", "organisation_ref", "lrs_password"), ("username", "vendor_id", "user_type", "language")),
    ),
    (
        "Download",
        (
            ("get_type", "parallel", "default_attainment_type"),
            ("connect_timeout", "read_timeout", "deadline"),
            ("opens", "closes", "days"),
            ("send_all_given_names",),
        ),
    ),
)


class LrsPage(QWidget):
    """The form over a draft. `changed` after every edit; `known_wanted` for another host or certificate."""

    changed = Signal()
    known_wanted = Signal()

    def __init__(self, draft: LrsDraft, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("settings_lrs")
        self.draft = draft
        self.fields: dict[str, FormField] = {}
        self._filling = False
        self._host, self._file = draft.host, draft.texts["certificate_file"]
        self._locked = False
        self._host_timer = QTimer(self, singleShot=True, interval=_HOST_DELAY_MS)
        self._host_timer.timeout.connect(self._look_at_host)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(20, 16, 20, 16)
        self._column.setSpacing(10)
        self._build_head()
        for title, rows in _SECTIONS:
            self._build_section(title, rows)
        self.note = StateLine(self)
        self.note.setObjectName("settings_note")
        self._column.addWidget(self.note)
        self._column.addStretch(1)
        self._order_tabs()

    # Building

    def _build_head(self) -> None:
        head = QHBoxLayout()
        head.addWidget(text_label(tr("PLR/LRS"), Type.PAGE_TITLE, wrap=True), 1)
        words = text_label(tr("Service"), Type.BODY, Role.TEXT2)
        self.service = Segments([(LIVE, tr("Live")), (TEST, tr("Test"))], tr("Service"))
        self.service.setObjectName("lrs_service")
        self.service.set_value(self.draft.service)
        self.service.chosen.connect(self._service_chosen)
        words.setBuddy(self.service)
        head.addWidget(words)
        head.addSpacing(8)
        head.addWidget(self.service)
        self._column.addLayout(head)
        self.banner = Banner(Icon.WARNING, Role.WARN, "")
        self.banner.setObjectName("settings_banner")
        self.banner.hide()
        self._column.addWidget(self.banner)

    def _build_section(self, title: str, rows: Sequence[Sequence[str]]) -> None:
        if self._column.count() > 2:
            self._column.addWidget(HairLine(role=Role.LINE2))
        self._column.addWidget(text_label(tr(title), Type.HEADER))
        for names in rows:
            most = len(names) if scale() <= _WIDE_UP_TO else min(len(names), 2)
            grid = QGridLayout()
            grid.setHorizontalSpacing(12)
            grid.setVerticalSpacing(12)
            for place, name in enumerate(names):
                self.fields[name] = self._make(name)
                grid.addWidget(self.fields[name], place // most, place % most)
                grid.setColumnStretch(place % most, 1)
            self._column.addLayout(grid)

    def _make(self, name: str) -> FormField:
        if name in SECRETS:
            editor = SecretEdit()
            editor.changed.connect(self._secret_typed)
            help = tr("Stays as it is kept while the field is empty.")
            return FormField(tr(_SECRET_LABELS[name]), editor, name=name, help=help)
        option = OPTIONS[name]
        label, help = tr(option.label), tr(option.help)
        if name == "send_all_given_names":
            box = QCheckBox(tr("Send all given names; otherwise only the first one is sent"))
            box.setChecked(bool(self.draft.texts[name]))
            box.toggled.connect(self._edited)
            return FormField(label, box, name=name, help=help, shown=False)
        if name == "default_attainment_type" or option.rule.choices:
            combo = choice([(one, tr(_WORDS.get(one, one))) for one in option.rule.choices], self.draft.texts[name])
            if name == "default_attainment_type":
                combo.addItem(self.draft.texts[name], self.draft.texts[name])
            combo.setMinimumContentsLength(6)
            combo.currentIndexChanged.connect(self._edited)
            return FormField(label, combo, name=name, help=help)
        text = self.draft.address if name == "url" else self.draft.texts[name]
        edit = line(text, longest=4096, mono=name in _CODES)
        edit.textChanged.connect(self._edited)
        beside = None
        if name in _FILES:
            words = (
                tr("Choose a certificate file") if name == "certificate_file" else tr("Choose a file of authorities")
            )
            beside = button(tr("Choose"), name=f"{name}_choose", clicked=self._choose_file)
            beside.setAccessibleName(words)
            beside.setAutoDefault(True)
            beside.setProperty("setting", name)
        return FormField(label, edit, name=name, help=help, beside=beside)

    def _order_tabs(self) -> None:
        stops: list[QWidget] = []
        for field in self.fields.values():
            stops += [field.focus]
            if isinstance(field.editor, SecretEdit):
                stops += [field.editor.eye]
            if field.beside is not None:
                stops += [field.beside]
        for first, second in pairwise(stops):
            QWidget.setTabOrder(first, second)

    # What is known from elsewhere

    def offer_types(self, types: Sequence[tuple[str, str]]) -> None:
        """Fill the list of attainment types; a code that is not among them stays, and says so."""
        box = self.fields["default_attainment_type"].focus
        assert isinstance(box, QComboBox)
        current = self.draft.texts["default_attainment_type"]
        self._filling = True
        box.clear()
        for code, title in types:
            box.addItem(f"{code}, {title}" if title else code, code)
        if box.findData(current) < 0:
            box.addItem(tr("{code}, not in the list", code=current), current)
        box.setCurrentIndex(box.findData(current))
        self._filling = False

    def show_known(self, known: Known) -> None:
        """Which secrets are kept for the host, where typed ones go, and how long the certificate lasts."""
        if known.host != self.draft.host:
            return
        moved = bool(self.draft.base.host) and known.host != self.draft.base.host
        for name in SECRETS:
            kept = name in known.kept
            self._secret(name).show_stored(kept)
            words = type_again(known.host) if moved and not kept else ""
            self.fields[name].state.say(Icon.INFO, words, Role.WARN)
        icon = Icon.LOCK_SIMPLE if known.store is StoreState.AVAILABLE else Icon.INFO
        self.note.say(icon, store_sentence(known.store, tr("LRS password")), Role.TEXT2)
        self._warn_of_end(known.ends)

    @property
    def warning(self) -> str:
        """What needs attention soon; "" if nothing does."""
        return "" if self._locked or self.banner.isHidden() else self.banner.accessibleName()

    def _warn_of_end(self, ends: datetime | None) -> None:
        if self._locked:
            return
        found = ending(ends)
        if found is not None:
            title, words, role = found
            self.banner.say(title, words, role, Icon.IDENTIFICATION_CARD)
        self.banner.setVisible(found is not None)

    def lock(self, reason: str) -> None:
        """Show everything, change nothing, and say why."""
        self._locked = True
        self.banner.say(tr("These settings can only be read."), reason, Role.INFO, Icon.LOCK_SIMPLE)
        self.banner.show()
        for field in self.fields.values():
            field.lock(reason)
            if field.beside is not None:
                field.beside.setEnabled(False)
                field.beside.setToolTip(reason)
        self.service.setEnabled(False)
        self.service.setToolTip(reason)
        self.service.setAccessibleDescription(reason)

    # What is typed

    def _secret(self, name: str) -> SecretEdit:
        editor = self.fields[name].editor
        assert isinstance(editor, SecretEdit)
        return editor

    @Slot()
    def _edited(self) -> None:
        """Take every field into the draft; an error stands until its own field is edited."""
        if self._filling:
            return
        sender = self.sender()
        for name, field in self.fields.items():
            if name in SECRETS:
                continue
            if field.focus is sender:
                field.show_error("")
            if name == "url":
                self.draft.addresses[self.draft.service] = _text_of(field.focus)
            else:
                self.draft.texts[name] = _text_of(field.focus)
        if sender in (self.fields["url"].focus, self.fields["certificate_file"].focus):
            self._host_timer.start()
        self.changed.emit()

    @Slot()
    def _secret_typed(self) -> None:
        for name in SECRETS:
            if self._secret(name) is self.sender():
                self.draft.typed[name] = self._secret(name).text
                self.fields[name].show_error("")
        self.changed.emit()

    @Slot(str)
    def _service_chosen(self, service: str) -> None:
        """Each service has an address of its own."""
        self.draft.service = service
        url = self.fields["url"]
        self._filling = True
        _set_line(url.focus, self.draft.address)
        self._filling = False
        url.show_error("")
        self._look_at_host()
        self.changed.emit()

    @Slot()
    def _look_at_host(self) -> None:
        """A password typed for one computer must not reach another."""
        asked = (self.draft.host, self.draft.texts["certificate_file"])
        if asked == (self._host, self._file):
            return
        if asked[0] != self._host:
            for name in SECRETS:
                self._secret(name).show_stored(False)
                if self._host:
                    self._secret(name).edit.clear()
        self._host, self._file = asked
        self.known_wanted.emit()

    @Slot()
    def _choose_file(self) -> None:
        pressed = self.sender()
        assert isinstance(pressed, QPushButton)
        name = pressed.property("setting")
        kinds = f"{tr(_FILES[name])};;{tr('All files (*)')}"
        dialog = QFileDialog(self, pressed.accessibleName(), self.draft.texts[name], kinds)
        dialog.setObjectName("choose_certificate")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setOption(QFileDialog.Option.DontUseNativeDialog, True)
        if dialog.exec() and dialog.selectedFiles():
            _set_line(self.fields[name].focus, dialog.selectedFiles()[0])
        dialog.deleteLater()

    # Errors

    def check(self) -> bool:
        """Whether the form can be saved; else the first error stands beside its field, which has the keyboard."""
        self._look_at_host()
        for name in SECRETS:
            problem = problem_of(name, self.draft.typed[name]) if self.draft.typed.get(name) else ""
            if problem:
                self.show_problem(name, problem)
                return False
        try:
            self.draft.settings()
        except InputError as error:
            self.show_problem(error.field, str(error))
            return False
        return True

    def show_problem(self, name: str, words: str) -> bool:
        """Say `words` beside the setting `name`; False if there is no such field here."""
        name = name.removeprefix("lrs.")
        if name in {"live_url", "test_url"}:
            # It stands behind the other half of the switch.
            other = LIVE if name == "live_url" else TEST
            self.service.set_value(other)
            self._service_chosen(other)
            name = "url"
        field = self.fields.get(name)
        if field is None:
            return False
        field.show_error(words)
        field.lead_here()
        return True

    def clear_problems(self) -> None:
        for field in self.fields.values():
            field.show_error("")


def _text_of(widget: QWidget) -> str:
    if isinstance(widget, QLineEdit):
        return widget.text()
    if isinstance(widget, QComboBox):
        return str(widget.currentData() or "")
    return "yes" if isinstance(widget, QCheckBox) and widget.isChecked() else ""


def _set_line(widget: QWidget, text: str) -> None:
    if isinstance(widget, QLineEdit):
        widget.setText(text)
        widget.setCursorPosition(0)
