"""The gradebook of a course as the user report tells of it (`gradereport_user_get_grade_items`)."""

import html
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.sandbox.moodle_state import Category, Course, Grade, Item, Module, Site

_ICON = '<i class="icon fa {} fa-fw inline"  title="{}" role="img" aria-label="{}"></i>'
_PASS = _ICON.format("fa-check text-success", "Pass", "Pass")
_FAIL = _ICON.format("fa-times text-danger", "Fail", "Fail")
_GRADE_KEYS = (
    *("graderaw", "gradedatesubmitted", "gradedategraded", "gradehiddenbydate", "gradeneedsupdate", "gradeishidden"),
    *("gradeislocked", "gradeisoverridden", "gradeformatted"),
)
_COLUMN_KEYS = {
    "grade": _GRADE_KEYS,
    "range": ("grademin", "grademax", "rangeformatted"),
    "percentage": ("percentageformatted",),
    "feedback": ("feedback", "feedbackformat"),
    "weight": ("weightraw", "weightformatted"),
}


@dataclass(frozen=True, slots=True)
class _Result:
    raw: float | None
    top: float
    bottom: float = 0.0

    @property
    def percent(self) -> float | None:
        span = self.top - self.bottom
        return None if self.raw is None or span <= 0 else (self.raw - self.bottom) / span * 100


