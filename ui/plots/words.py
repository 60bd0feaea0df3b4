"""What the figures are called, and a figure in words: for the card, the clipboard, a table, and a screen reader."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.export_sheet import disarmed
from ui.look.plain import visible_text
from ui.look.tokens import Role
from ui.look.words import count, tr

if TYPE_CHECKING:
    from app.figures import Figure


@dataclass(frozen=True, slots=True)
class PlotWords:
    """One figure in words, in English; `page` and `action` are the next step where there is nothing to draw."""

    title: str
    about: str
    categories: str
    empty: str
    page: str
    action: str


PLOTS: Mapping[str, PlotWords] = {
    "statuses": PlotWords(
        "Extract statuses",
        "records by the day of their status, last 14 days",
        "Day",
        "No record was given a status in these days. Each change of an enrolment becomes one.",
        "extracts",
        "LMS Extract Statuses",
    ),
    "age": PlotWords(
        "Age of LMS data",
        "open courses by how long ago their grades came; goal {goal} min",
        "Age",
        "No course is open. Synchronise with the LMS, then open the courses that count.",
        "lms_courses",
        "Courses",
    ),
    "progress": PlotWords(
        "Progress by course",
        "share of learners, largest courses",
        "Course",
        "No progress yet. It comes with the grades of open courses that learners are enrolled on.",
        "enrolments",
        "Enrolments",
    ),
    "attainments": PlotWords(
        "Attainments stored",
        "by level and source",
        "Level",
        "No attainments yet. Download them from the LRS for learners, then update.",
        "attainments",
        "Attainments",
    ),
}
"""By the values of `app.figures.Plot`: a test compares the two."""
_ROLES: Mapping[str, Mapping[str, Role]] = {
    "statuses": {"Processed": Role.C2, "Transmitted": Role.C1, "Ready": Role.C5, "Rejected": Role.C4},
    "age": {"Courses": Role.C1},
    "progress": {
        "under 25 %": Role.C4,
        "25 to 49 %": Role.C3,
        "50 to 74 %": Role.C1,
        "75 % and over": Role.C2,
        "not known": Role.C5,
    },
    "attainments": {
        "NPD": Role.C1,
        "ILR": Role.C2,
        "Awarding bodies": Role.C3,
        "Own": Role.C5,
        "Other LRS": Role.INFO,
    },
}
"""The colour of each series by its name: red is for what is wrong, here as everywhere."""


def roles(figure: "Figure") -> Sequence[Role]:
    """The colours of its series, in order."""
    return [_ROLES[figure.plot][one.name] for one in figure.series]


def about(figure: "Figure") -> str:
    """The line under the title."""
    return tr(PLOTS[figure.plot].about).format(goal=figure.goal)


def table(figure: "Figure") -> tuple[list[str], list[list[str]]]:
    """Headings and rows: a row for each category, a column for each series."""
    heads = [tr(PLOTS[figure.plot].categories), *(tr(one.name) for one in figure.series)]
    rows = [
        [visible_text(name), *(count(one.values[place]) for one in figure.series)]
        for place, name in enumerate(figure.categories)
    ]
    return heads, rows


def copied(figure: "Figure") -> str:
    """The numbers for a spreadsheet: separated by tabs, without thousands separators; what would act as a formula
    begins with an apostrophe."""
    heads, _ = table(figure)
    lines = [heads] + [
        [disarmed(" ".join(visible_text(name).split())), *(str(one.values[place]) for one in figure.series)]
        for place, name in enumerate(figure.categories)
    ]
    return "\n".join("\t".join(cells) for cells in lines) + "\n"


def spoken(figure: "Figure") -> str:
    """The figure in sentences: each category with what of it is not nought."""
    heads, rows = table(figure)
    parts = []
    for row in rows:
        told = [f"{name} {value}" for name, value in zip(heads[1:], row[1:], strict=True) if value != "0"]
        parts.append(f"{row[0]}: {', '.join(told) or tr('none')}")
    return ". ".join(parts) + "."
