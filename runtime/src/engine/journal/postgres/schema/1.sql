-- The first form of a flow's schema. It is run once, as one transaction, with the flow's own schema first in
-- `search_path`; each function keeps that path. The database's clock is the only one that decides when something is due.

-- Who carries runs out. A process that has not renewed its lease has ended, or cannot reach the database.
create table instances (
    id uuid primary key,
    started timestamptz not null,
    lease_until timestamptz not null
);

create table runs (
    id uuid primary key,
    -- Of the trigger, in the flow.
    line bigint not null,
    person text,
    own text,
    status text not null check (status in
        ('running', 'waiting', 'asked', 'completed', 'failed', 'cancelled', 'parked')),
    -- Of a running one, why it goes on; 'unknown': an effect has begun, and nobody knows whether it happened.
    cause text check (cause in ('ready', 'unknown', 'reply', 'timed_out', 'waited')),
    -- The message that answered it, as JSON.
    reply text,
    -- JSON, as the flow wrote it; forgotten once the run has ended well.
    state text,
    retries bigint,
    steps bigint not null default 0,
    accepted timestamptz not null,
    -- When it came to its present status.
    since timestamptz not null,
    -- The conversation whose text it deals with: the next one waits in line until it rests.
    took text,
    -- The conversation that it has asked in.
    asked text,
    until timestamptz,
    -- Where it waits or stopped, in the flow's words and lines.
    place text,
    place_line bigint,
    -- Why it failed or was parked.
    kind text,
    reason text,
    -- What it was before it was parked.
    parked_from text,
    -- The instance that carries it out, and since when.
    owner uuid,
    held_since timestamptz
) with (fillfactor = 70);

create index runs_by_owner on runs (owner) where status = 'running';
create unique index runs_by_took on runs (took) where took is not null;
create index runs_by_asked on runs (asked) where status = 'asked';
create index runs_by_until on runs (until) where status in ('waiting', 'asked');
create index runs_parked on runs (id) where status = 'parked';
create index runs_by_since on runs using brin (since);

-- Texts in line behind another one of their conversation, and the runs that they would start.
create table texts (
    conversation text not null,
    id bigint generated always as identity,
    key text,
    -- JSON
    text text not null,
    accepted timestamptz not null,
    -- Without an id, no trigger takes it: it can only be a reply.
    run uuid,
    line bigint,
    person text,
    own text,
    state text,
    primary key (conversation, id)
);

-- Deliveries, and the runs that they started or continued.
create table keys (
    name text primary key,
    digest text not null,
    run uuid,
    accepted timestamptz not null
);

create index keys_by_accepted on keys using brin (accepted);

-- What was done.
create table steps (
    run uuid not null,
    id bigint generated always as identity,
    at timestamptz not null,
    line bigint not null,
    step text not null,
    outcome text not null,
    ms bigint not null,
    primary key (run, id)
);

create table schedules (
    schedule text primary key,
    tick timestamptz not null
);

-- An answer of the functions below: what became of it, and the run that it is about.
create type work as (
    verdict text,
    id text,
    line bigint,
    person text,
    own text,
    state text,
    cause text,
    reply text,
    retries bigint,
    steps bigint,
    accepted timestamptz,
    since timestamptz
);

create function work_of(p_verdict text, r runs) returns work
language sql immutable
return row(p_verdict, r.id::text, r.line, r.person, r.own, r.state, r.cause, r.reply, r.retries, r.steps, r.accepted,
           r.since)::work;

-- Until the transaction's end, no other one decides about this conversation. A lock comes before those of rows.
create function lock_conversation(p_conversation text) returns void
language sql volatile set search_path from current as $$
    select pg_advisory_xact_lock(hashtextextended(current_schema() || ' ' || p_conversation, 0))
$$;

-- Gives a text to whoever asked last in its conversation, else to the run that came with it. Null: nobody takes it.
create function take_text(
    p_owner uuid, p_now timestamptz, p_conversation text, p_text text,
    p_run uuid, p_line bigint, p_person text, p_own text, p_state text
) returns work
language plpgsql volatile set search_path from current as $$
declare
    r runs;
