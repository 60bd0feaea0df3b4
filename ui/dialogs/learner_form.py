"""Adding and editing one learner: what breaks a rule is said beside its field, and nothing typed is lost unasked."""

from dataclasses import replace
from itertools import pairwise

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QGridLayout, QLineEdit, QWidget

from app import appearing
from app.access import Permission
from app.context import AppContext
from app.errors import AppError, InputError
from app.learners.edit import Held, LearnerForm
from app.tasks import TaskContext
from app.ulns import UlnState, normal, state
from ui.dialogs.form_field import FormField, choice, line
from ui.dialogs.questions import confirm_discarding
from ui.error_words import error_words
from ui.grids.date_field import DateField
from ui.grids.form_dialog import FormDialog
from ui.look.banner import Banner
from ui.look.buttons import enable
from ui.look.icons import Icon
from ui.look.plain import visible_text
from ui.look.tokens import Role
from ui.look.words import tr
from ui.workers import Lane, TaskRunner

_WIDTH, _HEIGHT = 640, 480
_TEXTS = {
    "ref": ("Person Code", "The code your MIS knows the learner by.", 50),
    "uln": ("ULN", "The ten digits the Learning Records Service gave to the learner.", 30),
    "family_name": ("Surname", "", 200),
    "given_names": ("Forename", "All given names, as the learner is registered with the service.", 200),
    "known_as": ("Known As", "What the learner is called, if it is another name.", 200),
    "postcode": ("UK Postcode", "", 20),
    "email": ("Email", "", 254),
    "phone": ("Phone", "", 50),
    "tutor_group": ("Tutor Group", "", 100),
}
_CODES = {"ref", "uln", "postcode"}
_ORDER = (
    ("ref", "uln"),
    ("family_name", "given_names"),
    ("known_as", "birth_date"),
    ("sex", "postcode"),
    ("email", "phone"),
    ("campus_id", "tutor_group"),
)


