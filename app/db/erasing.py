"""What identifies a person leaves every table; what is a number of the college without the person stays.

The same statements on both databases. On a server they are a function of the owner, for the history there can only be
added to; it looks for itself whether whoever calls may. An embedded file is written anew afterwards, so that no old
page keeps a word.
"""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, bindparam, text

from app.db.database import Database
from app.db.types import Moment

# `{whose}` selects the ids of the learner and of those merged into them; `{theirs}` and `{enrolled}` are rows of a
# learner and of an enrolment of theirs. What a learner is called is looked up while it is there, so they come last.
_SQL = """
-- What people saved for themselves, and reasons that they gave.
delete from saved where exists ({words} {has}(lower(body), said.word) > 0)
    or exists ({words} {has}(lower(name), trim(said.word, '"')) > 0);
update operation set reason = 'Emptied: it named somebody who was erased.'
    where reason is not null and kind <> 'learner_erased'
    and id in (
        select operation_id from change where {theirs}
        or (table_name = 'sync_error' and row_id in (select id from sync_error where {enrolled}))
    )
    and exists ({names} (
        (length(said.word) > 3 and {has}(lower(reason), said.word) > 0)
        or {has}({spaced}, ' ' || said.word || ' ') > 0));

-- The history: that something was done stays, what was there before and after goes.
{empty} where {theirs};
{empty} where table_name = 'learner' and row_id in ({whose});
-- Whoever was merged with them, and parted again, was given their values, and what hung on them.
{empty} where operation_id in ({merges});
{empty} where operation_id in (select id from operation where undoes_id in ({merges}));
{empty} where table_name = 'attainment' and row_id in (select id from attainment where {theirs});
{empty} where table_name = 'attainment_event' and row_id in (select id from attainment_event where {theirs});
{empty} where table_name = 'aim' and row_id in (select id from aim where {theirs});
{empty} where table_name = 'plr_check' and row_id in (select id from plr_check where {theirs});
{empty} where table_name = 'lms_account' and row_id in (select id from lms_account where {theirs});
{empty} where table_name = 'enrolment' and row_id in (select id from enrolment where {theirs});
{empty} where table_name = 'award' and row_id in (select id from award where {theirs});
{empty} where table_name = 'file_row' and row_id in (select id from file_row where {theirs});
{empty} where table_name = 'progress' and row_id in (select id from progress where {enrolled});
{empty} where table_name = 'extract_record' and row_id in (select id from extract_record where {enrolled});
{empty} where table_name = 'sync_error' and row_id in (select id from sync_error where {enrolled});

-- Rows of files: theirs, those that wait for them, and those of nobody that name them.
-- A row that an import has yet to reach is one that does nothing, so that the rest of the file can be applied.
update file_row set cells = null, findings = null, decision = null, held_user = null, held_email = null,
    predicted = case when (outcome is null or outcome = 'not_reached')
        and job_id in (select id from file_job where kind = 'course_records') then 'error' else predicted end,
    held = case held when 'held' then 'deleted' else held end
    where {theirs}
    or (learner_id is null and held <> 'held' and cells is not null
        and (exists ({words} {has}(lower(cells), said.word) > 0)
            or exists ({called} {has}(lower(cells), said.ref) > 0 and {has}(lower(cells), said.family) > 0)))
    or (held = 'held' and held_user in (select ref_fold from learner where id in ({whose})))
    or (held = 'held' and held_user in (select uln from learner where id in ({whose}) and uln_state = 'ok'))
    or (held = 'held' and held_email in (select email_fold from learner where id in ({whose})));

-- What went to the LMS: that it went stays, of whom does not. Nothing of it is sent any more.
update extract_attempt set payload = '{}', code = null, message = null
    where record_id in (select id from extract_record where {enrolled});
update extract_record set starts = null, ends = null, changed_on = null, message = 'The learner was erased.',
    status = case when status in ('ready', 'transmitted') then 'rejected' else status end, version = version + 1
    where {enrolled};
delete from progress where {enrolled};
update sync_error set open_key = null, detail = null, accepted_reason = null, cleared_at = coalesce(cleared_at, {now})
    where {enrolled};
delete from lms_account where {theirs};
-- Accounts of which nobody has decided whose they are, and that say of themselves that they are theirs.
delete from lms_account where learner_id is null
    and (lower(id_number) in (select lower(ref) from learner where id in ({whose}))
    or email_fold in (select email_fold from learner where id in ({whose})));

-- Credit that was given stays as a number; what no outside body has heard of, none will.
update outgoing_report set missing = '[]',
    removed_at = case when exported_at is null then coalesce(removed_at, {now}) else removed_at end
    where award_id in (select id from award where {theirs});
update award set awarded_on = null, expires_on = null, file_row_id = null,
    removed_at = coalesce(removed_at, {now}), version = version + 1
    where {theirs};

-- What is about the person and nothing else.
delete from aim where {theirs};
delete from attainment_event where {theirs};
delete from attainment_event where attainment_id in (select id from attainment where {theirs});
delete from attainment where {theirs};
delete from at_a_glance where {theirs};
delete from plr_check where {theirs};

-- How many were enrolled where is a number of the college.
update enrolment set status_on = null, starts = null, ends = null, completed_on = null, attended = false,
    participant_category = null, file_row_id = null,
    removed_at = coalesce(removed_at, {now}), version = version + 1
    where {theirs};
update learner set ref = 'erased ' || id, ref_fold = 'erased ' || id, uln = null, uln_state = 'none',
    family_name = null, family_fold = null, given_names = null, given_fold = null, first_name = null,
    known_as = null, known_fold = null, birth_date = null, sex = null, postcode = null, postcode_is_prior = false,
    email = null, email_fold = null, phone = null, campus_id = null, tutor_group = null, tutor_fold = null,
    prev_ref = null, last_year_seen = null, search_fold = 'erased ' || id,
    removed_at = coalesce(removed_at, {now}), version = version + 1
    where id in ({whose});
"""
_PARTS = {
    "{empty}": "update change set before = null, after = null",
    "{merges}": """
        select operation.id from operation join change on change.operation_id = operation.id
        where operation.kind = 'learners_merged' and change.table_name = 'learner' and change.row_id in ({whose})""",
    # What only this person is called, as a whole value of JSON. Cells are text: a short code is also somebody else's
    # number of credits, so it counts beside the surname only.
    "{words}": """
        select 1 from (
            select '"' || lower(ref) || '"' as word from learner where id in ({whose}) and length(ref) > 5
            union select '"' || lower(uln) || '"' from learner where id in ({whose}) and uln_state = 'ok'
            union select '"' || lower(email) || '"' from learner where id in ({whose})
        ) said where""",
    "{called}": """
        select 1 from (
            select '"' || lower(ref) || '"' as ref, '"' || lower(family_name) || '"' as family
            from learner where id in ({whose})
        ) said where""",
    "{names}": """
        select 1 from (
            select lower(ref) as word from learner where id in ({whose})
            union select lower(uln) from learner where id in ({whose})
            union select lower(email) from learner where id in ({whose})
            union select lower(family_name) from learner where id in ({whose})
            union select lower(given_names) from learner where id in ({whose})
            union select lower(known_as) from learner where id in ({whose})
            union select lower(prev_ref) from learner where id in ({whose})
        ) said where""",
    # A short name is also a part of other words: it counts as a word.
    "{spaced}": """' ' || replace(replace(replace(replace(
        lower(reason), ',', ' '), '.', ' '), '''', ' '), '’', ' ') || ' '""",
    "{theirs}": "learner_id in ({whose})",
    "{enrolled}": "enrolment_id in (select id from enrolment where learner_id in ({whose}))",
}
_BEGIN = """
create or replace function lm_erase(wanted bigint, told bigint) returns void language plpgsql security definer
set search_path = pg_catalog, pg_temp as $$
declare whose bigint[];
begin
    if not pg_has_role(session_user, current_user, 'member') then
        if not exists (
            select from pg_roles where rolname = lm_group('administrator') and lm_is_ours(rolname)
                and pg_has_role(session_user, oid, 'member')
        ) then
            raise insufficient_privilege using message = 'Only administrators erase learners.';
        end if;
        if not exists (
            select from operation where id = told and kind = 'learner_erased' and state = 'stopped'
                and reason is not null and user_id = (select app_user.id from app_user where login = session_user)
        ) then
            raise insufficient_privilege using message = 'Who is erased, by whom and why, stands in the history.';
        end if;
    end if;
    whose := array(select id from learner where id = wanted or merged_into_id = wanted);
"""
_END = """
end $$;

revoke all on function lm_erase(bigint, bigint) from public;
"""


