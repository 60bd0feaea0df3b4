"""Working out anew what Update would do, after stored attainments changed by other ways than the window's own."""

from collections.abc import Sequence
from datetime import date

from app.attainments.stored import EMPTY, stored_records
from app.db.database import Database
from app.plr.session import PlrSession
from app.plr.update import plan_answer
from app.tasks import TaskContext

_AT_ONCE = 200


def replan(context: TaskContext, db: Database, session: PlrSession, learner_ids: Sequence[int] | None = None) -> None:
    """Bring the *Change* column up to date (of `learner_ids`, or of everybody the window holds)."""
    wanted = list(learner_ids) if learner_ids is not None else session.learner_ids()
    today = date.today()
    for start in range(0, len(wanted), _AT_ONCE):
        context.raise_if_cancelled()
        some = wanted[start : start + _AT_ONCE]
        with db.read(context) as tx:
            records = stored_records(tx, some)
        answers = {key: answer for key in some if (answer := session.answer_of(key)) is not None and answer.events}
        changes = {key: plan_answer(one, records.get(key, EMPTY), today) for key, one in answers.items()}
        session.set_changes(changes, answers)
