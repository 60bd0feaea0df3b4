"""When an action can be done: the window's state, and the sentence for each thing that is missing.

Each function answers "" where the action can be done, and else what its button says while it is disabled.
"""

from collections.abc import Callable
from dataclasses import dataclass

from app.access import Permission, Rights
from ui.look.words import count, tr


@dataclass(frozen=True, slots=True)
class WindowState:
    """What `why_not` may look at."""

    page: str
    rights: Rights
    nouns: tuple[str, str] = ("", "")
    """What the rows of the grid in front are called; empty where the page has no grid."""
    by_conditions: bool = True
    """Whether the grid in front has fields to search by."""
    selected: int = 0
    learners: int = 0
    """Selected on the Learners page, whichever is in front."""
    shown: int = 0
    total: int = 0
    has_conditions: bool = False
    plr_busy: bool = False
    exporting: bool = False
    syncing: bool = False
    lms_set_up: bool = False
    offline: str = ""
    """Why nothing can be read anew or written; "" while the database answers."""
    can_undo_section: bool = False
    can_undo_credit: bool = False
    why_not_edit_credit: str | None = ""
    """Why the credit of the current course record cannot be edited: None, it can; "": there is no record."""
    why_not_replace_credit: str | None = ""
    checking: bool = False
    """A file of course records stands in front that was checked and not applied."""
    job_done: bool = False
    """One that was applied."""
    why_not_apply: str = ""
    importing: bool = False
    """A file of course records is being checked or applied here."""
    import_locked: bool = False
    why_not_undo_job: str | None = ""
    """Why the import in front cannot be undone: None, it can; "": there is none."""
    why_not_resume_job: str | None = ""
    staged: int = 0
    """Changes of extract statuses that are not saved."""
    saving: bool = False
    can_undo_save: bool = False


Why = Callable[[WindowState], str]


def on_grid(state: WindowState) -> str:
    """On a page with a grid."""
    return "" if state.nouns[1] else tr("Open a page with a list first.")


def searchable(state: WindowState) -> str:
    """Where rows can be found by conditions."""
    if on_grid(state) == "" and not state.by_conditions:
        return tr("These rows are narrowed by a click on a rule or an outcome.")
    return rows(state)


def rows(state: WindowState) -> str:
    """Where there are rows at all."""
    if reason := on_grid(state):
        return reason
    return tr("There are no {many} yet.", many=tr(state.nouns[1])) if state.total == 0 else ""


def selected(state: WindowState) -> str:
    """With at least one row selected."""
    return rows(state) or ("" if state.selected else tr("Select a row first."))


def permitted(permission: Permission, then: Why) -> Why:
    """With a permission, and then as `then` says."""
    return lambda state: state.rights.why_not(permission) or then(state)


def may_load_sections(state: WindowState) -> str:
    """For whoever may set up sections, or enrol: a file is of the one or of the other."""
    return state.rights.why_not(Permission.SET_UP_SECTIONS) and state.rights.why_not(Permission.ENROL)


def download(state: WindowState) -> str:
    """With learners selected and the Attainments (PLR) window idle."""
    if state.plr_busy:
        return tr("A download or an update is running in the Attainments (PLR) window.")
    if state.page != "learners":
        return tr("Open the Learners page first.")
    if state.total == 0:
        return tr("Not available: there are no learners yet. Load learners first.")
    return "" if state.selected else tr("Select 1 to 1,000 learners first.")


def edit(state: WindowState) -> str:
    """With a learner selected on the Learners page."""
    if state.page != "learners":
        return tr("Open the Learners page first.")
    return selected(state)


def ask_lrs(state: WindowState) -> str:
    """As a download, with no more learners than the service is asked for at a time."""
    if reason := download(state):
        return reason
    from app.learners.asking import AT_MOST

    if state.selected > AT_MOST:
        return tr("Select at most {n} learners: the service takes no more at a time.", n=count(AT_MOST))
    return ""


