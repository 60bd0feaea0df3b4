"""Every kind of write of the program."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from app.db.tables import enrolment
from tests.db.each_write import PARTS, WHOLE, a_course_status, a_sending
from tests.db.losing import World, Write, number_of
from tests.killing.kinds_files import FILES
from tests.killing.kinds_lists import LISTS
from tests.killing.kinds_lms import LMS
from tests.killing.kinds_people import PEOPLE
from tests.killing.lms import LastingLms

Maker = Callable[[World], Write]


def course_status(world: World) -> Write:
    """What the LMS has to hear follows in a transaction of its own, or with the next sending."""

    def parts() -> None:
        assert number_of(world.db, enrolment, enrolment.c.status == "dropped") in (0, 4)

    return replace(a_course_status(world), parts=parts)


def sending(world: World) -> Write:
    """The LMS outlives the program."""
    lms = LastingLms(world.folder, entries_at_once=2)
    write = a_sending(world, lms)
    assert write.parts is not None
    told = write.parts

    def parts() -> None:
        lms.recall()
        told()

    return replace(write, parts=parts)


_OTHERWISE = {a_course_status: course_status, a_sending: sending}
"""Kinds of which a death leaves something else than a lost server."""
_ALL: list[Maker] = [_OTHERWISE.get(one, one) for one in (*WHOLE, *PARTS)] + [*LISTS, *PEOPLE, *LMS, *FILES]
EVERY: Mapping[str, Maker] = {one.__name__: one for one in _ALL}
OWN_FILES = (
    "an_export_to_csv", "an_export_to_a_workbook", "a_protected_export", "an_export_to_pdf", "the_settings",
    "the_layout_of_the_window", "the_log", "the_copy_of_the_day", "a_first_start", "an_upgrade",
)  # fmt: skip
"""Kinds to which it is all the same which database the program works with."""
