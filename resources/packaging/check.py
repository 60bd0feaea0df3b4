"""`python -m resources.packaging.check PROGRAM-FOLDER LICENCES BILL`: whether the two documents tell of everything in
the built folder. Looks at the folder itself, not at what the build noted; prints what is missing and ends with 1."""

import json
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

from app.third_party.component import canonical


def top_modules(program: Path) -> set[str]:
    """The names of the top modules in the archive of the program `program`, and of the packages beside it."""
    from PyInstaller.archive.readers import CArchiveReader

    archive = CArchiveReader(str(program / "learner-manager"))
    name = next(name for name in archive.toc if name.startswith("PYZ"))
    frozen = {module.partition(".")[0] for module in archive.open_embedded_archive(name).toc}
    return frozen | {file.name.partition(".")[0] for file in (program / "_internal").iterdir()}


def missing(modules: set[str], licences: str, document: dict[str, Any]) -> list[str]:
    """What is wrong, in lines: a distribution of one of `modules` that is not listed, a part without a licence."""
    listed = {canonical(one["name"]): one for one in document["components"]}
    owners = metadata.packages_distributions()
    # A name that several share (a namespace) does not tell which of them is there.
    shipped = {canonical(owners[module][0]) for module in modules if len(owners.get(module, ())) == 1}
    lines = [
        f"{name}: not in the bill of materials" for name in sorted(shipped - listed.keys() - {"learner-manager"})
    ]
    for one in listed.values():
        if not one.get("licenses"):
            lines.append(f"{one['name']}: no licence in the bill of materials")
        if f"\n{one['name']} {one['version']}: " not in licences:
            lines.append(f"{one['name']}: its licence is not among the licences")
    return lines


def main() -> int:
    program, licences, document = (Path(one) for one in sys.argv[1:])
    modules, bill = top_modules(program), json.loads(document.read_text("utf-8"))
    lines = missing(modules, licences.read_text("utf-8"), bill)
    sys.stdout.write(
        "\n".join([*lines, f"{len(bill['components'])} parts by others, {len(lines)} of them wrong"]) + "\n"
    )
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