def export(state: WindowState) -> str:
    """Where there are rows and no other export runs."""
    return tr("Another export is running.") if state.exporting else rows(state)


def at_rest(state: WindowState) -> str:
    """With nothing at work that reads and writes rows by what it knows of them."""
    if state.plr_busy:
        return tr("A download or an update is running in the Attainments (PLR) window.")
    if state.importing:
        return tr("An import is under way.")
    if state.saving:
        return tr("Statuses are being saved.")
    return tr("An export is running.") if state.exporting else syncing(state)


def batch_file(state: WindowState) -> str:
    """As an export, on the Learners page."""
    return export(state) if state.page == "learners" else tr("Open the Learners page first.")


def conditions(state: WindowState) -> str:
    """With conditions to clear."""
    return "" if state.has_conditions else tr("There are no conditions to clear.")


def attainments_page(state: WindowState) -> str:
    """On the Attainments page."""
    return "" if state.page == "attainments" else tr("Open the Attainments page first.")


def lms(state: WindowState) -> str:
    """With an LMS set up."""
    if not state.lms_set_up:
        return tr("No LMS is set up. An administrator does it under File, Settings, LMS.")
    return ""


def syncing(state: WindowState) -> str:
    """With no run under way here."""
    return tr("A synchronisation is running.") if state.syncing else ""


def courses_selected(state: WindowState) -> str:
    """With courses selected on the Courses page."""
    if state.page != "lms_courses":
        return tr("Open the Courses page first.")
    return selected(state)


def one_course(state: WindowState) -> str:
    """With one course selected on the Courses page, and an LMS to ask."""
    if reason := courses_selected(state):
        return reason
    if state.selected != 1:
        return tr("Select one course.")
    return lms(state)


def learners_chosen(state: WindowState) -> str:
    """With learners selected on the Learners page, be it in front or not."""
    return "" if state.learners else tr("Select learners on the Learners page first.")


def one_or_two_learners(state: WindowState) -> str:
    """With one or two learners selected on the Learners page, or one on a page of their own."""
    if state.page == "one_learner":
        return ""
    return "" if state.learners in (1, 2) else tr("Select one or two learners on the Learners page.")


def one_learner(state: WindowState) -> str:
    """With one learner selected on the Learners page, or on a page of their own."""
    if state.page == "one_learner":
        return ""
    return "" if state.learners == 1 else tr("Select one learner on the Learners page.")


def enrolments_selected(state: WindowState) -> str:
    """With enrolments selected on the Enrolments page."""
    return selected(state) if state.page == "enrolments" else tr("Open the Enrolments page first.")


def errors_selected(state: WindowState) -> str:
    """With errors selected on the page of runs and errors."""
    return selected(state) if state.page == "sync_errors" else tr("Open the Sync Errors page first.")


def sections_selected(state: WindowState) -> str:
    """With a section selected on the page of sections."""
    return selected(state) if state.page == "sections" else tr("Open the page Sections and Set-up first.")


def section_saved(state: WindowState) -> str:
    """On the page of sections, with something saved in this session."""
    if state.page != "sections":
        return tr("Open the page Sections and Set-up first.")
    return "" if state.can_undo_section else tr("Nothing was saved in this session that can be taken back.")


def learner_or_enrolment(state: WindowState) -> str:
    """With an enrolment or a record selected on their pages, or one learner on the Learners page."""
    if state.page in {"enrolments", "extracts"}:
        return selected(state)
    return "" if state.learners == 1 else tr("Select an enrolment, or one learner on the Learners page.")


def extracts_page(state: WindowState) -> str:
    """On the page of extract records, with no save under way."""
    if state.page != "extracts":
        return tr("Open the page LMS Extract Statuses first.")
    return tr("Statuses are being saved.") if state.saving else ""


def extracts_shown(state: WindowState) -> str:
    """With records in the applied filter."""
    return extracts_page(state) or ("" if state.shown else tr("The applied filter holds no record."))


def extracts_selected(state: WindowState) -> str:
    """With records selected."""
    return extracts_page(state) or ("" if state.selected else tr("Select a record first."))


