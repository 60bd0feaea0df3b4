"""*Undo* of a session: what could not be taken back can be tried again."""

from app.changes import Topic
from app.context import AppContext
from ui.hub import Hub
from ui.session_undo import SessionUndo
from ui.workers import TaskRunner


def test_what_could_not_be_taken_back_is_offered_again_and_said(qtbot, context: AppContext, runner: TaskRunner):
    hub = Hub()
    undo = SessionUndo(context, runner, hub, hub, Topic.CREDIT)
    told: list[Exception] = []
    runner.failed.connect(told.append)
    for nobodys in (987_654, 987_655):
        undo.saved(nobodys)
    undo.undo()
    undo.undo()
    assert not undo.possible, "both are on their way"
    qtbot.waitUntil(lambda: len(told) == 2)
    assert undo.possible
    assert sorted(undo._done) == [987_654, 987_655]
