"""What operations are called. The codes stand in `operation.kind`, written by the features."""

from app.history import NEVER_UNDONE

KINDS: dict[str, str] = {
    "learner_added": "Learner added",
    "learner_edited": "Learner edited",
    "learners_filled": "Flood Fill",
    "learners_loaded": "Learners loaded",
    "learners_merged": "Learners merged",
    "learner_erased": "Learner erased",
    "uln_find": "ULNs asked for",
    "uln_verify": "ULNs verified",
    "uln_found": "ULN found",
    "code_named": "Code given a title",
    "own_fields_chosen": "Own fields of the ILR chosen",
    "plr_download": "PLR downloaded",
    "plr_update": "Attainments updated from the PLR",
    "export_layout": "Layout of Export Changes chosen",
    "export_changes": "Changes exported",
    "lms_courses": "Courses synchronised",
    "lms_enrolments": "Enrolments synchronised",
    "lms_sender": "Sent to the LMS",
    "lms_course_state": "LMS course opened, closed or hidden",
    "lms_course_paused": "LMS course paused",
    "lms_course_linked": "LMS course linked",
    "lms_course_rules": "Rules for LMS courses set",
    "lms_settings": "Settings of the LMS changed",
    "lms_site_moved": "Address of the LMS confirmed",
    "lms_hold_decided": "Removals decided",
    "lms_accounts_seen": "LMS accounts compared",
    "lms_account_decided": "LMS account decided",
    "enrolled": "Learners enrolled",
    "adopted": "Participants adopted",
    "course_status_changed": "Course status changed",
    "sections_set_up": "Sections set up",
    "sections_loaded": "Sections loaded",
    "registrations_loaded": "Registrations loaded",
    "campus_users": "Campuses of users set",
    "extract_statuses": "Extract statuses saved",
    "extracts_queued": "Extract records made",
    "records_imported": "Course records imported",
    "records_withdrawn": "Course records withdrawn",
    "held_matched": "Held records matched",
    "import_unlocked": "Import unlocked",
    "credit_set_up": "Credit set up",
    "credit_edited": "Credit edited",
    "credit_replaced": "Credit replaced",
    "reports_exported": "Outgoing reports exported",
    "user_changed": "User changed",
    "licence": "Licence changed",
    "database_restored": "Database restored",
    "purged": "History purged",
    "undo": "Undo",
}
STATES = (
    ("done", "Done"),
    ("stopped", "Stopped or at work"),
    ("undone", "Undone"),
    ("partly_undone", "Partly undone"),
)
_WHY_NEVER = {
    "undo": "An Undo is not undone: do what you want again.",
    "lms_courses": "The next synchronisation would bring it again.",
    "lms_enrolments": "The next synchronisation would bring it again.",
    "lms_sender": "What was sent to the LMS cannot be called back from here.",
    "extracts_queued": "The next look at the enrolments would make these records again.",
    "purged": "What was purged is in a backup only.",
    "learner_erased": "Nothing is left here of somebody who was erased.",
    "import_unlocked": "A lock that was released is its next holder's.",
}


_FILES = {
    "learners": "Learners",
    "course_records": "Course records",
    "credit_courses": "Courses for credit",
    "sections": "Sections",
    "registrations": "Registrations",
}


def words_of_file(kind: str) -> str:
    """What a file of this kind holds."""
    return _FILES.get(kind) or kind.replace("_", " ").capitalize()


def words_of_outcome(code: str | None) -> str:
    """What became of a row of a file."""
    return (code or "").replace("_", " ").capitalize()


def title(kind: str) -> str:
    """What an operation of this kind is called; one that a newer version wrote, by its code."""
    return KINDS.get(kind) or kind.replace("_", " ").capitalize()


def found(word: str) -> list[str]:
    """The codes of the kinds whose name holds `word` (folded)."""
    return [code for code, name in KINDS.items() if word in name.casefold()]


def why_never(kind: str) -> str:
    """Why nothing of this kind is undone, in a sentence; "" where it may be."""
    if kind in _WHY_NEVER:
        return _WHY_NEVER[kind]
    return "This cannot be undone." if kind in NEVER_UNDONE else ""
