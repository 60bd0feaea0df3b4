"""Group roles on a PostgreSQL server: a role of the program is a group there, with grants, and a user's membership
follows the rows of `user_role`. No more than the owner of the database can make them; nothing here for SQLite.

The names of groups begin with that of the database, for roles belong to the whole server. What only the owner may do
and others need goes through functions of the owner: old rows leave the history, who is erased leaves every table,
memberships follow.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from sqlalchemy import Connection, Table, delete, text

from app.db import erasing, server_rows
from app.db.among import among
from app.db.database import Database
from app.db.server_rows import Keys
from app.db.tables import metadata
from app.errors import DatabaseError
from app.sentence import Sentence

Grants: TypeAlias = Mapping[str, Sequence[str]]
"""Privileges by table."""
_VERSION = 4
"""Counts the changes of what stands below."""

# Of the name of the database 40 characters go into that of a group: a server cuts names off at 63.
_FUNCTIONS = """
create or replace function lm_group(code text) returns name language sql stable
set search_path = pg_catalog, pg_temp as $$
    select (left(current_database(), 40) || '_' || code)::name
$$;

create or replace function lm_is_ours(wanted name) returns boolean language sql stable
set search_path = pg_catalog, pg_temp as $$
    select exists (
        select from pg_roles
        where rolname = wanted and not rolcanlogin and not rolsuper
            and shobj_description(oid, 'pg_authid') = 'Learner Manager: ' || current_database()
    )
$$;

create or replace function lm_follow_roles() returns trigger language plpgsql security definer
set search_path = pg_catalog, pg_temp as $$
declare one record;
begin
    for one in
        select groups.rolname as called, person.rolname as who, wanted.yes as yes
        from role
        join pg_roles groups on groups.rolname = lm_group(role.code) and lm_is_ours(groups.rolname)
        join pg_roles person on person.rolcanlogin and not person.rolsuper and person.rolname <> current_user
        cross join lateral (
            select exists (
                select from app_user join user_role on user_role.user_id = app_user.id
                where app_user.login = person.rolname and app_user.active and user_role.role_id = role.id
            ) as yes
        ) wanted
        cross join lateral (
            select exists (select from pg_auth_members where roleid = groups.oid and member = person.oid) as yes
        ) held
        where wanted.yes <> held.yes
    loop
        if one.yes then
            execute format('grant %I to %I', one.called, one.who);
        else
            execute format('revoke %I from %I', one.called, one.who);
        end if;
    end loop;
    return null;
end $$;

create or replace function lm_own_name() returns trigger language plpgsql
set search_path = pg_catalog, pg_temp as $$
begin
    if pg_has_role(session_user, (select relowner from pg_class where oid = tg_relid), 'member') then
        return new;
    end if;
    if new.user_id is not null and new.user_id is distinct from (
        select id from app_user where login = session_user
    ) then
        raise insufficient_privilege using message = 'The history is written in one''s own name only.';
    end if;
    new.at := clock_timestamp();
    return new;
end $$;

create or replace function lm_forget(kind text, ids bigint[]) returns bigint language plpgsql security definer
set search_path = pg_catalog, pg_temp as $$
declare gone bigint; oldest timestamptz := clock_timestamp() - interval '89 days';
begin
    if not pg_has_role(session_user, current_user, 'member') and not exists (
        select from pg_roles where rolname = lm_group('administrator') and lm_is_ours(rolname)
            and pg_has_role(session_user, oid, 'member')
    ) then
        raise insufficient_privilege using message = 'Only administrators take old rows out of the history.';
    end if;
    case kind
        when 'change' then
            delete from change using operation
            where operation.id = change.operation_id and operation.at < oldest and change.id = any(ids);
        when 'operation' then
            delete from operation where at < oldest and id = any(ids);
        when 'extract_attempt' then
            delete from extract_attempt where started_at < oldest and id = any(ids);
        else
            raise insufficient_privilege using message = 'Rows of this table are not forgotten.';
    end case;
    get diagnostics gone = row_count;
    return gone;
end $$;

revoke all on function lm_follow_roles(), lm_forget(text, bigint[]) from public;