def extracts_staged(state: WindowState) -> str:
    """With changes staged."""
    return extracts_page(state) or ("" if state.staged else tr("Nothing is staged."))


def extracts_saved(state: WindowState) -> str:
    """With a save of this user to take back."""
    if reason := extracts_page(state):
        return reason
    return "" if state.can_undo_save else tr("There is no save of yours that can be undone.")


def credit_to_edit(state: WindowState) -> str:
    """With a complete record current on the page Course Records."""
    return _on_records(state, state.why_not_edit_credit)


def credit_to_replace(state: WindowState) -> str:
    """With a record that is not complete and has credit current on the page Course Records."""
    return _on_records(state, state.why_not_replace_credit)


def _on_records(state: WindowState, why_not: str | None) -> str:
    if state.page != "course_records":
        return tr("Open the Course Records page first.")
    return "" if why_not is None else why_not or tr("Select a record first.")


def credit_course_selected(state: WindowState) -> str:
    """With a course selected on the page Courses for Credit."""
    return selected(state) if state.page == "credit_courses" else tr("Open the page Courses for Credit first.")


def credit_saved(state: WindowState) -> str:
    """With something of credit saved in this session."""
    return "" if state.can_undo_credit else tr("Nothing of credit was saved in this session that can be taken back.")


def one_operation(state: WindowState) -> str:
    """With one operation selected on the History page."""
    if state.page != "history":
        return tr("Open the History page first.")
    return rows(state) or ("" if state.selected == 1 else tr("Select one operation."))


def reports_to_export(state: WindowState) -> str:
    """On the page Outgoing Reports, with something to export and no other export running."""
    return export(state) if state.page == "outgoing_reports" else tr("Open the page Outgoing Reports first.")


def import_with_rows(state: WindowState) -> str:
    """With a file of course records in front, or a job current on the page Import Jobs."""
    if state.page == "import_check":
        return "" if state.checking or state.job_done else tr("No file is being checked.")
    if state.page != "import_jobs":
        return tr("Open the Import Jobs page first.")
    return tr("Select a job first.") if state.why_not_undo_job == "" else ""


def import_to_apply(state: WindowState) -> str:
    """With a file in front that was checked and can be applied."""
    if state.importing:
        return tr("An import is under way.")
    if state.page != "import_check" or not state.checking:
        return tr("Check a file first: New Import, or open a job that is Checked.")
    return state.why_not_apply


def import_to_cancel(state: WindowState) -> str:
    """With an import or a check under way."""
    return "" if state.importing else tr("No import is under way here.")


def import_to_undo(state: WindowState) -> str:
    """With an import in front, or current on the page Import Jobs, that wrote something."""
    return _of_job(state, state.why_not_undo_job)


def import_to_resume(state: WindowState) -> str:
    """With an import in front, or current on the page Import Jobs, that ended early."""
    return _of_job(state, state.why_not_resume_job)


def _of_job(state: WindowState, why_not: str | None) -> str:
    """None of `why_not`: it can be done; "": there is no job."""
    if state.page not in ("import_check", "import_jobs"):
        return tr("Open the Import Jobs page first.")
    if state.importing:
        return tr("An import is under way.")
    return "" if why_not is None else why_not or tr("Select a job first.")


def import_locked(state: WindowState) -> str:
    """With an importer that is locked."""
    return "" if state.import_locked else tr("No importer is locked.")


def user_selected(state: WindowState) -> str:
    """With a user selected on the page Users and Roles."""
    return selected(state) if state.page == "users" else tr("Open the page Users and Roles first.")


def import_rows_selected(state: WindowState) -> str:
    """With held records selected, or rows of an import that was applied."""
    if state.importing:
        return tr("An import is under way.")
    if state.page == "held_records":
        return selected(state)
    if state.page != "import_check" or not state.job_done:
        return tr("Open Held Records, or the rows of an import that was applied.")
    return selected(state)