begin
    select * into r from runs where status = 'asked' and asked = p_conversation
        order by since desc, id desc limit 1 for update;
    if found then
        update runs set status = 'running', cause = 'reply', reply = p_text, took = p_conversation, asked = null,
                until = null, place = null, place_line = null, since = p_now, owner = p_owner, held_since = p_now
            where id = r.id returning * into r;
        return work_of('resumed', r);
    end if;
    if p_run is null then
        return null;
    end if;
    insert into runs (id, line, person, own, status, cause, state, accepted, since, took, owner, held_since)
        values (p_run, p_line, p_person, p_own, 'running', 'ready', p_state, p_now, p_now, p_conversation, p_owner, p_now)
        returning * into r;
    return work_of('started', r);
end
$$;

-- The next text in line, once nobody deals with the one before it any more. The conversation is locked.
create function take_next(p_owner uuid, p_now timestamptz, p_conversation text) returns work
language plpgsql volatile set search_path from current as $$
declare
    t texts;
    taken work;
begin
    loop
        select * into t from texts where conversation = p_conversation order by id limit 1;
        if not found then
            return null;
        end if;
        delete from texts where conversation = p_conversation and id = t.id;
        taken := take_text(p_owner, p_now, p_conversation, t.text, t.run, t.line, t.person, t.own, t.state);
        if taken.verdict is not null then
            update keys set run = taken.id::uuid where name = t.key;
            return taken;
        end if;
    end loop;
end
$$;

create function accept(
    p_owner uuid, p_key text, p_digest text, p_conversation text, p_text text,
    p_run uuid, p_line bigint, p_person text, p_own text, p_state text, p_schedule text, p_tick timestamptz
) returns work
language plpgsql volatile set search_path from current as $$
declare
    instant constant timestamptz := clock_timestamp();
    k keys;
    taken work;
begin
    if p_schedule is not null then
        insert into schedules values (p_schedule, p_tick)
            on conflict (schedule) do update set tick = greatest(schedules.tick, excluded.tick);
    end if;
    if p_key is not null then
        loop
            -- One that is under way elsewhere is waited for.
            insert into keys values (p_key, p_digest, p_run, instant) on conflict do nothing;
            exit when found;
            select * into k from keys where name = p_key;
            continue when not found;
            if k.digest <> p_digest and k.digest <> '' and p_digest <> '' then
                taken.verdict := 'conflict';
            else
                taken.verdict := 'duplicate';
                taken.id := k.run::text;
            end if;
            return taken;
        end loop;
    end if;
    if p_conversation is null then
        insert into runs (id, line, person, own, status, cause, state, accepted, since, owner, held_since)
            values (p_run, p_line, p_person, p_own, 'running', 'ready', p_state, instant, instant, p_owner, instant);
        taken.verdict := 'started';
        return taken;
    end if;

    perform lock_conversation(p_conversation);
    if exists (select from runs where took = p_conversation) then
        insert into texts (conversation, key, text, accepted, run, line, person, own, state)
            values (p_conversation, p_key, p_text, instant, p_run, p_line, p_person, p_own, p_state);
        taken.verdict := 'queued';
    else
        taken := take_text(p_owner, instant, p_conversation, p_text, p_run, p_line, p_person, p_own, p_state);
    end if;
    if taken.verdict is null then
        taken.verdict := 'untaken';
        delete from keys where name = p_key;
    elsif taken.verdict <> 'started' then
        update keys set run = taken.id::uuid where name = p_key;
    end if;
    return taken;
end
$$;

-- Of a rest or an end, the next text of its conversation comes with it. `p_wait` is in milliseconds from now.
create function commit_run(
    p_owner uuid, p_synced boolean, p_run uuid, p_state text, p_status text, p_cause text,
    p_retries bigint, p_steps bigint, p_asked text, p_wait bigint, p_place text, p_place_line bigint,
    p_kind text, p_reason text,
    p_at timestamptz[], p_line bigint[], p_step text[], p_outcome text[], p_ms bigint[]
) returns work
language plpgsql volatile set search_path from current as $$
declare
    instant constant timestamptz := clock_timestamp();
    conversation text;
    answer work;
