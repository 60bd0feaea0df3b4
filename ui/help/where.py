"""Which topic belongs to which page and which dialog. A new page or dialog needs one line."""

from collections.abc import Mapping

from PySide6.QtWidgets import QWidget

from app.help.rules import topic_of
from ui.look.help_key import RULE

PAGES: Mapping[str, str] = {
    "home": "home",
    "learners": "learners",
    "one_learner": "one-learner",
    "attainments": "attainments",
    "lms_courses": "lms-courses",
    "enrolments": "enrolments",
    "extracts": "extract-statuses",
    "sections": "sections",
    "sync_errors": "sync",
    "sync_runs": "sync",
    "credit_courses": "credit",
    "course_records": "credit",
    "outgoing_reports": "credit",
    "import_jobs": "imports",
    "import_check": "imports",
    "held_records": "held-records",
    "licences": "licences",
    "users": "users",
    "locks": "locks",
    "history": "history",
    "plr": "plr",
    "plr_window": "plr",
}
"""By the name of a page, or of a window."""

DIALOGS: Mapping[str, str] = {
    "AboutDialog": "welcome",
    "SettingUpDialog": "welcome",
    "ThirdPartyDialog": "welcome",
    "LastTimeDialog": "welcome",
    "UnexpectedErrorDialog": "welcome",
    "quitting": "welcome",
    "DatabaseDialog": "database",
    "MoveDialog": "database",
    "StartDialog": "database",
    "OpeningDialog": "database",
    "BackUpDialog": "database",
    "DatabaseCheckDialog": "database",
    "RestoreDialog": "database",
    "PurgeDialog": "database",
    "SettingsDialog": "settings",
    "confirm_host": "settings",
    "same_site": "settings",
    "HistoryChangesDialog": "history",
    "HistoryUndoDialog": "history",
    "ConditionBuilder": "searches",
    "NameDialog": "searches",
    "SavedSearchesDialog": "searches",
    "FloodFillDialog": "flood-fill",
    "MergeDialog": "merge-erase",
    "EraseDialog": "merge-erase",
    "ProtectingSaveDialog": "print-export",
    "PrintDialog": "print-export",
    "save_file": "print-export",
    "too_many_to_copy": "print-export",
    "MissingCodesDialog": "learners",
    "LearnerDialog": "learners",
    "LayoutDialog": "attainments",
    "LoadLearnersDialog": "load-learners",
    "LoadSummaryDialog": "load-learners",
    "CodesDialog": "load-learners",
    "LoadsDialog": "load-learners",
    "FindUlnDialog": "find-uln",
    "VerifyDialog": "find-uln",
    "SignInDialog": "plr",
    "UpdateSummaryDialog": "plr",
    "over_limit": "plr",
    "ask_again": "plr",
    "lower_grades": "plr",
    "closing_plr": "plr",
    "service_closed": "plr",
    "RecordListDialog": "extract-statuses",
    "SavedStatusesDialog": "extract-statuses",
    "SaveStatusesDialog": "extract-statuses",
    "UpdateStatusesDialog": "extract-statuses",
    "LoadSectionsDialog": "sections",
    "SectionsSummaryDialog": "sections",
    "SectionLoadsDialog": "sections",
    "IlrRegistrationsDialog": "sections",
    "SetUpDialog": "sections",
    "SectionDialog": "sections",
    "AccountsDialog": "enrolments",
    "CompareDialog": "enrolments",
    "DecideDialog": "enrolments",
    "EnrolDialog": "enrolments",
    "CourseStatusDialog": "enrolments",
    "WhyNotThereDialog": "enrolments",
    "WhyDifferentDialog": "enrolments",
    "RulesDialog": "lms-courses",
    "HoldDialog": "lms-courses",
    "SnoozeDialog": "sync",
    "LmsTestDialog": "sync",
    "LoadCoursesDialog": "credit",
    "CoursesSummaryDialog": "credit",
    "CourseLoadsDialog": "credit",
    "CreditCourseDialog": "credit",
    "CreditListsDialog": "credit",
    "EditCreditDialog": "credit",
    "NewImportDialog": "imports",
    "ImportUndoDialog": "imports",
    "import_locked": "imports",
    "MatchHeldDialog": "held-records",
    "UnlockDialog": "locks",
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
