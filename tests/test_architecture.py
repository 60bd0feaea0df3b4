"""Who may import whom, and the few rules that keep the code what ARCHITECTURE.md says it is."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MOST_LINES, MOST_FUNCTION_LINES = 400, 50
FEATURES = {"learners", "plr", "lms", "imports"}


def modules(*places: str) -> list[Path]:
    found = [file for place in places for file in sorted((ROOT / place).rglob("*.py"))]
    assert found, places
    return found


def imported(file: Path) -> Iterator[str]:
    """Every module that `file` imports, also inside functions."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: relative import"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def within(name: str, *packages: str) -> bool:
    return any(name == package or name.startswith(package + ".") for package in packages)


def name_of(file: Path) -> str:
    return ".".join(file.relative_to(ROOT).with_suffix("").parts)


def test_app_knows_neither_qt_nor_ui():
    for file in modules("app"):
        wrong = [name for name in imported(file) if within(name, "PySide6", "shiboken6", "ui", "tests")]
        assert not wrong, (name_of(file), wrong)


@pytest.mark.parametrize(
    ("who", "never"),
    [
        ("app/db", ("app.connectors", "app.learners", "app.plr", "app.attainments", "app.access", "app.history")),
        ("app/connectors", ("app.db", "app.learners", "app.plr", "app.attainments", "app.access", "app.sandbox")),
        ("app/files", ("app.db", "app.connectors", "app.learners", "app.plr", "app.access", "sqlalchemy")),
        ("ui/look", ("app", "ui.pages", "ui.dialogs", "ui.grids", "ui.workers")),
        ("ui/grids", ("ui.pages", "ui.dialogs", "ui.main_window", "app.db")),
        ("ui/dialogs", ("ui.pages", "ui.main_window")),
    ],
)
def test_directions_of_import(who: str, never: tuple[str, ...]):
    for file in modules(who):
        wrong = [name for name in imported(file) if within(name, *never)]
        assert not wrong, (name_of(file), wrong)


def test_the_sandbox_is_a_second_opinion():
    allowed = ("app.sandbox", "app.errors", "app.config", "app.tasks")
    for file in modules("app/sandbox"):
        wrong = [name for name in imported(file) if within(name, "app") and name != "app"]
        wrong = [name for name in wrong if not within(name, *allowed)]
        assert not wrong, (name_of(file), wrong)


def test_features_do_not_import_one_another():
    for feature in FEATURES & {folder.name for folder in (ROOT / "app").iterdir() if folder.is_dir()}:
        others = tuple(f"app.{other}" for other in FEATURES - {feature})
        for file in modules(f"app/{feature}"):
            wrong = [name for name in imported(file) if within(name, *others)]
            assert not wrong, (name_of(file), wrong)


def test_pages_meet_through_the_hub_only():
    """A page may use its own parts (plr_strip of plr), never another page."""
    pages = {"learners", "attainments", "licences", "plr"}
    for file in modules("ui/pages"):
        own = file.stem.split("_")[0]
        wrong = [
            name
            for name in imported(file)
            if within(name, "ui.pages") and name.split(".")[2:3] and name.split(".")[2] in pages - {own, file.stem}
        ]
        assert not wrong, (name_of(file), wrong)


@pytest.mark.parametrize(
    ("word", "only_in", "where"),
    [
        (r"\.commit\(", "app/db/database.py", ("app", "ui")),
        (r"\bQThread\b", "ui/workers.py", ("app", "ui")),
        (r"\bprint\(", "", ("app", "ui")),
        (r"processEvents\(\)|\.terminate\(\)", "ui/window.py app/demo.py", ("app", "ui")),
        (r"qWait|QSignalSpy", "", ("app", "ui", "tests")),
        (r"MagicMock|unittest\.mock|mocker\b", "", ("tests",)),
        (r"time\.sleep|\bsleep\(", "", ("app", "ui", "tests")),
        (r"flaky", "", ("tests",)),
    ],
)
def test_words_that_stand_in_one_place_only(word: str, only_in: str, where: tuple[str, ...]):
    for file in modules(*where):
        if str(file.relative_to(ROOT)) in only_in.split() or file == Path(__file__).resolve():
            continue
        code = "\n".join(re.sub(r"#.*", "", line) for line in _code_lines(file))
        assert not re.search(word, code), name_of(file)


def _code_lines(file: Path) -> list[str]:
    """The lines of `file` without docstrings and other bare strings."""
    lines = file.read_text(encoding="utf-8").splitlines()
    for node in ast.walk(ast.parse("\n".join(lines))):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            for number in range(node.lineno - 1, node.end_lineno or node.lineno):
                lines[number] = ""
    return lines


def test_no_widget_is_asked_for_its_screen_or_window():
    """The binding would make it that widget's child, and the collector would delete it: see ui/look/screens.py."""
    for file in (*(ROOT / "ui").rglob("*.py"), *(ROOT / "tests").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                assert node.func.attr not in ("screen", "windowHandle"), f"{file}:{node.lineno}"


def test_the_tour_uses_real_events_only():
    for file in modules("ui/tour"):
        text = file.read_text(encoding="utf-8")
        for word in (".trigger(", ".click(", ".emit(", ".accept()", "animateClick"):
            assert word not in text, (name_of(file), word)


def test_files_and_functions_stay_small():
    for file in modules("app", "ui"):
        if "migrations" in file.parts:
            continue
        text = file.read_text(encoding="utf-8")
        assert text.count("\n") <= MOST_LINES, name_of(file)
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                assert length <= MOST_FUNCTION_LINES, (name_of(file), node.name, length)


def test_every_module_says_what_it_is_for():
    for file in modules("app", "ui"):
        if file.name == "__init__.py" and not file.read_text(encoding="utf-8").strip():
            continue
        assert ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))), name_of(file)


def test_nothing_of_the_workplace_is_in_the_project():
    words = ("../" + "shared/", "/" + "work/", "/" + "tmp/venv", "farm-" + "studio", "farm-" + "bench", "b-" + "seed")
    suffixes = {".py", ".md", ".toml", ".spec", ".yml", ".txt", ""}
    for file in ROOT.rglob("*"):
        parts = file.relative_to(ROOT).parts
        if (
            not file.is_file()
            or file.suffix not in suffixes
            or parts[0] in (".git", ".venv", "build", "dist", "tour")
        ):
            continue
        if any(part.startswith(".") and part.endswith("_cache") for part in parts) or ".hypothesis" in parts:
            continue
        text = file.read_text(encoding="utf-8", errors="ignore")
        assert not [word for word in words if word in text], file


NOT_AT_THE_START = (
    "alembic",
    "app.files.lrs_batch",
    "app.files.row_reader",
    "app.files.table",
    "app.files.xml_stream",
    "app.plr.plan",
    "cryptography",
    "keyring",
    "lxml",
    "openpyxl",
    "requests",
    "sqlalchemy.dialects.postgresql",
    "ui.pages.attainments",
    "ui.pages.licences",
    "ui.plr_window",
    "urllib.request",
)


def test_a_start_imports_nothing_that_is_needed_later():
    """Each of them takes some hundredths of a second. And what knows no Qt comes first: see `ui.main.opening`."""
    program = (
        "import sys; from ui import main; main.opening(); names = list(sys.modules); "
        "print(*names[names.index('PySide6'):], '-', *names[:names.index('PySide6')])"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    after, before = (set(part.split()) for part in done.stdout.split(" - "))
    assert [name for name in NOT_AT_THE_START if name in after | before] == []
    assert {"sqlalchemy", "app.learners.search", "app.start"} <= before
    assert "ui.main_window" in after
