"""How outcomes, severities, states and repairs of an import look and what they are called."""

from collections.abc import Mapping

from app.imports.columns import Importer
from app.imports.job_list import STATE_TITLES, JobRow, JobState
from app.imports.offers import Offer
from app.imports.repairs import DELIMITERS, Repair
from app.imports.rules import Outcome, Severity
from ui.grids.columns import State
from ui.look.icons import Icon
from ui.look.plain import seen_blanks, visible_text
from ui.look.tokens import Role
from ui.look.words import tr

OUTCOMES: Mapping[Outcome, State] = {
    Outcome.COMPLETED: State(Icon.CHECK_CIRCLE, "Completed", Role.GOOD),
    Outcome.CREDITED: State(Icon.MEDAL, "Credited", Role.GOOD),
    Outcome.ENROLLED: State(Icon.USER_PLUS, "Enrolled", Role.ACCENT_TEXT),
    Outcome.HELD: State(Icon.TRAY, "Held", Role.INFO),
    Outcome.SKIPPED_EXISTING: State(Icon.EQUALS, "Already there", Role.TEXT2),
    Outcome.SKIPPED_DUPLICATE: State(Icon.COPY, "Duplicate", Role.TEXT2),
    Outcome.ERROR: State(Icon.X_CIRCLE, "Error", Role.BAD),
    Outcome.REFUSED: State(Icon.PROHIBIT, "Refused unless confirmed", Role.WARN),
    Outcome.NOT_REACHED: State(Icon.CIRCLE_DASHED, "Not reached", Role.TEXT2),
}
"""In the order in which they are listed."""
REFUSED = State(Icon.PROHIBIT, "Refused", Role.WARN)
"""Once it is done."""

SEVERITIES: Mapping[Severity, State] = {
    Severity.FILE: State(Icon.X_CIRCLE, "File", Role.BAD),
    Severity.ERROR: State(Icon.X_CIRCLE, "Error", Role.BAD),
    Severity.CONFIRM: State(Icon.HAND_PALM, "To confirm", Role.ACCENT_TEXT),
    Severity.WARN: State(Icon.WARNING, "Warning", Role.WARN),
    Severity.INFO: State(Icon.INFO, "Information", Role.TEXT2),
}

_STATES: Mapping[JobState, tuple[Icon, Role]] = {
    JobState.VALIDATING: (Icon.CIRCLE_DASHED, Role.INFO),
    JobState.VALIDATED: (Icon.FILE_SEARCH, Role.ACCENT_TEXT),
    JobState.IMPORTING: (Icon.ARROWS_CLOCKWISE, Role.INFO),
    JobState.IMPORTED: (Icon.CHECK_CIRCLE, Role.GOOD),
    JobState.WITH_MESSAGES: (Icon.WARNING, Role.WARN),
    JobState.FAILED: (Icon.X_CIRCLE, Role.BAD),
    JobState.ABORTED: (Icon.STOP, Role.WARN),
    JobState.UNDONE: (Icon.ARROW_COUNTER_CLOCKWISE, Role.TEXT2),
    JobState.PARTLY_UNDONE: (Icon.ARROW_COUNTER_CLOCKWISE, Role.WARN),
}


def state_of(state: JobState) -> State:
    """The state of a job with its icon."""
    icon, role = _STATES[state]
    return State(icon, STATE_TITLES[state], role)


def outcome_of(outcome: Outcome, *, done: bool) -> State:
    """How a row ended, or would."""
    return REFUSED if done and outcome is Outcome.REFUSED else OUTCOMES[outcome]


def importer_words(importer: Importer, course: str) -> str:
    """Where a file goes."""
    if importer is Importer.GLOBAL:
        return tr("Into whatever courses the file names")
    return tr("Into {course}", course=visible_text(course))


def scope_words(job: JobRow) -> str:
    """The scope of a job in a cell: the course, or that it is global."""
    return tr("Global") if job.is_global else job.course


_REPAIRS = {
    "CR-02": ("Remove the Spaces", "Spaces removed"),
    "CR-06": ("Remove the Characters", "Characters removed"),
    "CR-11": ("Write 1 and 0", "Written as 1 and 0"),
    "CR-35": ("Import without Credit", "Credit left out"),
    "CR-36": ("Split into Rows", "Split into rows"),
    "CR-38": ("Count Once", "Counted once"),
}
_ORDERS = {"day": ("Read as Day First", "Read day first"), "month": ("Read as Month First", "Read month first")}


def repair_verb(repair: Repair) -> str:
    """What a button says that makes the repair."""
    return _words(repair, 0)


def repair_done(repair: Repair) -> str:
    """What is said of one that was made."""
    return _words(repair, 1)


def _words(repair: Repair, place: int) -> str:
    if repair.rule == "CR-12":
        return tr(_ORDERS[repair.option][place])
    if repair.rule == "CR-01":
        name = tr(DELIMITERS[repair.option])
        return tr("Read with {name}", name=name.title()) if place == 0 else tr("Read with {name}", name=name)
    return tr(_REPAIRS[repair.rule][place])


def example_words(offer: Offer) -> str:
    """What a repair would change, by an example: `03/09/2026 → 2026-09-03`."""
    example = next(iter(offer.examples), None)
    if example is None:
        return ""
    return f"{visible_text(seen_blanks(example.old))} → {visible_text(example.new) or tr('nothing')}"
