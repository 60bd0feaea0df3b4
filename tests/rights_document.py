"""docs/rights.md, made of the roles of the program and what they may write: `python -m tests.rights_document`."""

from pathlib import Path

from app import grants
from app.access import FULL_NAMES, NEEDS_LICENCES, ROLE_TITLES, ROLES, Permission, Role
from app.db.server_rows import EVERY

FILE = Path(__file__).resolve().parents[1] / "docs" / "rights.md"
_HEAD = """# Rights

Made of `app/access.py` and `app/grants.py` by `python -m tests.rights_document`; a test compares it with
both, and the grants with those of a live server (`tests/db/test_rights.py`).

Every command asks for its permission in the database each time, so what is taken away is missing at the next
one. On a PostgreSQL server a role of the program is a group there, named after the database
(`college_plr_user`), and the server keeps memberships in step with the roles that are given. There a person
signs in as a role of their own; whoever looks after the server makes it, with a password. The groups, grants
and functions are made by the owner of the tables, with `learner-manager db upgrade`; the owner needs
`createrole`, and should be nobody's daily account. Copies are made and restored, and databases moved, by the
owner too: nobody else sees all of it. Where the owner may not make roles there are no groups, and only the
owner works.

Nobody but the owner may make anything in the schema of the tables. Before PostgreSQL 15 everybody may in the
schema `public`, and it belongs to the server: there whoever looks after the server runs, in the new database,
`revoke create on schema public from public`. The functions of the owner run nothing of others in any case.

What the server refuses whatever the role: changing or deleting history (old rows go through a function of the
owner, which takes nothing of the last 89 days), writing it in another's name or at another time, becoming
somebody whom it names, adding to what another did or to what has ended, changing what was sent to the LMS or,
once that is known, how it ended, calling something undone without saying who undid it, reading or changing what
another saved for themselves, and changing tables. What it cannot know and the program alone looks after:
campuses, and rules about values.

An embedded database belongs to whoever can read its file: there the program is the only guard.
"""


def words() -> str:
    """The whole document."""
    return "\n".join([_HEAD, *_permissions(), "", *_tables()]) + "\n"


def _permissions() -> list[str]:
    short = {role: ROLE_TITLES[role] for role in Role}
    lines = ["## Who may do what", "", "| may | " + " | ".join(short.values()) + " |"]
    lines.append("| --- |" + " --- |" * len(short))
    for one in Permission:
        told = one.value + (f" ({FULL_NAMES[one]})" if one in FULL_NAMES else "")
        told += " *" if one in NEEDS_LICENCES else ""
        lines.append(f"| {told} | " + " | ".join("yes" if one in ROLES[role] else "" for role in short) + " |")
    return [*lines, "", "\\* Needs both licences as well."]


def _tables() -> list[str]:
    lines = ["## What a role may write on a server"]
    for role in Role:
        reads = "Reads every table." if grants.reads(role) else "Opens nothing by itself, so it reads nothing."
        lines += ["", f"### {ROLE_TITLES[role]} (`{role.value}`)", "", reads, "", "| table | may |", "| --- | --- |"]
        lines += [f"| {table} | {', '.join(found)} |" for table, found in grants.of_role(role).items()]
        if keys := grants.keys_of(role):
            named = "all of them" if EVERY in keys else ", ".join(f"`{key}`" for key in keys)
            lines += ["", f"Of the table setting: {named}."]
    return lines


if __name__ == "__main__":
    FILE.write_text(words(), encoding="utf-8")
