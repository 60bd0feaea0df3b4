"""All of them: every parser of bytes that the program did not write itself, and the calls that are none."""

from collections.abc import Mapping

from tests.fuzz import of_databases, of_files, of_sandbox, of_services, of_stored, of_typed, of_window
from tests.fuzz.parser import Parsers

PARSERS: Parsers = {
    **of_services.PARSERS,
    **of_files.PARSERS,
    **of_stored.PARSERS,
    **of_databases.PARSERS,
    **of_typed.PARSERS,
    **of_window.PARSERS,
    **of_sandbox.PARSERS,
}

_OURS = "The program reads what it wrote itself into its own rows, which are fuzzed as a part"
_SHIPPED = "It comes with the program, and is looked through by the tests of what is shipped"
NO_PARSERS: Mapping[str, tuple[str, ...]] = {
    f"{_OURS} of the database (`database_copy`, `database_check`).": (
        "app.json_text:decoded",
        "app.db.types:Moment.process_result_value",
        "app.jobs:_job",
        "app.jobs:finding",
        "app.job_notes:note_counts",
        "app.job_notes:note_keys",
        "app.planned_rows:unpacked",
        "app.learners.load_look:decide_all",
        "app.learners.load_new:NewLearners._learner",
        "app.learners.load_stored:_edited",
        "app.imports.stored:facts_of",
        "app.lms.connection:_complete_since",
        "app.lms.connection:take_notice",
        "app.lms.extracts.acknowledge:read",
        "app.lms.holds:_hold",
        "app.lms.holds:decide",
        "app.lms.holds:of_roster",
        "app.lms.report_card:unpacked",
        "app.lms.runs_list:_row",
        "app.lms.sections.from_file:apply",
        "app.export_xlsx:_day",
        "app.export_xlsx:_moment",
        "ui.dialogs.load_changes:shown_value",
    ),
    f"{_SHIPPED}.": (
        "app.help.rules:_told",
        "app.help.topics:_written",
        "app.third_party.component:loaded",
        "app.third_party.installed:_stored",
        "app.third_party.installed:_texts",
        "app.third_party.installed:python",
        "app.third_party.shipped:components",
        "ui.help.page_document:picture",
        "ui.look.icons:glyph_names",
    ),
    "It writes a workbook, and reads back only what it wrote in the same breath.": (
        "app.export_xlsx:_frame",
        "app.export_xlsx:write_xlsx",
    ),
    "A constant.": ("app.connectors.client_certificate:",),
    "Another function of ours, which happens to bear the name of a parser.": (
        "app.imports.dry_run:_Running._again",
        "app.imports.dry_run:_Running.read",
        "app.imports.stored:Readers.read",
        "ui.file_loads:FileLoads.show_loads",
    ),
    "What comes is compared as a whole, or only counted: nothing is taken apart.": (
        "app.connectors.wire:Wire.wait_for_word",
        "app.db.certificate:what_is_wrong",
        "app.db.patience:PatientConnection._is_there",
        "app.sandbox.server:_Conversation._keep_silent",
        "app.sandbox.server:_let_the_alert_arrive",
        "ui.single_instance:_Caller._listen",
        "ui.single_instance:_ask",
        "ui.window:_ended_by_signals.wake",
    ),
    "It speaks with a process or a sandbox that is its own.": (
        "app.demo:sandbox_process",
        "app.sandbox.faults_shapes:reshaped",
        "app.sandbox.moodle_faults:Asked.changed",
    ),
    "The text is handed on whole to a parser of the list (`pasted_list`, `mounts`), or is the name of a file.": (
        "app.folders:_mounted_as",
        "ui.dialogs.new_import:dropped",
        "ui.look.search_field:SearchField.dropEvent",
        "ui.look.search_field:SearchField.mouseReleaseEvent",
        "ui.look.search_field:SearchField.paste_or_take",
        "ui.pages.import_jobs:_files",
        "ui.pages.learners_load:_files",
    ),
    "The very same as `window_file` does with it.": ("ui.help.desk:HelpDesk._make",),
}
"""Why a call that looks like a parser is none of foreign bytes; a call that is in neither list fails the tests."""
