"""No sentence of `app` is put together before `ui` can look it up: what has values in it is a `Sentence`.

An f-string, `%`, `.format` or `+` with words in it is a sentence, unless the place stands below with the reason why
nobody looks it up. So does every template stand in the source as a whole, where a translator finds it.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
WORDS = re.compile(r"[A-Za-z]{2,}[”\"]?[,:;]? [A-Za-z“\"({]|[a-z}”][,:;]? [A-Za-z]{2}")
"""Two words, or a word beside a value: a code, a name or a path has none."""

_SQL = "SQL"
_KEPT = "kept as it was said, with the rows of a file, a run or an operation: plain English"
_ENGLISH = "a report, a log or a file, which stay English"
_OUTSIDE = "what a service is sent, or what plays one"
NEVER_LOOKED_UP = {
    **dict.fromkeys(("app/sandbox/", "app/demo", "app/connectors/http.py", "app/connectors/proxy.py"), _OUTSIDE),
    **dict.fromkeys(
        ("app/db/among.py", "app/db/database.py", "app/db/embedded.py::prepare", "app/db/json_parts.py"), _SQL
    ),
    **dict.fromkeys(
        ("app/db/extract_tables.py", "app/db/migrations/", "app/db/server_rows.py", "app/db/tables.py"), _SQL
    ),
    **dict.fromkeys(("app/db/table_parts.py", "app/db/upgrade.py::_patient"), _SQL),
    **{f"app/db/server_roles.py::{name}": _SQL for name in ("install", "_close", "_make", "_grant", "_revoke")},
    **{f"app/imports/{name}.py": _KEPT for name in ("across", "characters", "foresee", "headings", "matching")},
    **{f"app/imports/{name}.py": _KEPT for name in ("reading", "row_reader", "row_rules", "job_export")},
    **dict.fromkeys(("app/imports/dry_run.py::_of_file", "app/imports/unlock.py::unlock"), _KEPT),
    **dict.fromkeys(("app/imports/outgoing_export.py::_mark", "app/attainments/export_changes.py::_mark"), _KEPT),
    **dict.fromkeys(("app/history.py::note_asked", "app/erased_since.py::find"), _KEPT),
    **dict.fromkeys(("app/lms/courses.py", "app/lms/enrolments_write.py", "app/lms/guards.py"), _KEPT),
    **dict.fromkeys(
        ("app/lms/extracts/sender.py::_count", "app/lms/feedback.py", "app/lms/extracts/leaving.py::_said"), _KEPT
    ),
    **dict.fromkeys(("app/attainments/at_a_glance.py", "app/attainments/titles.py"), _KEPT),
    **dict.fromkeys(("app/lms/runs.py", "app/crash_notes.py", "app/config_file.py::_lines_of"), _ENGLISH),
    **dict.fromkeys(("app/logs.py::_say_little", "app/export_xlsx.py::_Cells", "app/third_party/"), _ENGLISH),
    **dict.fromkeys(("app/conditions.py::sentence", "app/secrets.py::Secrets.__repr__"), _ENGLISH),
    "app/help/rules.py": "the help, of which another language has its own",
    "app/connectors/moodle_courses.py::_course": "a name for what has none, kept like one",
    "app/postcodes.py::normal_postcode": "a postcode",
}
BUGS = {"ValueError", "TypeError", "RuntimeError", "KeyError", "LookupError", "AssertionError", "NotImplementedError"}
"""What only a programmer reads."""


def _is_text(one: ast.AST) -> bool:
    return isinstance(one, ast.Constant) and isinstance(one.value, str)


def _said(one: ast.JoinedStr) -> str:
    return "".join(str(each.value) if isinstance(each, ast.Constant) else "{}" for each in one.values)


def put_together(one: ast.AST) -> bool:
    """Whether words are put together here with what is not known in the source."""
    if isinstance(one, ast.JoinedStr):
        return WORDS.search(_said(one)) is not None
    if isinstance(one, ast.BinOp) and isinstance(one.op, ast.Add | ast.Mod):
        return any(_is_text(side) and WORDS.search(f"{{}}{side.value}{{}}") for side in (one.left, one.right))  # type: ignore[attr-defined]
    if isinstance(one, ast.AugAssign) and isinstance(one.op, ast.Add):
        return _is_text(one.value) and WORDS.search(f"{{}}{one.value.value}{{}}") is not None  # type: ignore[attr-defined]
    if (
        isinstance(one, ast.Call)
        and isinstance(one.func, ast.Attribute)
        and one.func.attr in ("format", "format_map")
    ):
        return not isinstance(one.func.value, ast.Call)  # `super().format(record)`
    return False


def composed(tree: ast.AST, where: str = "") -> Iterator[tuple[str, int, str]]:
    """Where such a thing stands (`Class.function`), its line, and what it is."""
    for one in ast.iter_child_nodes(tree):
        if isinstance(one, ast.Raise) and isinstance(one.exc, ast.Call) and ast.unparse(one.exc.func) in BUGS:
            continue
        inside = where
        if isinstance(one, ast.FunctionDef | ast.ClassDef):
            inside = f"{where}.{one.name}".lstrip(".")
        if put_together(one):
            yield inside, one.lineno, ast.unparse(one)  # type: ignore[attr-defined]
        yield from composed(one, inside)


def files(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def name_of(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def test_no_sentence_is_put_together_before_it_can_be_looked_up():
    excused = tuple(NEVER_LOOKED_UP)
    found, used = [], set()
    for file in files("app"):
        for where, line, text in composed(ast.parse(file.read_text(encoding="utf-8"))):
            place = f"{name_of(file)}::{where}"
            if why := [one for one in excused if place.startswith(one)]:
                used.update(why)
            elif place != "app/sentence.py::Sentence.__new__":
                found.append(f"{name_of(file)}:{line}: {text}")
    assert found == [], "use Sentence(template, value=…)"
    assert set(excused) == used, "excuses for what is not there any more"


@pytest.mark.parametrize(
    ("source", "caught"),
    [
        ('raise InputError(f"There is no file {name}.")', True),
        ('raise InputError("There is no file %s." % name)', True),
        ('raise InputError("There is no file {}.".format(name))', True),
        ('raise InputError("There is no file " + name + ".")', True),
        ('words = "There is no file "\nwords += "of this name."', True),
        ('raise InputError(Sentence("There is no file {name}.", name=name))', False),
        ('raise ValueError(f"There is no file {name}.")', False),
        ('path = f"{folder}/{name}.csv"', False),
        ('key = prefix + ":" + name', False),
    ],
)
def test_the_walk_finds_every_way_to_put_a_sentence_together(source: str, caught: bool):
    assert bool([*composed(ast.parse(source))]) is caught


def _texts(one: ast.expr) -> bool:
    """Whether it is a text of the source, or one of several; a name or a table stands for such texts."""
    if isinstance(one, ast.IfExp):
        return _texts(one.body) and _texts(one.orelse)
    return _is_text(one) or isinstance(one, ast.Name | ast.Attribute | ast.Subscript | ast.Starred)


def test_templates_stand_in_the_source():
    """A template that is made at run time would be found by nobody, and could hold the braces of a datum."""
    made = 0
    for file in (*files("app"), *files("ui")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        imports = [one for one in ast.walk(tree) if isinstance(one, ast.ImportFrom) and one.module == "app.sentence"]
        names = {each.name for one in imports for each in one.names}
        for one in ast.walk(tree):
            if not isinstance(one, ast.Call) or not isinstance(one.func, ast.Name) or one.func.id not in names:
                continue
            templates = {"Sentence": one.args[:1], "joined": one.args[:1], "plural": one.args[1:3]}.get(
                one.func.id, []
            )
            if one.func.id == "Sentence" and not one.keywords:
                continue  # a word to be looked up as it is: nothing is put into it
            made += len(templates)
            assert all(map(_texts, templates)), f"{name_of(file)}:{one.lineno}: {ast.unparse(one)}"
    assert made > 300


NOT_SHOWN = {"ui/main.py", "ui/window.py", "ui/lms_sync.py"}
"""`str(error)` is written to the console, or compared."""


def test_the_window_looks_up_what_an_error_says():
    """`error.message` goes through `tr`, `str(error)` is for logs and commands: see ui/error_words.py."""
    found = []
    for file in files("ui"):
        if file.name.startswith("command") or file.name == "error_words.py":
            continue
        tree = ast.parse(file.read_text(encoding="utf-8"))
        looked_up = {
            id(inner)
            for call in ast.walk(tree)
            if isinstance(call, ast.Call) and ast.unparse(call.func) in ("tr", "AppError")
            for inner in ast.walk(call)
        }
        for one in ast.walk(tree):
            said = (
                isinstance(one, ast.Attribute)
                and one.attr in ("message", "hint")
                and "error" in ast.unparse(one.value)
            )
            whole = isinstance(one, ast.Call) and ast.unparse(one) == "str(error)" and name_of(file) not in NOT_SHOWN
            if whole or (said and id(one) not in looked_up and not _only_asked(tree, one)):
                found.append(f"{name_of(file)}:{one.lineno}: {ast.unparse(one)}")  # type: ignore[attr-defined]
    assert found == []


def _only_asked(tree: ast.AST, one: ast.AST) -> bool:
    """`… if error.hint else ""`."""
    return any(isinstance(each, ast.IfExp) and each.test is one for each in ast.walk(tree))