class LearnerDialog(FormDialog):
    """`saved` carries the learner's id. `held` is the learner to edit, None adds one to the college `ukprn`."""

    saved = Signal(int)

    def __init__(
        self,
        parent: QWidget | None,
        runner: TaskRunner,
        context: AppContext,
        held: Held | None,
        campuses: list[tuple[int, str]],
        ukprn: str,
    ) -> None:
        title = tr("Add Learner") if held is None else tr("Edit Learner")
        super().__init__(parent, title=title, name="learner_form")
        self._runner, self._context, self._held = runner, context, held
        self._ukprn = ukprn or context.settings.lrs.ukprn
        self._saving = False
        self.fields: dict[str, FormField] = {}
        self._build(campuses)
        self._before = self.form
        self._say_uln()
        if reason := self._why_not():
            self._lock(reason)
        self.open_at(_WIDTH, _HEIGHT)
        self.fields["ref"].lead_here()

    # Building

    def _build(self, campuses: list[tuple[int, str]]) -> None:
        self.banner = Banner(Icon.WARNING, Role.WARN, "")
        self.banner.setObjectName("learner_form_banner")
        self.banner.hide()
        self.content.addWidget(self.banner)
        form = self._held.form if self._held is not None else LearnerForm()
        for name, (label, help, longest) in _TEXTS.items():
            edit = line(getattr(form, name), longest=longest, mono=name in _CODES)
            edit.textEdited.connect(self._edited)
            edit.textChanged.connect(self._show_unseen)
            self.fields[name] = FormField(tr(label), edit, name=name, help=tr(help) if help else "")
        self.birth = DateField()
        self.birth.set_value(form.birth_date)
        self.birth.changed.connect(self._edited)
        self.fields["birth_date"] = FormField(tr("Date of Birth"), self.birth, name="birth_date")
        self._add_choices(form, campuses)
        self._lay_out()
        self.uln.textChanged.connect(self._say_uln)
        self.cancel_button = self.add_button(tr("Cancel"), name="learner_cancel", clicked=self.reject)
        words = tr("Add Learner") if self._held is None else tr("Save")
        self.save_button = self.add_button(words, kind="primary", name="learner_save", clicked=self.save)
        self._save_words = words
        for name in _TEXTS:
            self._say_unseen(name)

    def _add_choices(self, form: LearnerForm, campuses: list[tuple[int, str]]) -> None:
        sexes: list[tuple[object, str]] = [("", tr("not known")), ("F", tr("Female")), ("M", tr("Male"))]
        if form.sex not in {"", "F", "M"}:
            sexes.append((form.sex, visible_text(form.sex)))
        sites: list[tuple[object, str]] = [(None, tr("none")), *((key, visible_text(one)) for key, one in campuses)]
        if form.campus_id is not None and form.campus_id not in dict(campuses):
            sites.append((form.campus_id, tr("a campus that is closed")))
        for name, label, options, value in (
            ("sex", "Sex", sexes, form.sex),
            ("campus_id", "Campus", sites, form.campus_id),
        ):
            box = choice(options, value)
            box.currentIndexChanged.connect(self._edited)
            self.fields[name] = FormField(tr(label), box, name=name)

    def _lay_out(self) -> None:
        self._inside = QWidget()
        grid = QGridLayout(self._inside)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(12)
        for row, names in enumerate(_ORDER):
            for column, name in enumerate(names):
                grid.addWidget(self.fields[name], row, column)
                grid.setColumnStretch(column, 1)
        self.content.addWidget(self._inside)
        self.content.addStretch(1)
        stops: list[QWidget] = []
        for name in (name for names in _ORDER for name in names):
            stops += [self.birth.edit, self.birth.button] if name == "birth_date" else [self.fields[name].focus]
        for first, second in pairwise(stops):
            QWidget.setTabOrder(first, second)

    def _why_not(self) -> str:
        if reason := self._context.rights.why_not(Permission.EDIT_LEARNERS):
            return reason
        if self._held is None and not self._ukprn:
            return tr("The UKPRN of the college is not set. Set it first under File, Settings, PLR/LRS.")
        return ""

    def _lock(self, reason: str) -> None:
        self.banner.say(tr("This form can only be read."), reason)
        self.banner.show()
        for field in self.fields.values():
            field.lock(reason)
        self.birth.button.setEnabled(False)
        enable(self.save_button, reason)

    # What is typed

    @property
    def uln(self) -> QLineEdit:
        return self._edit("uln")

    @property
    def form(self) -> LearnerForm:
        """The fields as typed; a day that cannot be read counts as none (`_problem` tells)."""
        sex, site = self.fields["sex"].focus, self.fields["campus_id"].focus
        assert isinstance(sex, QComboBox)
        assert isinstance(site, QComboBox)
        texts = {name: self._edit(name).text() for name in _TEXTS}
        return LearnerForm(
            **texts, birth_date=self.birth.value, sex=sex.currentData() or "", campus_id=site.currentData()
        )

    @property
    def is_changed(self) -> bool:
        return self.form != self._before or bool(self.birth.problem)

    def _edit(self, name: str) -> QLineEdit:
        edit = self.fields[name].focus
        assert isinstance(edit, QLineEdit)
        return edit

    @Slot()
    def _edited(self) -> None:
        """An error stands until its field is edited."""
        sender = self.sender()
        for field in self.fields.values():
            if sender in (field.focus, field.editor):
                field.show_error("")

    @Slot(str)
    def _show_unseen(self, text: str) -> None:
        sender = self.sender()
        for name in _TEXTS:
            if self._edit(name) is sender:
                self._say_unseen(name)

    def _say_unseen(self, name: str) -> None:
        """A name may hold characters that nobody sees, or that turn it round: say where they are."""
        text = self._edit(name).text()
        seen = visible_text(text)
        if name != "uln":
            words = tr("Holds characters that cannot be seen: {shown}", shown=seen) if "‹U+" in seen else ""
            self.fields[name].state.say(Icon.WARNING, words, Role.WARN)

    @Slot()
    def _say_uln(self) -> None:
        """What the ULN is worth, in words, while it is typed."""
        uln = normal(self.uln.text())
        icon, words, role = {
            UlnState.OK: (Icon.CHECK_CIRCLE, tr("Valid"), Role.GOOD),
            UlnState.NONE: (Icon.WARNING, tr("No ULN: the service cannot be asked"), Role.WARN),
            UlnState.TEMPORARY: (Icon.CLOCK, tr("Temporary ULN: the service cannot be asked"), Role.WARN),
            UlnState.BAD: (Icon.X_CIRCLE, tr("Fails its check digit"), Role.BAD),
        }[state(uln)]
        if uln and not (len(uln) == 10 and uln.isascii() and uln.isdecimal()):
            words = tr("A ULN has ten digits")
        self.fields["uln"].state.say(icon, words, role)

    # Saving

    @Slot()
    def save(self) -> None:
        """Store the form in a task; a broken rule comes back to its field."""
        if self._saving or not self.save_button.isEnabled():
            return
        self._clear_errors()
        if self.birth.problem:
            self._show_problem("birth_date", self.birth.problem)
            return
        db, user, held, ukprn, form = self._context.db, self._context.user, self._held, self._ukprn, self.form

        def work(context: TaskContext) -> int:
            if held is None:
                return appearing.add(db, user, ukprn, form)
            appearing.save(db, user, held, form)
            return held.id

        self._set_saving(True)
        task = self._runner.run(
            work, lane=Lane.WRITE, done=self._saved, failed=self._save_failed, cancelled=self._save_cancelled
        )
        self.waits(self._runner, task)

    def _set_saving(self, saving: bool) -> None:
        self._saving = saving
        self.hold_still(self._inside, saving)
        self.save_button.setEnabled(not saving)
        self.save_button.setText(tr("Saving…") if saving else self._save_words)

    @Slot(object)
    def _saved(self, learner_id: int) -> None:
        self._set_saving(False)
        self._before = replace(self.form)
        self.saved.emit(learner_id)
        self.accept()

    @Slot()
    def _save_cancelled(self) -> None:
        self._set_saving(False)

    @Slot(object)
    def _save_failed(self, error: Exception) -> None:
        self._set_saving(False)
        if isinstance(error, InputError) and error.field in self.fields:
            self._show_problem(error.field, error_words(error))
        elif isinstance(error, AppError):
            self.banner.say(tr(error.message), tr(error.hint) if error.hint else "", Role.BAD, Icon.WARNING_CIRCLE)
            self.banner.show()
            self.save_button.setFocus()
            self.fit()
        else:
            self._runner.failed.emit(error)

    def _show_problem(self, name: str, words: str) -> None:
        self.fields[name].show_error(words)
        self.fields[name].lead_here()
        self.fit()

    def _clear_errors(self) -> None:
        self.banner.hide()
        for field in self.fields.values():
            field.show_error("")

    def reject(self) -> None:
        """Esc, Cancel or the cross: asks first if something was typed; takes back a save that waits."""
        if self._saving:
            self.withdraw()
            return
        if not self.is_changed or confirm_discarding(self, tr("The changes to this learner are not saved.")):
            super().reject()
