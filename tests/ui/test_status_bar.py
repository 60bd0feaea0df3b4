"""The status bar where there is more to say than room."""

from datetime import UTC, datetime

import pytest

from app.lms.connection import Facts, Standing, State
from app.lms.settings import Kind, Plan, SyncSettings
from ui.lms_sync import Shown, standing_words
from ui.look.icons import Icon
from ui.look.labels import ElidingLabel
from ui.look.tokens import Role, color
from ui.status_bar import Sign, StatusBar

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def test_what_is_selected_stays_whole_beside_long_words_about_work(qtbot):
    bar = StatusBar()
    qtbot.addWidget(bar)
    bar.resize(1366, bar.sizeHint().height())
    bar.show_texts(["1 of 2 selected"], ["LRS test", "LMS as of 05:31, next 06:01", "Embedded database", "root"])
    said = "The importer of MATH-RESIT is in use by Priya since 05:27, job 6, without a sign of life. "
    bar.show_work(said * 2, 0, 0)
    bar.show()
    left, work = (bar.findChild(ElidingLabel, name) for name in ("status_left", "status_work"))
    qtbot.waitUntil(lambda: work.shown_text().endswith("…"))
    assert left.shown_text() == "1 of 2 selected"
    right = bar.findChild(ElidingLabel, "status_right")
    assert right.shown_text() == right.text() == right.accessibleName()
    assert right.text().endswith("|   root")


def test_a_sign_has_its_icon_in_its_colour(qtbot):
    bar = StatusBar()
    qtbot.addWidget(bar)
    bar.resize(900, bar.sizeHint().height())
    bar.show_texts([], ["Embedded database"])
    bar.show()
    wide = bar.findChild(ElidingLabel, "status_right").sizeHint().width()
    bar.show_texts([], [Sign("Embedded database", Icon.WARNING, Role.BAD)])
    right = bar.findChild(ElidingLabel, "status_right")
    assert right.text() == "Embedded database"
    assert right.sizeHint().width() == wide + 21
    bar.show_texts([], ["\u202eroot"])
    assert right.sizeHint().width() == right.fontMetrics().horizontalAdvance(right.text()) + 1, "as it is spoken"
    bar.show_texts([], [Sign("Embedded database", Icon.WARNING, Role.BAD)])
    image = bar.grab().toImage()
    dots = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}
    assert color(Role.BAD).name() in dots


@pytest.mark.parametrize("state", [State.HEALTHY, State.DEGRADED, State.LATE, State.HELD])
def test_the_lms_has_a_tick_only_where_its_data_come_in_time(state: State):
    """One kind late is late, though the other one has errors; errors of single courses have a page of their own."""
    day = datetime(2026, 11, 20, 5, 31, tzinfo=UTC)
    kinds = {Kind.COURSES: state, Kind.ENROLMENTS: State.DEGRADED}
    standing = {kind: Standing(kind, one, Facts(Plan()), day, None) for kind, one in kinds.items()}
    said = standing_words(Shown(SyncSettings(), standing, dict.fromkeys(kinds)), set_up=True)
    late = state in (State.LATE, State.HELD)
    assert (said.icon, said.role) == ((Icon.WARNING, Role.WARN) if late else (Icon.CHECK_CIRCLE, Role.GOOD))
