"""Who may import whom, and the few rules that keep the code what ARCHITECTURE.md says it is."""

import ast
import re
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MOST_LINES, MOST_FUNCTION_LINES = 400, 50
FEATURES = {"learners", "plr", "lms", "imports"}


def modules(*places: str) -> list[Path]:
    found = [file for place in places for file in sorted((ROOT / place).rglob("*.py"))]
    assert found, places
    return found


@dataclass(frozen=True)
class Facts:
    """What a file says of itself: read and parsed once, since many tests ask."""

    text: str
    imports: tuple[str, ...]
    """Every module that it imports, also inside functions."""
    functions: dict[str, int]
    """The lines of the longest function of each name."""
    screen_calls: tuple[int, ...]
    """The lines in which something is asked for its `screen` or `windowHandle`."""
    docstring: str | None
    code: str
    """Its lines without comments, docstrings and other bare strings."""


@cache
def facts(file: Path) -> Facts:
    text = file.read_text(encoding="utf-8")
    tree = ast.parse(text)
    imports: list[str] = []
    functions: dict[str, int] = {}
    screen_calls: list[int] = []
    lines = text.splitlines()
    for node in ast.walk(tree):
        match node:
            case ast.Import():
                imports += (alias.name for alias in node.names)
            case ast.ImportFrom():
                assert node.level == 0, f"{file}: relative import"
                imports.append(node.module or "")
                imports += (f"{node.module}.{alias.name}" for alias in node.names)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                functions[node.name] = max(length, functions.get(node.name, 0))
            case ast.Call(func=ast.Attribute(attr="screen" | "windowHandle")):
                screen_calls.append(node.lineno)
            case ast.Expr(value=ast.Constant(value=str())):
                for number in range(node.lineno - 1, node.end_lineno or node.lineno):
                    lines[number] = ""
    code = "\n".join(re.sub(r"#.*", "", line) for line in lines)
    return Facts(text, tuple(imports), functions, tuple(screen_calls), ast.get_docstring(tree), code)


def imported(file: Path) -> tuple[str, ...]:
    return facts(file).imports


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
        (r"import pyqtgraph|from pyqtgraph", "ui/plots/bars.py", ("app", "ui")),
        # Our fonts have an axis for the weight, which Qt does not set: it would smear the letters instead.
        (r"\.setBold\(|\.setWeight\(", "ui/look/fonts.py", ("ui",)),
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
        assert not re.search(word, facts(file).code), name_of(file)


def test_no_widget_is_asked_for_its_screen_or_window():
    """The binding would make it that widget's child, and the collector would delete it: see ui/look/screens.py."""
    for file in modules("ui", "tests"):
        assert not facts(file).screen_calls, file


def test_the_tour_uses_real_events_only():
    for file in modules("ui/tour"):
        for word in (".trigger(", ".click(", ".emit(", ".accept()", "animateClick"):
            assert word not in facts(file).text, (name_of(file), word)


def test_files_and_functions_stay_small():
    for file in modules("app", "ui", "tests"):
        assert facts(file).text.count("\n") <= MOST_LINES, name_of(file)
        for name, length in facts(file).functions.items():
            assert length <= MOST_FUNCTION_LINES, (name_of(file), name, length)


def test_every_module_says_what_it_is_for():
    for file in modules("app", "ui"):
        if file.name == "__init__.py" and not facts(file).text.strip():
            continue
        assert facts(file).docstring, name_of(file)


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
    "app.learners.edit",
    "app.lms.courses_list",
    "app.plr.plan",
    "cryptography",
    "keyring",
    "lxml",
    "numpy",
    "openpyxl",
    "pyqtgraph",
    "requests",
    "sqlalchemy.dialects.postgresql",
    "ui.dialogs.saved_search",
    "ui.grids.condition_side",
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


def test_a_start_reads_no_source_file():
    """Qt for Python would read and keep that of every module imported after it: see `ui.main._read_no_sources`."""
    program = (
        "import linecache; from ui import main; main.opening(); "
        "print(*(name for name in linecache.cache if not name.startswith('<')))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    ours = (ROOT / "app", ROOT / "ui")
    assert [name for name in done.stdout.split() if any(Path(name).is_relative_to(one) for one in ours)] == []
