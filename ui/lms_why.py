"""*Why Not in the LMS?*: of the current enrolment or learner, and the way to where the first wrong thing is put
right."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from app.lms.extracts.why_not_there import Looked, Remedy
from app.lms.sections.things import What
from ui.dialogs.why_not_there import WhyNotThereDialog
from ui.look.words import tr

if TYPE_CHECKING:
    from ui.main_window import MainWindow

_SET_UP = {Remedy.TERMS: What.TERM, Remedy.METHODS: What.METHOD, Remedy.VENDORS: What.VENDOR}
_ACTIONS = {Remedy.SEND: "lms.send", Remedy.TEST: "lms.test"}
_PAGES = {Remedy.COURSES: "lms_courses", Remedy.EXTRACTS: "extracts", Remedy.ENROL: "learners"}


def ask_why(window: "MainWindow") -> None:
    """Of the current row of the page in front if that is Enrolments or LMS Extract Statuses, else of the learner
    selected."""
    name = window.page.objectName()
    if name == "extracts":
        window.extracts.why_of_current()
    elif name == "enrolments":
        open_why(window, enrolment_id=window.lms.enrolments.grid.current_key)
    else:
        open_why(window, learner_id=next(iter(window.learners.grid.selected_keys()), None))


def open_why(window: "MainWindow", *, enrolment_id: int | None = None, learner_id: int | None = None) -> None:
    """Open the dialog on an enrolment, or on a learner whose enrolments it offers."""
    if enrolment_id is None and learner_id is None:
        return
    dialog = WhyNotThereDialog(
        window, window.runner, window.context, enrolment_id=enrolment_id, learner_id=learner_id
    )
    dialog.remedy_wanted.connect(_Remedies(window, dialog).lead)
    dialog.open()


class _Remedies(QObject):
    """Lives as long as its dialog."""

    def __init__(self, window: "MainWindow", dialog: WhyNotThereDialog) -> None:
        super().__init__(dialog)
        self._window = window

    @Slot(object, object)
    def lead(self, remedy: Remedy, looked: Looked | None) -> None:
        """Open what puts it right."""
        window = self._window
        if remedy in _PAGES:
            window.show_page(_PAGES[remedy])
        elif remedy in _SET_UP:
            window.lms.sections.open_set_up(_SET_UP[remedy].value)
        elif remedy in _ACTIONS:
            self._press(_ACTIONS[remedy])
        elif looked is None:
            return
        elif remedy is Remedy.SECTION:
            window.lms.sections.open_section(looked.section_id)
        elif remedy is Remedy.ACCOUNTS:
            window.lms.sections.accounts_wanted.emit(looked.learner_id)
        elif remedy is Remedy.COMPARE:
            window.lms.errors.compare_wanted.emit(looked.lms_course_id)

    def _press(self, action_id: str) -> None:
        """The button of the ribbon; if it cannot be pressed, its reason is said."""
        action = self._window.actions_.action(action_id)
        if action.isEnabled():
            action.trigger()
        else:
            self._window.lms.sections.said.emit(tr(self._window.actions_.reason(action_id)))
