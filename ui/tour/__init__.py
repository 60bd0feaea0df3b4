"""`learner-manager tour`: the main job through the real window, with real key and mouse events, without anyone."""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.errors import AppError


def run(options: argparse.Namespace) -> int:
    """Play the tour; writes pictures, exports and tour.json into `--out`. Exit status 1 if anything was not as
    expected, which is listed."""
    from app.demo import Orders
    from ui import commands
    from ui.look.tokens import theme
    from ui.tour import form
    from ui.tour.player import Player, TourError
    from ui.tour.script import Tour
    from ui.window import application, demo_context, opened

    out: Path = options.out
    out.mkdir(parents=True, exist_ok=True)
    with form.screen_of(options):
        app = application()
    if not options.json:
        commands.say(f"Playing the main job with {options.learners:,} invented learners; it takes a minute or two.")
    orders = Orders()
    with (
        demo_context(
            options.learners,
            latency_ms=options.latency_ms,
            parallel=options.parallel,
            orders=orders,
            server=options.server,
        ) as context,
        opened(context) as window,
    ):
        theme().set_mode(options.look)
        window.resize(*options.size)
        tour = Tour(window, out, orders, latency_ms=options.latency_ms, parallel=options.parallel)
        player = Player(tour.steps(), lambda: app.exit(0), window)
        player.start()
        app.exec()
        report: dict[str, Any] = tour.report()
        problem = player.problem
    (out / "tour.json").write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    if isinstance(problem, TourError | AppError):
        commands.complain(str(problem))
        return 1
    if problem is not None:
        raise problem
    wrong = list(_differences(report))
    for line in wrong:
        commands.complain(line)
    commands.tell(options, report, list(_told(report, out)))
    return 1 if wrong else 0


def _told(report: dict[str, Any], out: Path) -> Iterator[str]:
    first, second = report["first_update"], report["second_update"]
    yield (
        f"{report['selected']:,} learners asked for, {report['with_events']:,} with learning events: "
        f"{report['records']:,} records in {report['download_seconds']:.0f} s."
    )
    yield (
        f"First update: {first['new']:,} new, {first['changed']:,} changed, {first['unchanged']:,} unchanged, "
        f"{first['not_applied']:,} not applied. Second update: {second['updated']:,} updated."
    )
    yield f"Pictures, an export and tour.json are in {out}."


def _differences(report: dict[str, Any]) -> Iterator[str]:
    if report["first_update"] != report["expected"]:
        yield f"The first update counted {report['first_update']}, expected {report['expected']}."
    if report["second_update"]["updated"]:
        yield "The second update changed something."
    if report["load"] != report["expected_load"]:
        yield f"The preview of the load counted {report['load']}, expected {report['expected_load']}."
    for name in ("with_events", "error_rows", "records"):
        if report[name] != report["expected_rows"][name]:
            yield f"{name}: {report[name]}, expected {report['expected_rows'][name]}."