def _written(whose: str, has: str, now: str, lower: str) -> str:
    """`lower`: lower case of `\\1`; either database by itself may know that of A to Z only."""
    written = _SQL
    for name, part in (*_PARTS.items(), ("{whose}", whose), ("{has}", has), ("{now}", now)):
        written = written.replace(name, part)
    return re.sub(r"lower\((\w+)\)", lower, written)


_LOWER = r"lower(normalize(\1, nfd))"  # a letter and its accent apart, whatever the locale of the server
FUNCTION = "".join((_BEGIN, _written("select unnest(whose)", "strpos", "clock_timestamp()", _LOWER), _END))
"""For `server_roles`, which installs it; `{schema}` is that of the tables."""
_WHOSE = "select id from learner where id = :wanted or merged_into_id = :wanted"


def erase(db: Database, tx: Connection, learner_id: int, operation_id: int) -> None:
    """Empty a learner, with those who were merged into them; the operation that says so has begun. Raises
    DatabaseError on a server where this account may not."""
    if not db.embedded:
        tx.execute(text("select lm_erase(:wanted, :told)"), {"wanted": learner_id, "told": operation_id})
        return
    tx.exec_driver_sql("pragma secure_delete = on")
    given = {"wanted": learner_id, "now": db.now(tx)}
    for one in filter(str.strip, _written(_WHOSE, "instr", ":now", r"lm_lower(\1)").split(";\n")):
        statement = text(one)
        if ":now" in one:
            statement = statement.bindparams(bindparam("now", type_=Moment))
        tx.execute(statement, {name: value for name, value in given.items() if f":{name}" in one})
    tx.exec_driver_sql("pragma secure_delete = off")


def scrub(file: Path) -> bool:
    """Write an embedded database's file anew, so that nothing that was deleted or changed before is left in it or in
    its log; False where another program reads it just now, or where the disk has no room for it."""
    try:
        with closing(sqlite3.connect(file, isolation_level=None)) as line:
            line.execute("vacuum")
            busy = line.execute("pragma wal_checkpoint(truncate)").fetchone()[0]
    except sqlite3.OperationalError:
        return False
    return not busy
