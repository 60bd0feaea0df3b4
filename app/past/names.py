"""Tables and columns of the history in the user's words."""

TABLES: dict[str, str] = {
    "learner": "Learner",
    "attainment": "Attainment",
    "attainment_event": "LRS record of an attainment",
    "attainment_type": "Attainment type",
    "campus": "Campus",
    "course": "Course",
    "source_code": "Code",
    "aim": "Aim",
    "file_row": "Row of a file",
    "lms_vendor": "LMS",
    "lms_course": "LMS course",
    "lms_account": "LMS account",
    "term": "Term",
    "section": "Section",
    "section_campus": "Campus of a section",
    "enrolment": "Enrolment",
    "progress": "Progress",
    "sync_error": "Sync error",
    "hold": "Removals on hold",
    "delivery_method": "Delivery method",
    "campus_term": "Term of a campus",
    "campus_vendor": "LMS of a campus",
    "campus_delivery_method": "Delivery method of a campus",
    "user_campus": "Campus of a user",
    "extract_record": "Extract record",
    "credit_type": "Credit type",
    "course_credit": "Credit of a course",
    "credit_mapping": "Who gets a credit type",
    "award": "Credit",
    "reporter": "Outside body",
    "reporter_type": "Credit type of an outside body",
    "outgoing_report": "Outgoing report",
    "app_user": "User",
    "role": "Role",
    "user_role": "Role of a user",
    "licence": "Licence",
    "setting": "Setting",
}
"""Whatever an operation may write."""
_COLUMNS: dict[str, str] = {
    "ukprn": "UKPRN", "ref": "Person code", "uln": "ULN", "uln_state": "State of the ULN",
    "family_name": "Family name", "given_names": "Given names", "first_name": "First name", "known_as": "Known as",
    "birth_date": "Date of birth", "sex": "Sex", "postcode": "Postcode", "postcode_is_prior": "Postcode is prior",
    "email": "Email", "phone": "Phone", "campus_id": "Campus", "tutor_group": "Tutor group",
    "prev_ref": "Previous person code", "last_year_seen": "Last year seen", "merged_into_id": "Merged into",
    "removed_at": "Removed", "learner_id": "Learner", "type_id": "Type", "subject_code": "Subject code",
    "subject": "Subject", "qualification_type": "Qualification type", "level": "Level", "grade": "Grade",
    "credits": "Credits", "award_date": "Award date", "start_date": "Start date", "end_date": "End date",
    "provider": "Provider", "provider_ukprn": "Provider UKPRN", "awarding_org": "Awarding organisation",
    "awarding_org_code": "Awarding organisation code", "language": "Language",
    "under_challenge": "Under data challenge", "origin": "Comes from", "exported_version": "Exported",
    "event_id": "LRS record number", "attainment_id": "Attainment", "source": "Source",
    "date_loaded": "Date loaded by the LRS", "code": "Code", "title": "Title", "name": "Name", "active": "In use",
    "kind": "Kind", "required_objects": "Required objects", "year": "Year", "course_id": "Course",
    "section_id": "Section", "seq": "Number", "repeat": "Repeat", "aim_ref": "Aim reference", "aim_type": "Aim type",
    "starts": "Starts", "ends": "Ends", "planned_end": "Planned end", "fund_model": "Funding model",
    "prog_type": "Programme type", "std_code": "Standard", "completion": "Completion", "outcome": "Outcome",
    "delivery_postcode": "Delivery postcode", "supplier_id": "Supplier", "code_a": "Provider code A",
    "code_b": "Provider code B", "code_c": "Provider code C", "code_d": "Provider code D",
    "course_code": "Course code", "course_title": "Course title", "enrolment_id": "Enrolment", "number": "Number",
    "decision": "Decision", "held": "Held", "vendor_id": "LMS", "lms_number": "LMS number",
    "short_name": "Short name", "full_name": "Full name", "id_number": "ID number", "category": "Category",
    "visible": "Visible", "first_seen_at": "First seen", "to_adopt": "Participants to adopt",
    "tried_at": "Last tried",
    "grades_good_at": "Grades as of", "grades_timeout": "Longest wait for grades (seconds)", "state": "State",
    "paused_until": "Paused until", "term_id": "Term", "lms_course_id": "LMS course", "open": "Open",
    "delivery_method_id": "Delivery method", "status": "Status", "status_on": "Status since", "complete": "Complete",
    "completed_on": "Completed on", "attended": "Attended", "participant_category": "Participant category",
    "graded": "Graded activities", "grade_text": "Grade", "grade_number": "Grade as a number",
    "grade_max": "Highest grade", "percent": "Percent", "letter": "Letter", "changed_at": "Changed",
    "missing_since": "Missing since", "mark": "Remark", "lms_user_number": "LMS user number",
    "matched_by": "Matched by", "clash": "Clash", "seen_at": "Seen", "detail": "Detail", "since": "Since",
    "runs": "Runs", "cleared_at": "Cleared", "snoozed_until": "Snoozed until", "accepted_reason": "Why accepted",
    "accepted_until": "Accepted until", "decided_by": "Decided by", "decided_at": "Decided", "owner": "Owner",
    "export_to_lms": "Exported to the LMS", "send_sections": "Sends sections",
    "send_registrations": "Sends registrations", "is_default": "Default", "user_id": "User", "change": "Change",
    "course_status": "Course status", "changed_on": "Changed on", "status_at": "Status set",
    "status_by": "Status set by", "extracted_at": "Last sent", "answered_at": "Answered", "attempts": "Attempts",
    "message": "LMS message", "late_answer": "Late answer", "minimum": "Minimum", "maximum": "Maximum",
    "increment": "Step", "variable": "Variable", "field": "Field", "value": "Value", "amount": "Credit",
    "awarded_on": "Awarded on", "expires_on": "Expires on", "fields": "Fields needed",
    "deadline_days": "Deadline in days", "reporter_id": "Outside body", "award_id": "Credit", "due_on": "Due on",
    "missing": "Missing", "exported_at": "Exported", "login": "Account", "last_sign_in": "Last signed in",
    "role_id": "Role", "is_on": "On", "note": "Note", "valid_until": "Valid until", "organisation": "Organisation",
    "certified_on": "Certified on", "certified_by": "Certified by", "key": "Setting",
}  # fmt: skip
UNTOLD = frozenset(
    {
        *("id", "version", "search_fold", "subject_key", "content_hash", "report_card", "open_key", "findings"),
        *("file_row_id", "job_id", "seen_in_job_id", "last_run_id", "run_id", "items", "records", "cells"),
        *("predicted", "held_user", "held_email", "type_code"),
    }
)
"""What the program keeps for itself: it says nothing to people that another column does not."""
_HERE = {
    ("attainment", "type_id"): "Attainment type",
    ("award", "type_id"): "Credit type",
    ("course_credit", "type_id"): "Credit type",
    ("credit_mapping", "type_id"): "Credit type",
    ("reporter_type", "type_id"): "Credit type",
    ("course_credit", "active"): "Given",
    ("file_row", "number"): "Row",
    ("app_user", "active"): "Switched on",
    ("section", "number"): "Section number",
    ("progress", "visible"): "Activities",
    ("extract_record", "number"): "Record number",
    ("setting", "key"): "Setting",
}


def table(name: str) -> str:
    """What a row of this table is called."""
    return TABLES.get(name) or name.replace("_", " ").capitalize()


def column(table_name: str, name: str) -> str:
    """What a column is called; "" for one that is not told."""
    if name in UNTOLD or name.endswith("_fold"):
        return ""
    return _HERE.get((table_name, name)) or _COLUMNS.get(name) or name.replace("_", " ").capitalize()
