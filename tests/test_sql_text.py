"""SQL is not made by formatting: what people, files and services say reaches a database as values of statements.
Where a statement is put together all the same, it stands in the list below, with what goes into it."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.test_architecture import ROOT, modules

_TAKES_SQL = {
    "text", "exec_driver_sql", "execute", "executemany", "executescript", "copy", "literal_column", "DDL",
}  # fmt: skip
PUT_TOGETHER = {
    ("app/db/database.py", "_roomy"): "numbers of the module",
    ("app/db/database.py", "alone"): "a number of the module",
    ("app/db/database.py", "fill"): "names of tables and columns of the program",
    ("app/db/database.py", "ids_as_table"): "one of two words",
    ("app/db/database.py", "look_anew"): "names of tables, which its callers write down",
    ("app/db/database.py", "new_ids"): "the name of a table of the program",
    ("app/db/embedded.py", "prepare"): "pragmas of the module",
    ("app/db/embedded.py", "prepare_copy"): "a number of the module",
    ("app/db/json_parts.py", "__init__"): "names of columns of the program",
    ("app/db/server_roles.py", "_run"): "statements of the module; names quoted by the server itself",
    ("app/db/server_rows.py", "allow_settings"): "codes of roles; keys and groups quoted by the server itself",
    ("app/db/table_parts.py", "_partial"): "words of the tables of the program",
    ("app/db/upgrade.py", "_patient"): "a number of the module",
    ("app/demo_server.py", "officer"): "a name and a password that the server itself has quoted",
}
"""By file and function; and migrations. The linter looks at it too (S608)."""


def constant(node: ast.expr | None, known: dict[str, list[ast.expr]], depth: int = 0) -> bool:
    """Whether an expression is text that stands in the source, or is no text at all (a statement of SQLAlchemy's)."""
    match node:
        case ast.Constant():
            return True
        case ast.JoinedStr(values=parts):
            return all(isinstance(part, ast.Constant) for part in parts)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return constant(left, known, depth) and constant(right, known, depth)
        case ast.BinOp(op=ast.Mod()):
            return False
        case ast.IfExp(body=one, orelse=other):
            return constant(one, known, depth) and constant(other, known, depth)
        case ast.Call(func=ast.Attribute(attr="format" | "replace")):
            return False
        case ast.Call(func=ast.Attribute(value=ast.Constant(), attr="join")):  # no join of tables
            return False
        case ast.Name(id=name) if depth < 5:
            return all(constant(one, known, depth + 1) for one in known.get(name, ()))
        case ast.NamedExpr(value=value):
            return constant(value, known, depth)
    return True


def assigned(tree: ast.AST) -> dict[str, list[ast.expr]]:
    """The values that names are given within a piece of source."""
    found: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    if isinstance(target, ast.Name):
                        found.setdefault(target.id, []).append(value)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                found.setdefault(name, []).append(value)
            case ast.For(target=ast.Name(id=name), iter=ast.Tuple(elts=values)):
                found.setdefault(name, []).extend(values)
    return found


def put_together(file: Path, source: str) -> Iterator[tuple[str, str]]:
    """The functions in which SQL text is made of more than constants."""
    tree = ast.parse(source)
    names = _TAKES_SQL if "from sqlalchemy import" in source else _TAKES_SQL - {"text"}
    module = assigned(ast.Module([one for one in tree.body if isinstance(one, ast.Assign | ast.AnnAssign)], []))
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        known = {**module, **assigned(function)}
        parameters = {one.arg for one in (*function.args.args, *function.args.kwonlyargs) if _is_text(one)}
        for call in ast.walk(function):
            match call:
                case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name), args=[first, *_]) if (
                    name in names and not _of_another_kind(call)
                ):
                    given = isinstance(first, ast.Name) and first.id in parameters
                    if given or not constant(first, known):
                        yield (file.relative_to(ROOT).as_posix(), function.name)


def _is_text(one: ast.arg) -> bool:
    return isinstance(one.annotation, ast.Name) and one.annotation.id == "str"


def _of_another_kind(call: ast.Call) -> bool:
    """`text` of the rules of settings and of workbooks, and copies of other things, are no SQL."""
    match call.func:
        case ast.Attribute(value=ast.Name(id="shutil" | "moving" | "copy" | "self")):
            return True
    return False


def test_sql_is_put_together_in_the_listed_places_only():
    found = {place for file in modules("app", "ui") for place in put_together(file, file.read_text("utf-8"))}
    found = {place for place in found if not place[0].startswith("app/db/migrations/")}
    assert found == set(PUT_TOGETHER)


def test_the_test_sees_what_it_looks_for():
    source = """
from sqlalchemy import text
def one(tx, name):
    tx.execute(text(f"select * from learner where family_name = '{name}'"))
def two(tx, name):
    query = "select * from learner where family_name = '%s'" % name
    tx.exec_driver_sql(query)
def three(tx, name):
    tx.execute(text("delete from learner where ref = " + f"'{name}'"))
def four(tx, name):
    tx.execute(text("select {}".format(name)))
def five(tx, name: str):
    tx.exec_driver_sql(name)
def well(tx, name):
    tx.execute(text("select * from learner where family_name = :name"), {"name": name})
"""
    found = {place[1] for place in put_together(ROOT / "app" / "x.py", source)}
    assert found == {"one", "two", "three", "four", "five"}
