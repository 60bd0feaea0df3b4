"""Which rows of a table somebody may write on a PostgreSQL server, where a grant of the whole table is too much:
the changes of one's own command, settings by the role, what one saved oneself.

Part of `server_roles`, which installs it. The owner of the tables is bound by none of it.
"""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from sqlalchemy import Connection, text

Keys: TypeAlias = Mapping[str, Sequence[str]]
"""Keys of `setting` by the code of a role; `EVERY` for all there are."""
EVERY = "*"

FUNCTIONS = """
create or replace function lm_me() returns bigint language sql stable
set search_path = pg_catalog, pg_temp as $$
    select id from app_user where login = session_user and active
$$;

create or replace function lm_own_state() returns trigger language plpgsql
set search_path = pg_catalog, pg_temp as $$
begin
    if pg_has_role(session_user, (select relowner from pg_class where oid = tg_relid), 'member') then
        return new;
    end if;
    if new.state in ('done', 'stopped') and (old.state <> 'stopped' or old.user_id is distinct from lm_me()) then
        raise insufficient_privilege using message = 'Whoever began an operation ends it, once.';
    end if;
    return new;
end $$;

create or replace function lm_undone() returns trigger language plpgsql
set search_path = pg_catalog, pg_temp as $$
begin
    if not pg_has_role(session_user, (select relowner from pg_class where oid = tg_relid), 'member')
        and not exists (select from operation where undoes_id = new.id and kind = 'undo' and user_id = lm_me())
    then
        raise insufficient_privilege using message = 'What is undone says who did it.';
    end if;
    return null;
end $$;

create or replace function lm_ends_once() returns trigger language plpgsql
set search_path = pg_catalog, pg_temp as $$
begin
    -- Erasing is done by a function of the owner.
    if not pg_has_role(current_user, (select relowner from pg_class where oid = tg_relid), 'member') then
        raise insufficient_privilege using message = 'How a sending ended is written once.';
    end if;
    return new;
end $$;

drop trigger if exists lm_ends_once on extract_attempt;
create trigger lm_ends_once before update on extract_attempt
    for each row when (old.ended_at is not null) execute function lm_ends_once();
drop trigger if exists lm_own_state on operation;
create trigger lm_own_state before update of state on operation for each row execute function lm_own_state();
drop trigger if exists lm_undone on operation;
create constraint trigger lm_undone after update of state on operation deferrable initially deferred
    for each row when (new.state in ('undone', 'partly_undone')) execute function lm_undone();

do $$
declare one record;
begin
    for one in
        select policyname, tablename from pg_policies
        where schemaname = current_schema() and policyname like 'lm\\_%'
    loop
        execute format('drop policy %I on %I', one.policyname, one.tablename);
    end loop;
end $$;

alter table change enable row level security;
create policy lm_seen on change for select using (true);
create policy lm_own on change for insert with check (exists (
    select from operation
    where operation.id = change.operation_id and operation.state = 'stopped' and operation.user_id = (select lm_me())
));

alter table saved enable row level security;
create policy lm_seen on saved for select using (shared or owner_id = (select lm_me()));
create policy lm_own on saved for all using (owner_id = (select lm_me())) with check (owner_id = (select lm_me()));

alter table setting enable row level security;
create policy lm_seen on setting for select using (true);
"""


def allow_settings(tx: Connection, code: str, group: str, keys: Sequence[str]) -> None:
    """Let a group (its quoted name) write the settings with these keys, as far as its grants go."""
    if not keys:
        return
    quoted = "array[" + ", ".join(_quoted(tx, key) for key in keys) + "]"
    rule = "true" if EVERY in keys else f"key = any ({quoted})"
    tx.exec_driver_sql(f"create policy lm_{code} on setting for all to {group} using ({rule}) with check ({rule})")


def _quoted(tx: Connection, words: str) -> str:
    return str(tx.execute(text("select quote_literal(:words)"), {"words": words}).scalar_one())
