-- Notes beside the runs, and what is added to a run's history from outside it.

create table notes (
    topic text not null,
    -- In the order of its bytes, so that names that begin alike stand together in every database.
    name text collate "C" not null,
    value text not null,
    at timestamptz not null,
    -- Then it is forgotten; null: never.
    until timestamptz,
    primary key (topic, name)
);

create index notes_by_until on notes (until) where until is not null;

-- Keeps a note, for so many milliseconds from now; whether there was none.
create function note(p_topic text, p_name text, p_value text, p_at timestamptz, p_keep bigint, p_synced boolean)
returns boolean
language plpgsql volatile set search_path from current as $$
declare
    instant constant timestamptz := clock_timestamp();
    ends constant timestamptz := instant + p_keep * interval '1 millisecond';
begin
    if not p_synced then
        perform set_config('synchronous_commit', 'off', true);
    end if;
    delete from notes where topic = p_topic and name = p_name and until <= instant;
    loop
        -- One that is under way elsewhere is waited for.
        insert into notes values (p_topic, p_name, p_value, p_at, ends) on conflict do nothing;
        if found then
            return true;
        end if;
        update notes set value = p_value, at = p_at, until = ends where topic = p_topic and name = p_name;
        if found then
            return false;
        end if;
    end loop;
end
$$;

-- Forgets notes whose time is over, some at a time; how many.
create function sweep_notes(p_most bigint) returns bigint
language plpgsql volatile set search_path from current as $$
declare
    swept bigint;
begin
    delete from notes n using (
        select topic, name from notes where until <= clock_timestamp() limit p_most for update skip locked) o
        where n.topic = o.topic and n.name = o.name;
    get diagnostics swept = row_count;
    return swept;
end
$$;

-- Adds a line to a run's history; whether there is such a run. What removes the run meanwhile waits, and removes the
-- line with it.
create function remark(p_run uuid, p_at timestamptz, p_line bigint, p_step text, p_outcome text, p_ms bigint)
returns boolean
language plpgsql volatile set search_path from current as $$
begin
    perform set_config('synchronous_commit', 'off', true);
    perform from runs where id = p_run for key share;
    if not found then
        return false;
    end if;
    insert into steps (run, at, line, step, outcome, ms) values (p_run, p_at, p_line, p_step, p_outcome, p_ms);
    return true;
end
$$;
