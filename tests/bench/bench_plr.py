"""The PLR download against the time that the calls alone must take."""

from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from app import demo
from app.context import lrs_client
from app.folders import DataFolder
from app.plr.download import download
from app.plr.session import PlrSession
from app.secrets import Secrets
from app.start import open_folder, sign_in
from app.tasks import TaskContext, now

LEARNERS, LATENCY_MS, PARALLEL = 300, 200, 4
GOAL = 1.15


def plr_download() -> dict:
    """300 learners at 200 ms, four calls at once, the service in a process of its own; median of three."""
    with TemporaryDirectory() as place, ExitStack() as stack:
        folder = DataFolder(Path(place) / "data")
        _, db = open_folder(folder)
        stack.callback(db.close)
        options = ("--latency-ms", str(LATENCY_MS))
        info = stack.enter_context(demo.sandbox_process("lrs", Path(place), *options))
        settings = demo.settings_for(info, parallel=PARALLEL)
        demo.prepare(folder.path, db, settings, LEARNERS)
        user, _ = sign_in(db)
        secrets = Secrets({})
        for name, key in (
            ("lrs_password", "password"),
            ("lrs_certificate_password", "certificate_password"),
        ):
            secrets.set_for_session(name, info[key], host=settings.lrs.host)
        client = lrs_client(settings, secrets)
        figures = []
        for _ in range(3):
            start = now()
            summary = download(TaskContext(), db, user, client, PlrSession(), range(1, LEARNERS + 1))
            assert summary.answered == LEARNERS, summary.stopped
            figures.append((now() - start, summary.calls * LATENCY_MS / 1000 / PARALLEL))
    figure, ideal = sorted(figures)[1]
    return {
        "name": "plr_download",
        "figure": figure,
        "unit": "s",
        "reference_name": "calls x latency / 4",
        "reference": ideal,
        "ratio": figure / ideal,
        "goal": f"{GOAL} x",
        "ok": figure / ideal <= GOAL,
    }


MEASURES = (plr_download,)