drop trigger if exists lm_own_name on operation;
create trigger lm_own_name before insert on operation for each row execute function lm_own_name();
drop trigger if exists lm_follow_roles on user_role;
create trigger lm_follow_roles after insert or update or delete on user_role
    for each statement execute function lm_follow_roles();
drop trigger if exists lm_follow_roles on app_user;
create trigger lm_follow_roles after insert or delete or update of active, login on app_user
    for each statement execute function lm_follow_roles();
"""
_TABLES = "|".join(metadata.tables)
_OURS = re.compile(rf"\b((?:from|join|update|using) (?=(?:{_TABLES})\b)|(?=lm_(?:group|is_ours|me)\())")
_WHOLE = _OURS.sub(r"\1{schema}.", _FUNCTIONS + server_rows.FUNCTIONS + erasing.FUNCTION)
"""What is ours is found by its full name and everything else in the server's own catalogue only: a function that
somebody else made in this schema may be the better match for a call."""


def install(db: Database, wanted: Mapping[str, tuple[bool, Grants]], keys: Keys) -> bool:
    """Let functions, groups and grants be those of this version, if this account may change the database; returns
    whether the groups are there. `wanted`: by the code of a role, whether it reads, and what it writes; `keys`: of
    which settings.

    Raises DatabaseError where a role of the server is in the way.
    """
    with db.read() as tx:
        mark = _mark(tx, wanted, keys)
        if not owns(tx) or _installed(tx) == mark:
            return not _missing(tx, wanted)
    with db.write() as tx:
        db.alone(tx, patiently=True)
        if _installed(tx) == mark:  # another program was quicker, and did all of it
            return not _missing(tx, wanted)
        schema = str(tx.execute(text("select quote_ident(current_schema())")).scalar_one())
        _close(tx, schema)
        _run(tx, _WHOLE.replace("{schema}", schema))
        if may_make_roles(tx):
            for code in _missing(tx, wanted):
                _make(tx, code)
        for name in _of_another_name(tx):
            _revoke(tx, schema, _quoted(tx, name))
        there = not _missing(tx, wanted)
        if there:
            for code, (reads, grants) in wanted.items():
                _grant(tx, schema, group(tx, code), grants, reads=reads)
                server_rows.allow_settings(tx, code, _quoted(tx, group(tx, code)), keys.get(code, ()))
            _run(tx, "update user_role set user_id = user_id where false")  # memberships follow from here on
            _run(tx, f"comment on function lm_forget(text, bigint[]) is '{mark}'")
    return there


def forget(db: Database, tx: Connection, table: Table, ids: Sequence[int]) -> int:
    """Delete rows of the history that are kept no longer; returns how many went. Only the owner of a server's tables
    may delete them: others do it through a function of the owner, which takes nothing of the last 89 days."""
    if db.embedded or owns(tx):
        return tx.execute(delete(table).where(among(table.c.id, ids))).rowcount
    called = text("select lm_forget(:kind, cast(:ids as bigint[]))")
    return int(tx.execute(called, {"kind": table.name, "ids": list(ids)}).scalar_one())


def sees_all(db: Database, tx: Connection) -> bool:
    """Whether this account reads every row of every table; on a server others' private things are kept from all but
    the owner."""
    return db.embedded or not tx.execute(text("select pg_catalog.row_security_active('saved')")).scalar_one()


def owns(tx: Connection) -> bool:
    """Whether this account may change the tables themselves."""
    query = "select pg_has_role(session_user, relowner, 'member') from pg_class where oid = to_regclass('operation')"
    return bool(tx.execute(text(query)).scalar())


def may_make_roles(tx: Connection) -> bool:
    """Whether the server lets this account make roles."""
    query = "select rolcreaterole or rolsuper from pg_roles where rolname = current_user"
    return bool(tx.execute(text(query)).scalar())


def group(tx: Connection, code: str) -> str:
    """The name of the group that a role of the program is, in this database."""
    return str(tx.execute(text("select left(current_database(), 40) || '_' || :code"), {"code": code}).scalar_one())


def is_known(tx: Connection, login: str) -> bool:
    """Whether somebody can sign in to the server as `login`."""
    query = text("select exists (select from pg_roles where rolname = :login and rolcanlogin)")
    return bool(tx.execute(query, {"login": login}).scalar_one())


def _mark(tx: Connection, wanted: Mapping[str, tuple[bool, Grants]], keys: Keys) -> str:
    """What was installed, in one word: of this version, in a database of this name."""
    name = tx.execute(text("select current_database()")).scalar_one()
    query = "select count(*) from pg_class where relkind = 'r' and relnamespace = current_schema()::regnamespace"
    tables = tx.execute(text(query)).scalar_one()
    told = json.dumps([_VERSION, name, tables, _WHOLE, wanted, keys], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()


def _installed(tx: Connection) -> str | None:
    query = "select obj_description(to_regprocedure('lm_forget(text, bigint[])'), 'pg_proc')"
    found: str | None = tx.execute(text(query)).scalar()
    return found


def _missing(tx: Connection, wanted: Mapping[str, object]) -> list[str]:
    """The roles that have no group here. Raises DatabaseError if a role of that name is no group of ours."""
    missing = []
    for code in wanted:
        name = group(tx, code)
        query = text(
            "select shobj_description(oid, 'pg_authid') = 'Learner Manager: ' || current_database()"
            " from pg_roles where rolname = :name"
        )
        rows = tx.execute(query, {"name": name}).all()
        if not rows:
            missing.append(code)
        elif not rows[0][0]:
            raise DatabaseError(
                Sentence("The server has a role “{name}” that is not a group of Learner Manager.", name=name),
                hint="Whoever looks after the server renames one of the two: that role, or the database.",
            )
    return missing


def _close(tx: Connection, schema: str) -> None:
    """Nobody else makes anything beside our tables; before PostgreSQL 15 anybody may, and the schema is the server's:
    then whoever looks after it closes it."""
    query = "select pg_has_role(nspowner, 'member') from pg_namespace where oid = current_schema()::regnamespace"
    if tx.execute(text(query)).scalar():
        _run(tx, f"revoke create on schema {schema} from public")


def _make(tx: Connection, code: str) -> None:
    name = _quoted(tx, group(tx, code))
    _run(tx, f"create role {name} nologin")
    told = str(tx.execute(text("select quote_literal('Learner Manager: ' || current_database())")).scalar_one())
    _run(tx, f"comment on role {name} is {told}")


def _grant(tx: Connection, schema: str, name: str, grants: Grants, *, reads: bool) -> None:
    """These grants, and no others."""
    who = _quoted(tx, name)
    _revoke(tx, schema, who)
    if reads:
        _run(tx, f"grant usage on schema {schema} to {who}")
        _run(tx, f"grant select on all tables in schema {schema} to {who}")
    _run(tx, f"grant usage on all sequences in schema {schema} to {who}")
    for table, privileges in grants.items():
        _run(tx, f"grant {', '.join(privileges)} on {schema}.{table} to {who}")
    _run(tx, f"grant execute on function lm_forget(text, bigint[]), lm_erase(bigint, bigint) to {who}")


def _revoke(tx: Connection, schema: str, who: str) -> None:
    for what in ("tables", "sequences", "functions"):
        _run(tx, f"revoke all on all {what} in schema {schema} from {who}")


def _of_another_name(tx: Connection) -> list[str]:
    """Groups that hold something here and are of a database of another name: this one was called so, or was copied
    from it. Nobody takes their members out any more."""
    query = text(
        "select distinct rolname from pg_class cross join lateral aclexplode(relacl) as held"
        " join pg_roles on pg_roles.oid = held.grantee"
        " where relnamespace = current_schema()::regnamespace"
        " and shobj_description(pg_roles.oid, 'pg_authid') like 'Learner Manager: %'"
        " and shobj_description(pg_roles.oid, 'pg_authid') <> 'Learner Manager: ' || current_database()"
    )
    return list(tx.execute(query).scalars())


def _quoted(tx: Connection, name: str) -> str:
    return str(tx.execute(text("select quote_ident(:name)"), {"name": name}).scalar_one())


def _run(tx: Connection, statement: str) -> None:
    """Statements of our own: nothing that anybody typed stands in them unquoted."""
    tx.exec_driver_sql(statement.replace("%", "%%"))