class Gradebook:
    """One course's, as the service account of the moment sees it."""

    def __init__(self, site: Site, course: Course) -> None:
        self._site = site
        self._course = course
        self._rows = [(item, module) for item, module in self._all() if self._seen(item, module)]
        self._results: dict[tuple[int, int], _Result] = {}
        self._ranked: dict[int, list[float]] = {}
        if course.ranks:
            self._rank()

    def of(self, user: int) -> dict[str, Any]:
        """One account's part of the answer, also where it has no place: then without a single grade."""
        course, account = self._course, self._site.users[user]
        return {
            "courseid": course.id,
            "courseidnumber": course.idnumber,
            "userid": user,
            "userfullname": account.fullname,
            "useridnumber": account.idnumber,
            "maxdepth": 3 if course.categories else 2,
            "gradeitems": list(self._of(user)),
        }

    def learners(self) -> list[int]:
        """Whom the report is about: graded roles with a place that is active now, by name."""
        users = self._site.users
        found = [
            user
            for user, place in self._course.places.items()
            if place.role == "student" and place.active(self._site.now) and users[user].deleted_at is None
        ]
        return sorted(found, key=lambda user: (users[user].last, users[user].first, user))

    # -- rows

    def _all(self) -> Iterator[tuple[Item, Module | None]]:
        for module in self._course.modules:
            if module.item is not None:
                yield module.item, module
        for column in self._course.columns:
            yield column, None

    def _seen(self, item: Item, module: Module | None) -> bool:
        if item.hidden and not self._site.may("moodle/grade:viewhidden"):
            return False
        return module is None or module_seen(self._site, self._course, module)

    def _of(self, user: int) -> Iterator[dict[str, Any]]:
        placed = user in self._course.places
        for category in self._course.categories:
            for item, module in self._rows:
                if item.category == category.id:
                    yield self._item_row(user, item, module, placed)
            yield self._subtotal_row(user, category)
        for item, module in self._rows:
            if not item.category:
                yield self._item_row(user, item, module, placed)
        yield self._total_row(user)

    def _item_row(self, user: int, item: Item, module: Module | None, placed: bool) -> dict[str, Any]:
        grade = self._grade(user, item)
        row: dict[str, Any] = {
            "id": item.id,
            "itemname": item.name,
            "itemtype": item.kind,
            "itemmodule": module.kind if module else None,
            "iteminstance": module.instance if module else None,
            "itemnumber": 0,
            "idnumber": "" if module else None,
            "categoryid": item.category or self._course.id,
            "outcomeid": None,
            "scaleid": None,
            "locked": False,
        }
        if module is not None:
            row["cmid"] = module.cmid
        if placed:
            weight = self._weight(user, item)
            row |= {"weightraw": _number(weight), "weightformatted": f"{weight * 100:.2f} %"}
            if grade.raw is None:
                row["status"] = "novalue"
        bottom = 1.0 if item.scale else 0.0
        result = _Result(grade.raw, float(len(item.scale)) if item.scale else item.top, bottom)
        row |= self._grade_part(grade, result, item, hidden=item.hidden)
        return self._finished(row, user, item.id, result, item, grade.feedback)

    def _subtotal_row(self, user: int, category: Category) -> dict[str, Any]:
        result = self._subtotal(user, category)
        weight = category.weight if result.raw is not None else 0.0
        row = self._total("category", category.item, category.id)
        row |= {"weightraw": _number(weight), "weightformatted": f"{weight * 100:.2f} %"}
        if result.raw is None:
            row["status"] = "novalue"
        row |= self._grade_part(self._worked_out(result), result, None, hidden=False)
        return self._finished(row, user, category.item, result, None, "")

    def _total_row(self, user: int) -> dict[str, Any]:
        result = self._course_total(user)
        row = self._total("course", self._course.total_item, self._course.id)
        row |= self._grade_part(self._worked_out(result), result, None, hidden=False)
        return self._finished(row, user, self._course.total_item, result, None, "")

    def _total(self, kind: str, number: int, instance: int) -> dict[str, Any]:
        return {
            "id": number,
            "itemname": None,
            "itemtype": kind,
            "itemmodule": None,
            "iteminstance": instance,
            **dict.fromkeys(("itemnumber", "idnumber", "categoryid", "outcomeid", "scaleid")),
            "locked": False,
        }

    def _worked_out(self, result: _Result) -> Grade:
        """A total is "graded" when it was last worked out."""
        return Grade(result.raw, None, self._site.now if result.raw is not None else None)

    def _grade_part(self, grade: Grade, result: _Result, item: Item | None, *, hidden: bool) -> dict[str, Any]:
        return {
            "graderaw": None if grade.raw is None else _number(grade.raw),
            "gradedatesubmitted": grade.submitted,
            "gradedategraded": grade.graded,
            "gradehiddenbydate": False,
            "gradeneedsupdate": item is not None and item.needs_update,
            "gradeishidden": hidden,
            "gradeislocked": grade.locked,
            "gradeisoverridden": grade.overridden,
            "gradeformatted": self._shown(result, item),
        }

    def _finished(
        self, row: dict[str, Any], user: int, number: int, result: _Result, item: Item | None, feedback: str
    ) -> dict[str, Any]:
        scale = item.scale if item is not None else ()
        ends = (scale[0], scale[-1]) if scale else (_short(result.bottom), _short(result.top))
        percent = result.percent
        row |= {
            "grademin": _number(result.bottom),
            "grademax": _number(result.top),
            "rangeformatted": "&ndash;".join(html.escape(one) for one in ends),
            "percentageformatted": "-" if percent is None else f"{percent:.2f} %",
        }
        if self._course.letters:
            row["lettergradeformatted"] = "-" if percent is None else self._letter(percent)
        if self._course.ranks:
            row |= self._ranks(number, result, item)
        row |= {"feedback": feedback, "feedbackformat": 1 if feedback else 2 if self._rows else 0}
        for column in self._course.off:
            for key in _COLUMN_KEYS[column]:
                row.pop(key, None)
        return row

    # -- what it comes to

    def _grade(self, user: int, item: Item) -> Grade:
        found = self._course.grades.get((user, item.id)) if user in self._course.places else None
        return found or Grade(None)

    def _weight(self, user: int, item: Item) -> float:
        if self._grade(user, item).raw is None:
            return 0.0
        others = [one for one, _ in self._rows if one.category == item.category]
        graded = [one for one in others if self._grade(user, one).raw is not None]
        if self._course.weighted:
            whole = sum(one.weight for one in graded)
            return item.weight / whole if whole else 0.0
        return round(item.top / sum(one.top for one in graded), 5)

    def _subtotal(self, user: int, category: Category) -> _Result:
        parts = [(self._weight(user, item), item) for item, _ in self._rows if item.category == category.id]
        found = [weight * (self._grade(user, item).raw or 0.0) / item.top * 100 for weight, item in parts if weight]
        return _Result(round(sum(found), 5) if found else None, 100.0)

    def _course_total(self, user: int) -> _Result:
        if self._course.weighted:
            parts = [(one.weight, self._subtotal(user, one).raw) for one in self._course.categories]
            graded = [(weight, raw) for weight, raw in parts if raw is not None]
            whole = sum(weight for weight, _ in graded)
            return _Result(round(sum(w * raw for w, raw in graded) / whole, 5) if graded else None, 100.0)
        seen = [(item, self._grade(user, item).raw) for item, _ in self._rows]
        got = [(item, raw) for item, raw in seen if raw is not None]
        top = sum(float(len(item.scale)) if item.scale else item.top for item, _ in (got or seen))
        return _Result(round(sum(raw for _, raw in got), 5) if got else None, top)

    def _shown(self, result: _Result, item: Item | None) -> str:
        raw, percent = result.raw, result.percent
        if raw is None:
            return "-"
        if item is not None and item.scale and not self._course.letters:
            return item.scale[int(raw) - 1]
        if self._course.letters and percent is not None:
            return f"{self._letter(percent)} ({percent:.2f} %)"
        icon = ""
        if item is not None and item.pass_mark is not None:
            icon = _PASS if raw >= item.pass_mark else _FAIL
        return f"{icon}{raw:.2f}"

    def _letter(self, percent: float) -> str:
        return next(word for least, word in self._course.letters if percent >= least)

    def _rank(self) -> None:
        """The raw grades of everybody in the report, for rank and average."""
        for user in self.learners():
            for item, _ in self._rows:
                if (raw := self._grade(user, item).raw) is not None:
                    self._ranked.setdefault(item.id, []).append(raw)
            for category in self._course.categories:
                if (raw := self._subtotal(user, category).raw) is not None:
                    self._ranked.setdefault(category.item, []).append(raw)
            if (raw := self._course_total(user).raw) is not None:
                self._ranked.setdefault(self._course.total_item, []).append(raw)

    def _ranks(self, number: int, result: _Result, item: Item | None) -> dict[str, Any]:
        everybody = self._ranked.get(number, [])
        raw = result.raw
        told: dict[str, Any] = {"rank": 0 if raw is None else 1 + sum(other > raw for other in everybody)}
        if raw is not None:
            told["numusers"] = len(everybody)
        mean = sum(everybody) / len(everybody) if everybody else None
        told["averageformatted"] = self._shown(_Result(mean, result.top, result.bottom), item)
        return told


def module_seen(site: Site, course: Course, module: Module) -> bool:
    """Whether the service account is told of the module at all; if not, nothing says that it is there."""
    if not site.may(f"mod/{module.kind}:view"):
        return False
    if not course.effectively_visible(module) and not site.may("moodle/course:viewhiddenactivities"):
        return False
    return not module.hide_entirely or site.may("moodle/course:ignoreavailabilityrestrictions")


def _number(value: float) -> int | float:
    """As PHP writes it: a whole number without a point."""
    return int(value) if value == int(value) else round(value, 5)


def _short(value: float) -> str:
    return str(_number(value))
