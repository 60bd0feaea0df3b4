"""The one door through which every text that people read passes, so that it can be translated."""

from PySide6.QtCore import QCoreApplication


def tr(text: str, /, **values: object) -> str:
    """`text` in the user's language, with {named} values put in afterwards.

    A sentence of `app` (`app/sentence.py`) brings its template, which is what is looked up, and its own values. Those
    among the values that are sentences are translated too; all others are data, and never read as a template.
    """
    template: str | None = getattr(text, "template", None)  # by what it has: the look knows nothing of `app`
    if template is not None:
        return tr(template, **getattr(text, "values"))  # noqa: B009 - no attribute of every `str`
    shown = QCoreApplication.translate("LearnerManager", text)
    return shown.format(**{name: _put_in(one) for name, one in values.items()}) if values else shown


def _put_in(value: object) -> object:
    return tr(value) if isinstance(value, str) and hasattr(value, "template") else value


def count(number: int) -> str:
    """A count as people read it: 1,243."""
    return f"{number:,}"


def plural(number: int, one: str, many: str) -> str:
    """`1 learner`, `1,243 learners`: both forms as format texts with {n}."""
    return tr(one if number == 1 else many, n=count(number))
