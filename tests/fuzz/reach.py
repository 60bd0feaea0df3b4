"""Which lines of the program an input reaches: what tells a new kind of input from one more of the same."""

import importlib
import inspect
import sys
from collections.abc import Iterable, Iterator
from types import CodeType, FrameType
from typing import Any, Self

Line = tuple[str, int]
_TOOL = 4
_MONITORED = sys.version_info >= (3, 12)


class Reach:
    """Collects the lines of some modules that run while it is entered; `take` hands out those that are new."""

    def __init__(self, modules: Iterable[str]) -> None:
        self._files = {inspect.getfile(importlib.import_module(one)): one for one in modules}
        self.reached: set[Line] = set()
        self._new: set[Line] = set()
        self._known: set[CodeType] = set()
        self._before: Any = None

    def __enter__(self) -> Self:
        if _MONITORED:
            watch = sys.monitoring
            watch.use_tool_id(_TOOL, "fuzz")
            watch.register_callback(_TOOL, watch.events.LINE, self._line)
            watch.set_events(_TOOL, watch.events.LINE)
            watch.restart_events()
        else:
            self._before = sys.gettrace()
            sys.settrace(self._call)
        return self

    def __exit__(self, *_: object) -> None:
        if _MONITORED:
            sys.monitoring.set_events(_TOOL, 0)
            sys.monitoring.free_tool_id(_TOOL)
        else:
            sys.settrace(self._before)

    def take(self) -> set[Line]:
        """The lines that were reached for the first time since this was last asked."""
        new, self._new = self._new, set()
        return new

    def share(self) -> tuple[int, int]:
        """How many lines were reached, and how many there are in the functions that were entered at all."""
        count = 0
        for name in self._files.values():
            for code in _functions(name):
                lines = lines_of(code, name)
                if lines & self.reached:
                    count += len(lines)
        return len(self.reached), count

    def _line(self, code: CodeType, number: int) -> Any:
        """Python 3.12 and later: asked once for each line, then never again."""
        if (name := self._files.get(code.co_filename)) is not None:
            self._add((name, number))
        return sys.monitoring.DISABLE

    def _call(self, frame: FrameType, event: str, arg: Any) -> Any:
        """Python 3.11: a function of which every line is known is not looked at again."""
        code = frame.f_code
        name = self._files.get(code.co_filename)
        if name is None or code in self._known:
            return None
        if lines_of(code, name) <= self.reached:
            self._known.add(code)
            return None

        def step(frame: FrameType, event: str, arg: Any) -> Any:
            if event == "line":
                self._add((name, frame.f_lineno))
            return step

        return step

    def _add(self, line: Line) -> None:
        if line not in self.reached:
            self.reached.add(line)
            self._new.add(line)


def lines_of(code: CodeType, module: str) -> set[Line]:
    """The lines in a function, without the one that it begins with."""
    return {(module, line) for _, _, line in code.co_lines() if line and line != code.co_firstlineno}


def _functions(module: str) -> Iterator[CodeType]:
    """All functions of a module, those in classes and functions too; not what runs when it is imported."""
    loader: Any = importlib.import_module(module).__loader__
    left: list[CodeType] = [loader.get_code(module)]
    while left:
        inner = [one for one in left.pop().co_consts if isinstance(one, CodeType)]
        left += inner
        yield from (one for one in inner if one.co_flags & inspect.CO_NEWLOCALS)


class Steps:
    """Counts the lines of the program that run: how long an input takes, on any computer."""

    def __init__(self) -> None:
        self.count = 0
        self.sites: set[Line] = set()
        self._before: Any = None

    def __enter__(self) -> Self:
        self._before = sys.gettrace()
        sys.settrace(self._call)
        return self

    def __exit__(self, *_: object) -> None:
        sys.settrace(self._before)

    def _call(self, frame: FrameType, event: str, arg: Any) -> Any:
        name = frame.f_globals.get("__name__", "")
        if name.partition(".")[0] not in ("app", "ui"):
            return None

        def step(frame: FrameType, event: str, arg: Any) -> Any:
            if event == "line":
                self.count += 1
                self.sites.add((name, frame.f_lineno))
            return step

        return step
