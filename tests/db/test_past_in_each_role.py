"""History and One Learner on a server, signed in as somebody who is not the owner: read, and undone by who may."""

import pytest

from app import access
from app.access import Role
from app.errors import AccessError
from app.past import changes_of, listed, one_learner, undoing
from app.tasks import TaskContext
from tests.builders import add_learner
from tests.db.rights_college import College
from tests.db.test_past import latest, rename, told


@pytest.mark.parametrize(
    ("role", "may"), [(Role.ENROLMENT_MANAGER, True), (Role.LMS_ADMINISTRATOR, False), (Role.ADMINISTRATOR, False)]
)
def test_read_and_taken_back_in_the_role_of_whoever_does_it(college: College, role: Role, may: bool):
    key = add_learner(college.owner, family_name="Old")
    made = rename(college.owner, college.administrator, key, family_name="New")
    db = college.of(college.person(role))
    try:
        who = access.sign_in(db)
        with db.read() as tx:
            assert listed.rows(tx, [made])[made].rows == 1
            scope = changes_of.scope_of(tx, who)
            page = one_learner.read(tx, who, key)
        assert [one.after for one in told(db, made, scope)] == ["Family name: New"]
        assert page is not None
        assert page.name.endswith("New")
        if may:
            assert undoing.undo(TaskContext(), db, who, made).undone == 1
            assert latest(db, "undo") > made
        else:
            with pytest.raises(AccessError):
                undoing.undo(TaskContext(), db, who, made)
    finally:
        db.close()
