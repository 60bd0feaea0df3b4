"""Which topic belongs to which page and which dialog. A new page or dialog needs one line."""

from collections.abc import Mapping

from PySide6.QtWidgets import QWidget

from app.help.rules import topic_of
from ui.look.help_key import RULE

PAGES: Mapping[str, str] = {
    "home": "welcome",
    "learners": "learners",
    "one_learner": "learners",
    "attainments": "learners",
    "lms_courses": "sync",
    "enrolments": "sync",
    "extracts": "sync",
    "sections": "sync",
    "sync_errors": "sync",
    "sync_runs": "sync",
    "credit_courses": "imports",
    "course_records": "imports",
    "outgoing_reports": "imports",
    "import_jobs": "imports",
    "import_check": "imports",
    "held_records": "imports",
    "licences": "users",
    "users": "users",
    "locks": "users",
    "history": "users",
    "plr": "plr",
    "plr_window": "plr",
}
"""By the name of a page, or of a window."""

DIALOGS: Mapping[str, str] = {
    "AboutDialog": "welcome",
    "ThirdPartyDialog": "welcome",
    "DatabaseDialog": "welcome",
    "StartDialog": "welcome",
    "OpeningDialog": "welcome",
    "BackUpDialog": "welcome",
    "DatabaseCheckDialog": "welcome",
    "RestoreDialog": "welcome",
    "PurgeDialog": "welcome",
    "SettingsDialog": "welcome",
    "LastTimeDialog": "welcome",
    "UnexpectedErrorDialog": "welcome",
    "quitting": "welcome",
    "HistoryChangesDialog": "welcome",
    "HistoryUndoDialog": "welcome",
    "ConditionBuilder": "learners",
    "FloodFillDialog": "learners",
    "MergeDialog": "learners",
    "EraseDialog": "learners",
    "PrintDialog": "learners",
    "MissingCodesDialog": "learners",
    "LayoutDialog": "learners",
    "LearnerDialog": "learners",
    "LoadLearnersDialog": "learners",
    "LoadSummaryDialog": "learners",
    "CodesDialog": "learners",
    "LoadsDialog": "learners",
    "NameDialog": "learners",
    "SavedSearchesDialog": "learners",
    "FindUlnDialog": "learners",
    "VerifyDialog": "learners",
    "ProtectingSaveDialog": "learners",
    "save_file": "learners",
    "too_many_to_copy": "learners",
    "SignInDialog": "plr",
    "UpdateSummaryDialog": "plr",
    "over_limit": "plr",
    "ask_again": "plr",
    "lower_grades": "plr",
    "closing_plr": "plr",
    "confirm_host": "plr",
    "service_closed": "plr",
    "RecordListDialog": "sync",
    "SavedStatusesDialog": "sync",
    "SaveStatusesDialog": "sync",
    "UpdateStatusesDialog": "sync",
    "LoadSectionsDialog": "sync",
    "SectionsSummaryDialog": "sync",
    "SectionLoadsDialog": "sync",
    "AccountsDialog": "sync",
    "CompareDialog": "sync",
    "DecideDialog": "sync",
    "EnrolDialog": "sync",
    "CourseStatusDialog": "sync",
    "RulesDialog": "sync",
    "IlrRegistrationsDialog": "sync",
    "WhyNotThereDialog": "sync",
    "SetUpDialog": "sync",
    "SectionDialog": "sync",
    "HoldDialog": "sync",
    "SnoozeDialog": "sync",
    "WhyDifferentDialog": "sync",
    "LmsTestDialog": "sync",
    "same_site": "sync",
    "LoadCoursesDialog": "imports",
    "CoursesSummaryDialog": "imports",
    "CourseLoadsDialog": "imports",
    "NewImportDialog": "imports",
    "ImportUndoDialog": "imports",
    "MatchHeldDialog": "imports",
    "UnlockDialog": "imports",
    "CreditCourseDialog": "imports",
    "CreditListsDialog": "imports",
    "EditCreditDialog": "imports",
    "import_locked": "imports",
    "UserDialog": "users",
}
"""By the class of a dialog, or the object name of a question."""
FROM_OPENER = frozenset({"MessageDialog", "discarding"})
"""What is about whatever it was opened from."""


def topic_for(window: QWidget, front: str) -> str:
    """The topic of a window: a dialog's own, or that of what it was opened from, else that of the page in front."""
    step: QWidget | None = window
    while step is not None:
        for name in (step.objectName(), *(kind.__name__ for kind in type(step).__mro__)):
            if found := DIALOGS.get(name) or PAGES.get(name):
                return found
        step = step.parentWidget()
    return PAGES.get(front, "")


def rule_under(window: QWidget) -> str:
    """The rule that what has the keyboard in `window` is about; "" for none."""
    step: QWidget | None = window.focusWidget()
    while step is not None:
        rule = step.property(RULE)
        if isinstance(rule, str) and rule and topic_of(rule):
            return rule
        step = None if step is window else step.parentWidget()
    return ""
