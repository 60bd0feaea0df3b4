"""Progress by its vectors (lms-sync.md 3.1), against a plain count, and what feedback is turned into."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.connectors.lms import Activity, GradeRow, LearnerGrades
from app.lms import feedback, report_card
from app.lms.progress import Progress, counted, fell, percent, progress, shown, total


def row(activity: str | None, grade: float | None = None, kind: str = "mod", **other) -> GradeRow:
    text = None if grade is None else f"{grade:.2f}"
    usual = {"name": f"Task {activity}", "known": True, "minimum": 0.0, "maximum": 100.0, "range_text": "0–100"}
    usual |= {"percent": text, "letter": None, "weight": None, "feedback": None, "submitted_at": None}
    usual |= {"graded_at": None, "hidden": False, "locked": False, "overridden": False}
    return GradeRow(kind=kind, activity=activity, grade=grade, grade_text=text, **{**usual, **other})


def activity(number: object, *, visible: bool = True) -> Activity:
    return Activity(str(number), f"Task {number}", "assign", visible)


def learner(*rows: GradeRow) -> LearnerGrades:
    return LearnerGrades("7", None, "Ann Example", rows)


def course(graded: int, visible: int, graded_hidden: int) -> str:
    """What is shown of a course with so many activities."""
    rows = [row(f"v{n}", 50.0 if n < graded else None) for n in range(visible)]
    rows += [row(f"h{n}", 50.0) for n in range(graded_hidden)]
    activities = [activity(f"v{n}") for n in range(visible)]
    activities += [activity(f"h{n}", visible=False) for n in range(graded_hidden)]
    found = progress(rows, counted(activities, [learner(*rows)]))
    return shown(found.graded, found.visible)


@pytest.mark.rule("LS-E9")
def test_rows_of_outcomes_add_nothing():
    rows = [row("v1"), row("v1", 3.0, outcome=True), row("v2", 3.0, outcome=True)]
    found = progress(rows, counted([activity("v1"), activity("v2")], [learner(*rows)]))
    assert (found.graded, found.visible) == (0, 1)


@pytest.mark.rule("LS-E1", "LS-E3", "LS-E6", "LS-E7", "LS-E10", "LS-E12")
@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ((0, 0, 0), "–"),
        ((0, 0, 3), "–"),
        ((0, 10, 2), "0 %"),
        ((1, 3, 0), "33 %"),
        ((2, 3, 0), "67 %"),
        ((199, 200, 0), "99 %"),
        ((1, 1000, 0), "1 %"),
        ((10, 10, 2), "100 %"),
        ((5, 10, 0), "50 %"),
        ((4, 8, 1), "50 %"),
        ((1, 8, 0), "13 %"),
        ((3, 4, 0), "75 %"),
    ],
)
def test_vectors(counts: tuple[int, int, int], words: str):
    assert course(*counts) == words


@pytest.mark.rule("LS-E3", "LS-E11")
def test_hiding_one_graded_and_one_ungraded():
    rows = [row(str(n), 1.0 if n < 5 else None) for n in range(10)]
    before = progress(rows, counted([activity(n) for n in range(10)], [learner(*rows)]))
    hidden = [activity(n, visible=n not in (0, 9)) for n in range(10)]
    after = progress(rows, counted(hidden, [learner(*rows)]))
    assert (before, after) == (Progress(5, 10), Progress(4, 8))
    assert not fell(before, after)


@pytest.mark.rule("LS-E1", "LS-E2", "LS-E4", "LS-E5", "LS-E6", "LS-E8", "LS-E9")
def test_what_counts():
    rows = [
        row("1", 0.0),
        row("2", 40.0, hidden=True),
        row("3", 40.0, overridden=True, locked=True, weight=None),
        row("4"),
        row("4", 10.0, name="Task 4 (outcome)"),
        row("5"),
        row(None, 80.0, kind="manual"),
        row(None, 80.0, kind="category"),
        row(None, 80.0, kind="course"),
    ]
    page = activity("6")
    activities = [activity(n) for n in range(1, 6)] + [page]
    counting = counted(activities, [learner(*rows[:4]), learner(*rows)])
    assert counting == {"1", "2", "3", "4", "5"}, "a page can never get a grade"
    assert progress(rows, counting) == Progress(4, 5)
    last = total(rows)
    assert last is not None
    assert last.kind == "course"
    assert total(rows[:5]) is None


@pytest.mark.rule("LS-E1")
def test_the_activities_of_all_learners_count_for_each():
    counting = counted([activity(1), activity(2)], [learner(row("1", 5.0)), learner(row("2"))])
    assert progress([row("1", 5.0)], counting) == Progress(1, 2)


@pytest.mark.rule("LS-E11")
@pytest.mark.parametrize(
    ("old", "new", "marked"),
    [
        ((10, 10), (8, 10), True),
        ((10, 10), (81, 100), False),
        ((5, 10), (5, 17), True),
        ((5, 10), (5, 16), False),
        ((0, 0), (0, 5), False),
        ((5, 5), (0, 0), False),
        ((1, 5), (4, 5), False),
    ],
)
def test_a_fall_of_twenty_points(old: tuple[int, int], new: tuple[int, int], marked: bool):
    assert fell(Progress(*old), Progress(*new)) is marked


@pytest.mark.rule("LS-E12")
@given(st.integers(1, 2000).flatmap(lambda most: st.tuples(st.integers(0, most), st.just(most))))
def test_percent_is_never_all_or_none_by_rounding(pair: tuple[int, int]):
    graded, visible = pair
    value = percent(graded, visible)
    assert value is not None
    assert (value == 0) == (graded == 0)
    assert (value == 100) == (graded == visible)
    assert abs(value - 100 * graded / visible) <= 1


@pytest.mark.rule("LS-E13", "LS-E15")
def test_a_report_card_comes_back_as_it_was_and_says_why():
    rows = [
        row("1", 5.0, feedback="<b>Good</b>"),
        row("2"),
        row("9", 7.0),
        row(None, 3.0, kind="manual", name="Behaviour"),
        row(None, 9.0, kind="course", name=None),
    ]
    activities = {str(n): activity(n, visible=n != 9) for n in (1, 2, 3, 9)}
    card = report_card.unpacked(report_card.packed(rows, activities, frozenset({"1", "2", "3"})))
    assert card is not None
    assert [(one.kind, one.grade, one.counts) for one in card.rows] == [
        ("mod", 5.0, True),
        ("mod", None, True),
        ("mod", 7.0, False),
        ("manual", 3.0, False),
        ("course", 9.0, False),
    ]
    why = report_card.why(card)
    assert why.progress == Progress(1, 3)
    assert (why.graded, why.ungraded, why.hidden, why.other) == (
        ("Task 1",),
        ("Task 2", "Task 3"),
        ("Task 9",),
        ("Behaviour",),
    )


# -------------------------------------------------------------------------------------------------------- feedback


@pytest.mark.rule("LS-E16")
@pytest.mark.parametrize(
    ("html", "safe"),
    [
        ("<p>Well <b>done</b> &amp; on time</p>", "<p>Well <b>done</b> &amp; on time</p>"),
        ("<script>alert(1)</script>Fine", "Fine"),
        ('<a href="file:///etc/passwd">my file</a>', "my file"),
        ('<img src="https://example.org/x.png" alt="a graph"> see', "[picture: a graph] see"),
        ('<p style="background:url(http://x)" onclick="x()">Hi', "<p>Hi</p>"),
        ("<svg><a xlink:href='x'>y</a></svg>z", "z"),
        ("1 &lt; 2 <br/>", "1 &lt; 2 <br>"),
        ("<div>a</div><b>c", "<p>a</p><b>c</b>"),
        (None, ""),
    ],
)
def test_feedback_is_shown_without_anything_that_loads_or_runs(html: str | None, safe: str):
    assert feedback.safe(html) == safe


PIECES = (
    *"<>/=\"' &;:!-aif",
    "script",
    "img ",
    "src=",
    "href=",
    "<p>",
    "</p>",
    "<b>",
    "</b>",
    "<svg>",
    "<style>",
    "<br/>",
)


@pytest.mark.rule("LS-E16")
@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_hostile_feedback_has_no_attribute_and_is_balanced(html: str):
    markup = feedback.safe(html)
    tags = re.findall(r"<[^>]*>", markup)
    assert markup.count("<") == len(tags)
    opened: list[str] = []
    for tag in tags:
        assert re.fullmatch(r"</?[a-z0-9]+>", tag), tag
        name = tag.strip("</>")
        assert name in feedback._KEPT
        if tag.startswith("</"):
            assert opened.pop() == name
        elif name != "br":
            opened.append(name)
    assert not opened
