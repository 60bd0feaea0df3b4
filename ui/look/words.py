"""The one door through which every text that people read passes, so that it can be translated."""

from PySide6.QtCore import QCoreApplication


def tr(text: str, **values: object) -> str:
    """`text` in the user's language, with {named} values put in afterwards."""
    shown = QCoreApplication.translate("LearnerManager", text)
    return shown.format(**values) if values else shown


def count(number: int) -> str:
    """A count as people read it: 1,243."""
    return f"{number:,}"


def plural(number: int, one: str, many: str) -> str:
    """`1 learner`, `1,243 learners`: both forms as format texts with {n}."""
    return tr(one if number == 1 else many, n=count(number))
