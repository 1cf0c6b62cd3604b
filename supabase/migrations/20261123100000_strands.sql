-- The table that all teams share. Its columns are theirs; `seq` alone is ours.
-- Rows with a seq are the Trader's journal; rows without one are other teams', and are only read.
-- A table that exists already keeps its rows as they are, and gets the columns that it lacks.

do $$
begin
    if current_setting('server_version_num')::int < 150000 then
        raise exception 'PostgreSQL 15 or later is needed; this is %',
            current_setting('server_version');
    end if;
    if current_setting('server_encoding') <> 'UTF8' then
        raise exception 'the database must have the encoding UTF8; this one has %',
            current_setting('server_encoding');
    end if;
end
$$;

create table if not exists public.ad_strands (
    id text collate "C" primary key default gen_random_uuid()::text
);

alter table public.ad_strands
    add column if not exists lifecycle_id text,
    add column if not exists module text,
    add column if not exists kind text,
    add column if not exists symbol text,
    add column if not exists timeframe text,
    add column if not exists session_bucket text,
    add column if not exists regime text,
    add column if not exists content jsonb,
    add column if not exists tags jsonb,
    add column if not exists created_at timestamptz default now(),
    add column if not exists agent_id text,
    add column if not exists team_member text,
    add column if not exists module_intelligence jsonb,
    add column if not exists sig_confidence double precision,
    add column if not exists sig_sigma double precision,
    add column if not exists outcome_score double precision,
    add column if not exists accumulated_score double precision,
    add column if not exists source_strands jsonb,
    add column if not exists clustering_columns jsonb,
    add column if not exists lesson text,
    add column if not exists braid_level int,
    add column if not exists parent_id text,
    add column if not exists phi double precision,
    add column if not exists rho double precision,
    add column if not exists resonance_score double precision,
    add column if not exists telemetry jsonb,
    add column if not exists position_id text,
    add column if not exists trade_id text,
    add column seq bigint;

-- What the Trader reads and writes must have the types that it counts on.
do $$
declare
    wrong text;
begin
    select string_agg(format('%s is %s, not %s', wanted.name,
                             coalesce(format_type(a.atttypid, null), 'absent'), wanted.type), '; ')
    into wrong
    from (
        select unnest('{id,lifecycle_id,module,kind,symbol,timeframe,session_bucket,regime,
                        agent_id,team_member,parent_id,position_id,trade_id}'::text[]), 'text'
        union all select unnest('{content,tags,module_intelligence}'::text[]), 'jsonb'
        union all select unnest('{sig_confidence,sig_sigma,outcome_score}'::text[]),
            'double precision'
        union all select 'created_at', 'timestamp with time zone'
    ) as wanted (name, type)
    left join pg_attribute as a
        on a.attrelid = 'public.ad_strands'::regclass and a.attname = wanted.name
    where format_type(a.atttypid, null) is distinct from wanted.type;
    if wrong is not null then
        raise exception 'the columns of ad_strands cannot be used as they are: %', wrong
            using hint = 'Change their types with ALTER TABLE, together with the teams that use them.';
    end if;
end
$$;

-- Existing rows have no seq, so that nothing needs to be looked at.
alter table public.ad_strands
    add constraint ad_strands_own_seq check (seq is null or (seq >= 0 and lifecycle_id is not null))
    not valid;

-- Ids are compared byte by byte ("C"), as SQLite and Python do, whatever the database's language.
-- Rows of other teams have no seq, and nulls are distinct: none of them can break this.
create unique index ad_strands_by_lifecycle
    on public.ad_strands (lifecycle_id collate "C", seq);

-- The time that sorts: absent, infinite and other times that Python lacks are the year 1.
-- The views repeat this expression to the letter.
create index ad_strands_by_time on public.ad_strands (
    (case
        when created_at >= timestamptz '0001-01-01 00:00:00+00'
            and created_at < timestamptz '10000-01-01 00:00:00+00' then created_at
        else timestamptz '0001-01-01 00:00:00+00'
    end),
    id collate "C"
);
create index ad_strands_by_kind on public.ad_strands (
    kind,
    (case
        when created_at >= timestamptz '0001-01-01 00:00:00+00'
            and created_at < timestamptz '10000-01-01 00:00:00+00' then created_at
        else timestamptz '0001-01-01 00:00:00+00'
    end),
    id collate "C"
);
-- Reconciliation asks which of the venue's trades the journal has booked.
create index ad_strands_by_trade on public.ad_strands (trade_id) where trade_id is not null;

-- A table that existed may compare its ids in another way, or have no key at all.
do $$
begin
    if not exists (
        select from pg_index as i
        join pg_attribute as a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
        where i.indrelid = 'public.ad_strands'::regclass and i.indnkeyatts = 1
            and i.indpred is null and a.attname = 'id'
            and i.indcollation[0] = 'pg_catalog."C"'::regcollation
    ) then
        create index ad_strands_by_id on public.ad_strands (id collate "C");
    end if;
end
$$;
