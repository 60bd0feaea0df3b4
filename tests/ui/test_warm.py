"""What is opened later is imported before anybody waits for it."""

import gc
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QObject

from app.tasks import Cancelled, TaskContext
from ui.collector import Collector
from ui.warm import Warm, import_what_is_opened_later
from ui.workers import Lane, TaskRunner

ROOT = Path(__file__).resolve().parents[2]


def test_every_page_and_dialog_is_imported():
    program = (
        "import sys; from ui import main; main.opening(); from ui.warm import import_what_is_opened_later as work; "
        "from app.tasks import TaskContext; work(TaskContext()); print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    here = set(done.stdout.split())
    files = [*ROOT.glob("ui/pages/*.py"), *ROOT.glob("ui/dialogs/*.py"), ROOT / "ui/plr_window.py"]
    names = {".".join(one.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for one in files}
    assert names - here == set()


@pytest.mark.usefixtures("nothing_set_aside")
def test_it_happens_in_a_task_after_the_start_and_is_set_aside(qtbot):
    owner = QObject()
    runner, collector = TaskRunner(owner), Collector(owner)
    before = gc.get_freeze_count()
    warm = Warm(owner, runner, collector)
    assert warm.parent() is owner
    assert not runner.is_busy()
    try:
        qtbot.waitUntil(lambda: runner.is_busy(Lane.WARM), timeout=20_000)
        qtbot.waitUntil(lambda: not runner.is_busy(), timeout=20_000)
        qtbot.waitUntil(lambda: gc.get_freeze_count() > before)
    finally:
        runner.cancel_all()
        assert runner.wait(20_000)
        collector.stop()


def test_it_gives_way_to_leaving():
    context = TaskContext()
    context.cancel()
    with pytest.raises(Cancelled):
        import_what_is_opened_later(context)
