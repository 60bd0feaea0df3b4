"""The questions that must be answered before something goes on; the words are those of the guide to the window."""

from enum import Enum

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QPushButton, QWidget

from ui.look.dialog import Choice, Question, ask
from ui.look.icons import Icon
from ui.look.plain import visible_text
from ui.look.tokens import Role
from ui.look.words import count, plural, tr


class Lower(Enum):
    """What becomes of records whose grade would go down."""

    LEAVE = "leave"
    UPDATE = "update"
    BACK = "back"
    """Esc: do not update at all yet."""


class MainAnswerQuestion(Question):
    """The main answer has the keyboard, yet Esc takes the safe one: closing a question never starts anything."""

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        for one in self.findChildren(QPushButton):
            if one.isDefault():
                one.setFocus(Qt.FocusReason.TabFocusReason)


def _asked(question: Question) -> str:
    """Show `question` and wait for its answer."""
    question.exec()
    question.deleteLater()
    return question.answer


def ask_over_limit(parent: QWidget | None, selected: int, limit: int, *, first: str = "", last: str = "") -> bool:
    """More learners than one download takes: True takes the first `limit`, False goes back.

    `first` and `last` are the surnames between which those learners stand in the grid.
    """
    text = tr("The Learning Records Service download takes up to {limit} at a time.", limit=count(limit))
    if first and last:
        text += " " + tr(
            "The first {limit} are taken in the order of the grid: {first} to {last}.",
            limit=count(limit),
            first=visible_text(first),
            last=visible_text(last),
        )
    else:
        text += " " + tr("The first {limit} are taken in the order of the grid.", limit=count(limit))
    question = MainAnswerQuestion(
        parent,
        tr("Attainments (PLR) Download"),
        plural(selected, "You selected {n} learner.", "You selected {n} learners."),
        text,
        [("back", tr("Go Back")), Choice("take", tr("Take the First {limit}", limit=count(limit)), "primary")],
        safe="back",
        icon=Icon.USERS,
        role=Role.ACCENT_TEXT,
        name="over_limit",
    )
    return _asked(question) == "take"


def ask_lower(parent: QWidget | None, records: int) -> Lower:
    """Some of the chosen records would get a lower grade than the one held."""
    question = MainAnswerQuestion(
        parent,
        tr("Update Selected"),
        plural(
            records,
            "{n} record would get a lower grade than the one you hold.",
            "{n} records would get a lower grade than the one you hold.",
        ),
        tr("Everything else is updated either way. What is left is listed in the summary."),
        [
            Choice(Lower.BACK.value, tr("Go Back")),
            Choice(Lower.UPDATE.value, tr("Update Them Too")),
            Choice(Lower.LEAVE.value, tr("Leave Them"), "primary"),
        ],
        safe=Lower.BACK.value,
        name="lower_grades",
    )
    return Lower(_asked(question))


def confirm_closing_plr(parent: QWidget | None, records: int, updated: int, *, busy: bool = False) -> bool:
    """Closing the Attainments (PLR) window forgets what was downloaded: True clears and closes."""
    if records:
        heading = plural(
            records,
            "Closing clears the {n} record downloaded in this session. It is not stored.",
            "Closing clears the {n} records downloaded in this session. They are not stored.",
        )
    else:
        heading = tr("A download or an update is running.")
    parts = []
    if busy:
        parts.append(tr("Closing stops what is running; what is finished stays."))
    if updated:
        parts.append(
            plural(
                updated,
                "The {n} record you updated is safe in the college’s attainments.",
                "The {n} records you updated are safe in the college’s attainments.",
            )
        )
    if records:
        parts.append(tr("The others can be downloaded again.") if updated else tr("They can be downloaded again."))
    answer = ask(
        parent,
        tr("Attainments (PLR)"),
        heading,
        " ".join(parts),
        [("close", tr("Clear and Close")), ("keep", tr("Keep Open"))],
        safe="keep",
        name="closing_plr",
    )
    return answer == "close"


def confirm_quitting(parent: QWidget | None) -> bool:
    """Something is still running: True stops it and leaves the program."""
    answer = ask(
        parent,
        tr("Learner Manager"),
        tr("A download, an update, an import or an export is still running."),
        tr(
            "Leaving stops it. Learners that are finished stay as they are, and so do imported rows; no half-written "
            "file is left behind."
        ),
        [("leave", tr("Stop and Leave")), ("stay", tr("Keep Working"))],
        safe="stay",
        name="quitting",
    )
    return answer == "leave"


def ask_again(parent: QWidget | None, learners: int) -> bool:
    """ULNs were corrected in the Attainments (PLR) window: True asks about these learners again."""
    question = MainAnswerQuestion(
        parent,
        tr("Find ULN"),
        plural(learners, "{n} learner has another ULN now.", "{n} learners have another ULN now."),
        tr("Refresh Selected asks the Learning Records Service about just them, with the new ULN."),
        [("later", tr("Not Now")), Choice("refresh", tr("Refresh Selected"), "primary")],
        safe="later",
        icon=Icon.ARROW_CLOCKWISE,
        role=Role.ACCENT_TEXT,
        name="ask_again",
    )
    return _asked(question) == "refresh"


def tell_too_many_to_copy(parent: QWidget | None, rows: int, limit: int) -> bool:
    """More rows than the clipboard takes well: True when the user wants them as a file instead."""
    question = MainAnswerQuestion(
        parent,
        tr("Copy"),
        plural(rows, "You selected {n} row.", "You selected {n} rows."),
        tr("Up to {limit} can be copied. A file takes all of them.", limit=count(limit)),
        [("back", tr("Go Back")), Choice("export", tr("Export to Excel"), "primary")],
        safe="back",
        icon=Icon.COPY,
        role=Role.ACCENT_TEXT,
        name="too_many_to_copy",
    )
    return _asked(question) == "export"


def confirm_discarding(parent: QWidget | None, heading: str) -> bool:
    """Something typed would be lost: True throws it away."""
    answer = ask(
        parent,
        tr("Discard Changes"),
        heading,
        tr("Keep editing to save them, or discard them."),
        [("discard", tr("Discard Changes")), ("keep", tr("Keep Editing"))],
        safe="keep",
        name="discarding",
    )
    return answer == "discard"


def confirm_host(parent: QWidget | None, host: str) -> bool:
    """An address outside the Department's own names: True when an administrator stands by it."""
    answer = ask(
        parent,
        tr("PLR/LRS"),
        tr("{host} is outside education.gov.uk.", host=visible_text(host)),
        tr(
            "Names and ULNs of learners and the college’s passwords would go to this computer. "
            "Use it only if the Learning Records Service or your supplier gave you the address."
        ),
        [("use", tr("Use This Address")), ("back", tr("Go Back"))],
        safe="back",
        icon=Icon.SHIELD_WARNING,
        name="confirm_host",
    )
    return answer == "use"


def confirm_same_site(parent: QWidget | None, explained: str) -> bool:
    """The LMS has another address than before: True when an administrator says that it is the same site."""
    answer = ask(
        parent,
        tr("LMS"),
        tr("Is this the same LMS as before?"),
        visible_text(explained),
        [("same", tr("It Is the Same")), ("back", tr("Go Back"))],
        safe="back",
        icon=Icon.SHIELD_WARNING,
        name="same_site",
    )
    return answer == "same"
