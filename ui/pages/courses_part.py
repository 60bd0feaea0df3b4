"""The courses of the current learner, in the pane beside the grid."""

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.dates import MONTHS
from ui.look.fonts import Type
from ui.look.icons import Icon
from ui.look.labels import ElidingLabel, TextLabel
from ui.look.pictures import IconLabel
from ui.look.tokens import Role
from ui.look.words import plural, tr
from ui.pages.details_pane import rule

if TYPE_CHECKING:
    from app.learners.courses import Course, Courses

MOST = 3


class CoursesPart(QWidget):
    """What the courses of the last year are called and until when they go; not there for who has none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("details_courses")
        inside = QVBoxLayout(self)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(rule())
        head = QHBoxLayout()
        head.addWidget(TextLabel(tr("Courses"), Type.HEADER), 1)
        self._year = TextLabel("", Type.BODY, Role.TEXT2, numbers=True)
        head.addWidget(self._year)
        inside.addLayout(head)
        self.lines: list[tuple[IconLabel, ElidingLabel, TextLabel]] = []
        for _ in range(MOST):
            line = QHBoxLayout()
            line.setSpacing(6)
            sign = IconLabel(Icon.BOOKS, Role.TEXT2, 15)
            name = ElidingLabel("", Type.BODY, middle=True)
            until = TextLabel("", Type.BODY, Role.TEXT2, numbers=True)
            line.addWidget(sign)
            line.addWidget(name, 1)
            line.addWidget(until)
            inside.addLayout(line)
            self.lines.append((sign, name, until))
        self._more = TextLabel("", Type.SECONDARY, Role.TEXT2)
        inside.addWidget(self._more)
        self.hide()

    def show_courses(self, found: "Courses | None") -> None:
        """Show the first few; nothing of it where there are none."""
        self.setVisible(found is not None and bool(found.courses))
        if found is None:
            return
        self._year.setText(found.year if found.year != "-" else "")
        for place, widgets in enumerate(self.lines):
            course = found.courses[place] if place < len(found.courses) else None
            for widget in widgets:
                widget.setVisible(course is not None)
            if course is not None:
                _show(course, *widgets)
        more = len(found.courses) - MOST
        self._more.setText(plural(more, "and {n} more", "and {n} more") if more > 0 else "")
        self._more.setVisible(more > 0)


def _show(course: "Course", sign: IconLabel, name: ElidingLabel, until: TextLabel) -> None:
    words = tr("goes on") if course.goes_on else tr("ended")
    sign.show_icon(Icon.BOOKS if course.goes_on else Icon.CHECK_CIRCLE, Role.TEXT2)
    sign.setToolTip(words)
    sign.setAccessibleName(words)
    shown = course.title or course.code or tr("no code")
    name.setText(f"{shown} ({course.code})" if course.title and course.code else shown)
    until.setText(f"{MONTHS[course.ends.month - 1]} {course.ends.year}" if course.ends else "")