begin
    if not p_synced then
        perform set_config('synchronous_commit', 'off', true);
    end if;
    if p_status <> 'running' then
        select took into conversation from runs where id = p_run and owner = p_owner;
        if conversation is not null then
            perform lock_conversation(conversation);
        end if;
    end if;
    update runs set
            state = p_state, status = p_status, retries = p_retries, steps = p_steps, since = instant,
            -- A parked one goes on from where it was.
            cause = case p_status when 'parked' then cause else p_cause end,
            reply = case p_status when 'parked' then reply end,
            parked_from = case p_status when 'parked' then 'running' end,
            asked = p_asked, until = instant + p_wait * interval '1 millisecond', place = p_place, place_line = p_place_line,
            kind = p_kind, reason = p_reason,
            took = case p_status when 'running' then took end,
            owner = case p_status when 'running' then owner end
        where id = p_run and owner = p_owner and status = 'running';
    if not found then
        answer.verdict := 'superseded';
        return answer;
    end if;
    if cardinality(p_at) > 0 then
        insert into steps (run, at, line, step, outcome, ms)
            select p_run, * from unnest(p_at, p_line, p_step, p_outcome, p_ms);
    end if;
    if conversation is not null then
        answer := take_next(p_owner, instant, conversation);
    end if;
    return answer;
end
$$;

-- Renews the lease, or takes one out.
create function renew(p_owner uuid, p_lease bigint, p_synced boolean) returns void
language plpgsql volatile set search_path from current as $$
begin
    if not p_synced then
        perform set_config('synchronous_commit', 'off', true);
    end if;
    insert into instances values (p_owner, clock_timestamp(), clock_timestamp() + p_lease * interval '1 millisecond')
        on conflict (id) do update set lease_until = excluded.lease_until;
end
$$;

-- Gives out what can go on: what nobody holds, what is held by an instance without a lease, and what is due.
create function claim(p_owner uuid, p_lease bigint, p_most bigint) returns setof work
language plpgsql volatile set search_path from current as $$
declare
    instant constant timestamptz := clock_timestamp();
    -- While the database was away, nobody could renew.
    alive constant uuid[] := p_owner || array(select id from instances
        where greatest(lease_until, pg_postmaster_start_time() + p_lease * interval '1 millisecond') > clock_timestamp());
begin
    return query
    with
        free as (
            select id, since as due from runs where status = 'running' and owner is null
            order by since limit p_most for update skip locked),
        abandoned as (
            select id, since as due from runs where status = 'running' and owner <> all (alive)
            order by since limit p_most for update skip locked),
        timers as (
            select id, until as due from runs where status in ('waiting', 'asked') and until <= instant
            order by until limit p_most for update skip locked),
        chosen as (
            select * from free union all select * from abandoned union all select * from timers
            order by due, id limit p_most),
        given as (
            update runs r set
                status = 'running', owner = p_owner, held_since = instant,
                asked = null, until = null, place = null, place_line = null,
                cause = case r.status when 'waiting' then 'waited' when 'asked' then 'timed_out' else r.cause end,
                since = case r.status when 'running' then r.since else instant end
            from chosen where r.id = chosen.id
            returning chosen.due, work_of('claimed', r) as work)
    select (g.work).* from given g order by g.due, (g.work).id;

    delete from instances where lease_until < clock_timestamp() - interval '1 day';
end
$$;

-- Lets go of what an instance has held for so long without knowing of it: an answer that never reached it.
create function forgotten(p_owner uuid, p_for bigint) returns setof text
language sql volatile set search_path from current as $$
    select id::text from runs where status = 'running' and owner = p_owner and held_since < clock_timestamp() - p_for * interval '1 millisecond'
$$;

create function let_go(p_owner uuid, p_runs text[]) returns void
language sql volatile set search_path from current as $$
    update runs set owner = null where status = 'running' and owner = p_owner and id::text = any (p_runs)
$$;

