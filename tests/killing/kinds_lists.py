"""Kinds of writes: what people keep for themselves or for all, codes, settings of the LMS, credit."""

from datetime import date

from sqlalchemy import delete, select, update

from app import access, saved, table_columns
from app.attainments import at_a_glance_kept, export_changes
from app.attainments.export_changes import Layout
from app.db.tables import at_a_glance, learner, lms_course, setting
from app.files.aims import OwnFields
from app.files.columns import ColumnUse, Mapping
from app.imports import credit_lists, credit_set_up, edit_credit
from app.imports.awarding import Completion
from app.imports.credit_lists import CreditType, Reporter
from app.imports.credit_set_up import CourseCredit, CourseSetUp
from app.imports.edit_credit import Wanted
from app.learners import codes, own_fields
from app.lms import connection, course_states, site
from app.lms.course_states import Rule, RuleField
from app.lms.settings import Kind as RunKind
from app.lms.states import CourseState
from app.saved import Kind, Saved
from tests.builders import add_attainment, add_learner
from tests.db.losing import World, Write
from tests.db.test_credit_files import BIO, BIO_CPD
from tests.imports import credit_rows
from tests.imports.credit_files import CreditFiles
from tests.killing.plainly import one, several
from tests.lms.rows import MOMENT, add_course, add_run, add_section


def _search(world: World) -> Saved:
    saved.save(world.db, world.user, Kind.LEARNER_SEARCH, "Mine", "{}", shared=False)
    with world.db.read() as tx:
        return saved.every(tx, world.user, Kind.LEARNER_SEARCH)[0]


def a_saved_search_overwritten(world: World) -> Write:
    held = _search(world)
    return one(lambda: saved.overwrite(world.db, world.user, held, '{"quick": "x"}', shared=False))


def a_saved_search_renamed(world: World) -> Write:
    held = _search(world)
    return one(lambda: saved.rename(world.db, world.user, held, "Ours", shared=True))


def a_saved_search_deleted(world: World) -> Write:
    held = _search(world)
    return one(lambda: saved.delete(world.db, world.user, held))


def columns_of_a_file(world: World) -> Write:
    seen = Mapping((ColumnUse(0, "ref"), ColumnUse(1, "family_name")))
    return one(lambda: table_columns.remember(world.db, world.user, ("Code", "Name"), seen))


def columns_of_an_export(world: World) -> Write:
    return one(lambda: export_changes.choose_layout(world.db, world.user, Layout(("grade", "to_export"))))


def own_fields_of_the_ilr(world: World) -> Write:
    return one(lambda: own_fields.choose(world.db, world.user, OwnFields(tutor_group="A")))


def the_title_of_a_code(world: World) -> Write:
    seen = codes.Code(codes.Kind.COURSE, "ENG-L3")
    return one(lambda: codes.give_title(world.db, world.user, seen, "English"))


def a_user_signs_in(world: World) -> Write:
    return one(lambda: access.sign_in(world.db, "first"))


def the_lms_under_a_new_address(world: World) -> Write:
    site.moved(world.db, world.user, "https://old.example.org")
    return one(lambda: site.moved(world.db, world.user, "https://new.example.org"))


def rules_for_new_courses(world: World) -> Write:
    rules = (Rule(RuleField.NAME, "sandbox", CourseState.HIDDEN),)
    return one(lambda: course_states.save_rules(world.db, world.user, rules))


def states_of_courses(world: World) -> Write:
    ids = [add_course(world.db, str(500 + number), state="new") for number in range(4)]
    return one(lambda: course_states.set_state(world.db, world.user, ids, CourseState.OPEN))


def a_course_made_anew(world: World) -> Write:
    old, new = (add_course(world.db, number, short_name="BIO", full_name="Biology") for number in ("500", "501"))
    for _ in range(3):
        add_section(world.db, old)
    with world.db.write() as tx:
        tx.execute(update(lms_course).where(lms_course.c.id == old).values(removed_at=world.db.now(tx)))
    return several(lambda: course_states.link(world.db, world.user, new, old))


