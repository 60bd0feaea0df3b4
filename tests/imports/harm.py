"""Harm done to course record files, for tests that let Hypothesis do it."""

import csv
import io
import os

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from app.imports.columns import Column

HEAD = list(Column)
GOOD = [
    [
        "C1",
        "Welding",
        "S1",
        "a@b.example",
        "Zoë",
        "O’Brien",
        "2025-09-01",
        "2026-07-01",
        "",
        "",
        "",
        "0",
        "",
        "1",
        "",
    ],
    ["C2", "Spanish, for all", "S2", "", "", "", "2025-09-01", "", "2.5", "ama", "", "1", "2026-06-01", "", ""],
    ["C2", "Two\nlines", "S3", "", "", "", "1/9/2025", "", "1;2", "ama;ancc", "", "1", "2/6/2026", "yes", "nurse"],
]


def calm(number: int) -> settings:
    """So many examples, 25 times as many with LM_LONG=1 in the environment; fixtures are not made anew for each."""
    many = number * 25 if os.environ.get("LM_LONG") == "1" else number
    checks = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
    return settings(max_examples=many, deadline=None, suppress_health_check=checks)


def written(rows: list[list[str]]) -> str:
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator="\n").writerows(rows)
    return stream.getvalue()


CELL = st.sampled_from(
    [
        "", "0", "1", "yes", "2025-01-01", "31/02/2025", "12/13/2025", "0001-01-01T00:00+14:00",
        "9999-12-31T23:59-14:00", "2025-01-01T25:00", "1e5", "1,2", "a;b", "/", "ama", " ", "\u200b", "'=1+1", "“1”",
        "\0", "x" * 300, "٣", "1_0",
    ]
) | st.text(max_size=12)  # fmt: skip


def corpus() -> list[bytes]:
    """Good files as different programs write them: what harm is done to."""
    plain = written([HEAD, *GOOD])
    ours = written([[*HEAD, "rule", "message"], *([*row, "CR-12", "Why"] for row in GOOD), ["'=1+1"] * 17])
    return [
        plain.encode(),
        plain.replace(",", ";").encode("utf-8-sig"),
        plain.replace(",", "\t").replace("\n", "\r\n").encode(),
        plain.replace("\n", "\r").encode(),
        ours.encode("utf-8-sig"),
        b"external_email \na@b.example\n\n\nb@b.example\n",
        "email,external_email,\ufeffcredits,,,\na@b.example,,“1”,,,\n".encode(),
        plain.encode("utf-16"),
        plain.encode("cp1252", "replace"),
        plain.replace("\n", "\n\n").replace('"', "").encode(),
    ]
