-- Strands of finished lifecycles, moved out of the table that everybody works on. They are read
-- with the others wherever a lifecycle is read as a whole.
create table public.ad_strands_archive (
    id text collate "C" primary key,
    lifecycle_id text not null,
    seq bigint not null,
    module text,
    kind text,
    symbol text,
    timeframe text,
    session_bucket text,
    regime text,
    content jsonb,
    tags jsonb,
    created_at timestamptz,
    agent_id text,
    team_member text,
    module_intelligence jsonb,
    sig_confidence double precision,
    sig_sigma double precision,
    outcome_score double precision,
    accumulated_score double precision,
    source_strands jsonb,
    clustering_columns jsonb,
    lesson text,
    braid_level int,
    parent_id text,
    phi double precision,
    rho double precision,
    resonance_score double precision,
    telemetry jsonb,
    position_id text,
    trade_id text
);

create unique index ad_strands_archive_by_lifecycle
    on public.ad_strands_archive (lifecycle_id collate "C", seq);
create index ad_strands_archive_by_trade
    on public.ad_strands_archive (trade_id) where trade_id is not null;

-- Moves the strands of those of the given lifecycles that are done; returns how many strands.
-- The rows of `lifecycles` stay, so that no plan starts twice. Runs with its owner's rights:
-- nobody else may delete a strand or write into the archive.
create function public.trader_archive(lifecycle_ids text[]) returns bigint
language plpgsql security definer set search_path = '' as $$
declare
    finished text[];
    moved bigint;
begin
    -- An append ends with the lifecycle's row: while it is locked, no strand is added.
    select array_agg(locked.lifecycle_id) into finished
    from (
        select l.lifecycle_id from public.lifecycles as l
        where l.lifecycle_id = any (trader_archive.lifecycle_ids) and l.stage = 'done'
        order by l.lifecycle_id
        for update
    ) as locked;

    insert into public.ad_strands_archive (
        id, lifecycle_id, seq, module, kind, symbol, timeframe, session_bucket, regime, content,
        tags, created_at, agent_id, team_member, module_intelligence, sig_confidence, sig_sigma,
        outcome_score, accumulated_score, source_strands, clustering_columns, lesson, braid_level,
        parent_id, phi, rho, resonance_score, telemetry, position_id, trade_id
    )
    select
        id, lifecycle_id, seq, module, kind, symbol, timeframe, session_bucket, regime, content,
        tags, created_at, agent_id, team_member, module_intelligence, sig_confidence, sig_sigma,
        outcome_score, accumulated_score, source_strands, clustering_columns, lesson, braid_level,
        parent_id, phi, rho, resonance_score, telemetry, position_id, trade_id
    from public.ad_strands
    where lifecycle_id collate "C" = any (finished) and seq is not null;

    delete from public.ad_strands
    where lifecycle_id collate "C" = any (finished) and seq is not null;
    get diagnostics moved = row_count;
    return moved;
end
$$;