-- The end of an instance.
create function leave(p_owner uuid) returns void
language sql volatile set search_path from current as $$
    update runs set owner = null where status = 'running' and owner = p_owner;
    delete from instances where id = p_owner;
$$;

-- What operators do to a run changes it under the lock of its conversation; where that leaves nobody to deal with the
-- next text, the text is taken, and the run that it continues or starts is nobody's until it is claimed.
create function locked_run(p_run uuid) returns runs
language plpgsql volatile set search_path from current as $$
declare
    conversation text;
    r runs;
begin
    loop
        select took into conversation from runs where id = p_run;
        if not found then
            return null;
        end if;
        if conversation is not null then
            perform lock_conversation(conversation);
        end if;
        select * into r from runs where id = p_run and took is not distinct from conversation for update;
        if found then
            return r;
        end if;
    end loop;
end
$$;

-- These return the status that it had; null: there is no such run.
create function cancel(p_run uuid) returns text
language plpgsql volatile set search_path from current as $$
declare
    r constant runs := locked_run(p_run);
begin
    if r.status in ('running', 'waiting', 'asked', 'parked') then
        update runs set status = 'cancelled', since = clock_timestamp(), state = null, cause = null, reply = null,
                asked = null, until = null, place = null, place_line = null, kind = null, reason = null,
                parked_from = null, took = null, owner = null
            where id = p_run;
        perform take_next(null, clock_timestamp(), r.took);
    end if;
    return r.status;
end
$$;

create function park(p_run uuid, p_reason text) returns text
language plpgsql volatile set search_path from current as $$
declare
    r constant runs := locked_run(p_run);
begin
    if r.status in ('running', 'waiting', 'asked') then
        update runs set status = 'parked', parked_from = r.status, reason = p_reason, took = null, owner = null
            where id = p_run;
        perform take_next(null, clock_timestamp(), r.took);
    end if;
    return r.status;
end
$$;

create function go_on(p_run uuid, p_failed_too boolean) returns text
language plpgsql volatile set search_path from current as $$
declare
    r constant runs := locked_run(p_run);
begin
    if r.status = 'parked' then
        update runs set status = parked_from, parked_from = null, reason = null
            where id = p_run;
    elsif r.status = 'failed' and p_failed_too then
        update runs set status = 'running', cause = 'ready', kind = null, reason = null, place_line = null
            where id = p_run;
    end if;
    return r.status;
end
$$;

create function erase_run(p_run uuid) returns text
language plpgsql volatile set search_path from current as $$
declare
    r constant runs := locked_run(p_run);
begin
    delete from steps where run = p_run;
    delete from runs where id = p_run;
    perform take_next(null, clock_timestamp(), r.took);
    return r.status;
end
$$;

-- Forgets runs that ended and keys that came so many milliseconds ago, some at a time.
create function sweep(p_runs bigint, p_keys bigint, p_most bigint) returns table (swept_runs bigint, swept_keys bigint)
language plpgsql volatile set search_path from current as $$
declare
    gone uuid[];
begin
    with old as (
        select id from runs r where r.since < clock_timestamp() - p_runs * interval '1 millisecond' and r.status in ('completed', 'failed', 'cancelled')
        limit p_most for update skip locked),
    deleted as (delete from runs r using old where r.id = old.id returning r.id)
    select array_agg(id) into gone from deleted;
    delete from steps where run = any (gone);
    swept_runs := coalesce(cardinality(gone), 0);
    delete from keys k where k.name in (
        select o.name from keys o where o.accepted < clock_timestamp() - p_keys * interval '1 millisecond' limit p_most for update skip locked);
    get diagnostics swept_keys = row_count;
    return next;
end
$$;

-- When a schedule came about last; one that was never seen is noted as seen then.
create function last_tick(p_schedule text, p_seen timestamptz) returns timestamptz
language plpgsql volatile set search_path from current as $$
begin
    insert into schedules values (p_schedule, p_seen) on conflict (schedule) do nothing;
    if found then
        return null;
    end if;
    return (select tick from schedules where schedule = p_schedule);
end
$$;
