"""The main job of the tour on a PostgreSQL server, by an officer who is an ordinary role there. `.ci/run` plays all
of it so."""

from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtCore import QEventLoop
from sqlalchemy import select, text

from app.db.database import Database
from app.db.tables import app_user, operation
from app.demo import Orders
from app.errors import InputError
from tests.db import postgresql
from ui.tour.player import Player
from ui.tour.script import Tour
from ui.window import application, demo_context, opened

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
_NOBODY_SPECIAL = """
    select not rolsuper and not rolcreaterole and not rolcreatedb
        and not pg_has_role(session_user, (select relowner from pg_class where oid = 'learner'::regclass), 'member')
    from pg_roles where rolname = session_user
"""


@pytest.mark.expects_log
def test_the_main_job_in_the_officers_role(tmp_path: Path, qtbot):
    application()
    if postgresql.programs() is None:
        pytest.skip("PostgreSQL's server programs are not installed")
    with postgresql.running_server() as server, server.database() as url:
        orders, loop = Orders(), QEventLoop()
        with demo_context(20, latency_ms=0, orders=orders, server=url) as context, opened(context) as window:
            with context.db.read() as tx:
                assert tx.execute(text(_NOBODY_SPECIAL)).scalar_one() is True
            tour = Tour(window, tmp_path, orders, latency_ms=0, parallel=4)
            player = Player(tour.main_job(), loop.quit, window)
            player.start()
            loop.exec()
            if player.problem is not None:
                raise player.problem
        report = tour.report()
        assert report["first_update"] == report["expected"]
        assert report["second_update"]["updated"] == 0
        with closing(Database(url)) as db, db.read() as tx:
            who = select(app_user.c.login).join(operation, operation.c.user_id == app_user.c.id)
            assert tx.execute(who.where(operation.c.kind == "plr_update")).scalars().all() == ["lm_1_officer"]
            assert tx.execute(text("select count(*) from pg_roles where rolname like '%officer'")).scalar() == 0
        with pytest.raises(InputError, match="holds something"), demo_context(20, server=url):
            pass