def a_notice_of_the_lms(world: World) -> Write:
    for _ in range(4):
        add_run(world.db, "courses", "failed", failed_by="connection", ended_at=MOMENT)
    return one(lambda: connection.take_notice(world.db, RunKind.COURSES))


def attainments_at_a_glance(world: World) -> Write:
    """Worked out anew after an upgrade, some learners in each transaction."""
    for number in range(1, 4):
        add_attainment(world.db, add_learner(world.db, number), subject="English", grade="4")
    with world.db.write() as tx:
        tx.execute(setting.delete().where(setting.c.key == at_a_glance_kept._RULE_KEY))
        tx.execute(delete(at_a_glance))
    return several(lambda: at_a_glance_kept.fill(world.db))


def a_credit_type(world: World) -> Write:
    return one(lambda: credit_lists.save_type(world.db, world.user, None, CreditType(code="cpd")))


def an_outside_body(world: World) -> Write:
    wanted = Reporter(name="PARS", types=frozenset({credit_rows.add_type(world.db, world.user, "ama")}))
    return one(lambda: credit_lists.save_reporter(world.db, world.user, None, wanted))


def categories_of_participants(world: World) -> Write:
    with world.db.read() as tx:
        held = credit_lists.read(tx).categories
    return one(lambda: credit_lists.save_categories(world.db, world.user, held, (*held, "Guests")))


def examples_of_credit(world: World) -> Write:
    return one(lambda: credit_lists.add_examples(world.db, world.user))


def a_course_for_credit(world: World) -> Write:
    type_id = credit_rows.add_type(world.db, world.user, "ama")
    wanted = CourseSetUp(code="BIO", credit=(CourseCredit(type_id=type_id, maximum=500),))
    return one(lambda: credit_set_up.save(world.db, world.user, None, wanted))


def courses_from_a_file(world: World) -> Write:
    for code in ("ama", "cpd"):
        credit_rows.add_type(world.db, world.user, code)
    files = CreditFiles(world.db, world.user, world.folder)
    seen = files.preview(BIO, BIO_CPD, "ART,,,,,,,,,,")
    return one(lambda: files.apply(seen))


def a_preview_of_courses(world: World) -> Write:
    for code in ("ama", "cpd"):
        credit_rows.add_type(world.db, world.user, code)
    files = CreditFiles(world.db, world.user, world.folder)
    path = files.write([BIO, BIO_CPD])
    return several(lambda: files.look(path), apart=("file_job", "file_row"))


def credit_of_a_record(world: World) -> Write:
    db, user = world.db, world.user
    type_id = credit_rows.add_type(db, user, "ama")
    course_id = credit_rows.add_course(db, user, "BIO", CourseCredit(type_id=type_id, maximum=500, variable=True))
    credit_rows.add_body(db, user, "PARS", type_id)
    key = credit_rows.enrol(db, add_learner(db, 1), course_id)
    credit_rows.completed(db, user, Completion(_learner(world), course_id, date(2026, 11, 20)))
    with db.read() as tx:
        held = edit_credit.read(tx, key)
    assert held is not None
    return one(lambda: edit_credit.save(db, user, held, (Wanted("ama", 300),), reason="As agreed"))


def _learner(world: World) -> int:
    with world.db.read() as tx:
        return int(tx.execute(select(learner.c.id)).scalar_one())


LISTS = (
    a_saved_search_overwritten, a_saved_search_renamed, a_saved_search_deleted, columns_of_a_file,
    columns_of_an_export, own_fields_of_the_ilr, the_title_of_a_code, a_user_signs_in,
    the_lms_under_a_new_address, rules_for_new_courses, states_of_courses, a_course_made_anew,
    a_notice_of_the_lms, attainments_at_a_glance, a_credit_type, an_outside_body, categories_of_participants,
    examples_of_credit, a_course_for_credit, courses_from_a_file, a_preview_of_courses, credit_of_a_record,
)  # fmt: skip
