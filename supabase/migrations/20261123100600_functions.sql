-- What must be atomic, for every store. Rows come as the Trader encodes them: JSON columns as
-- text, times in ISO 8601. Errors are told apart by SQLSTATE:
--   TR001 another worker appended first (DETAIL is the lifecycle)
--   TR002 the plan strand already started a lifecycle
--   TR003 another lifecycle carries this plan id
--   TR004 the strands cannot be stored: an id exists

-- Adds or replaces rows of the projection: an array of objects with its columns.
create function public.trader_replace_lifecycles(rows jsonb) returns void
language plpgsql set search_path = '' as $$
declare
    broken text;
begin
    insert into public.lifecycles
    select r.* from jsonb_populate_recordset(null::public.lifecycles, rows) as r
    order by r.lifecycle_id
    on conflict (lifecycle_id) do update set
        seq = excluded.seq,
        stage = excluded.stage,
        due_at = excluded.due_at,
        symbol = excluded.symbol,
        venue = excluded.venue,
        direction = excluded.direction,
        plan_id = excluded.plan_id,
        source_id = excluded.source_id,
        outcome = excluded.outcome,
        has_exposure = excluded.has_exposure,
        created_at = excluded.created_at,
        updated_at = excluded.updated_at;
exception when unique_violation then
    get stacked diagnostics broken = constraint_name;
    if broken = 'lifecycles_by_source' then
        raise exception 'this plan strand already started a lifecycle' using errcode = 'TR002';
    elsif broken = 'lifecycles_by_plan' then
        raise exception 'another lifecycle already carries this plan id' using errcode = 'TR003';
    end if;
    raise;
end
$$;

-- Empties the projection; a rebuild replaces it then. Supabase lets no DELETE pass without WHERE.
create function public.trader_clear_lifecycles() returns void
language sql set search_path = '' as $$
    delete from public.lifecycles where true
$$;

-- Appends to lifecycles by compare-and-set, all or nothing: an array of objects with
-- lifecycle_id, expected_seq (-1 for a new one), strands, and row, the projection's.
-- Every call takes the lifecycles in the same order, so that two of them do not deadlock.
create function public.trader_append(appends jsonb) returns void
language plpgsql set search_path = '' as $$
declare
    one record;
    last_seq bigint;
    broken text;
    problem text;
begin
    for one in
        select
            a.value ->> 'lifecycle_id' as lifecycle_id,
            (a.value ->> 'expected_seq')::bigint as expected_seq,
            a.value -> 'strands' as strands,
            a.value -> 'row' as projected
        from jsonb_array_elements(appends) with ordinality as a (value, place)
        order by (a.value ->> 'lifecycle_id') collate "C", a.place
    loop
        select coalesce(max(j.seq), -1) into last_seq
        from public.trader_journal as j where j.lifecycle_id = one.lifecycle_id;

        broken := null;
        if last_seq = one.expected_seq then
            begin
                insert into public.ad_strands (
                    id, lifecycle_id, seq, module, kind, content, tags, created_at, symbol,
                    timeframe, session_bucket, regime, agent_id, team_member,
                    module_intelligence, sig_confidence, sig_sigma, outcome_score, parent_id,
                    position_id, trade_id
                )
                select
                    s.id, s.lifecycle_id, s.seq, s.module, s.kind, s.content::jsonb,
                    s.tags::jsonb, s.created_at, s.symbol, s.timeframe, s.session_bucket,
                    s.regime, s.agent_id, s.team_member, s.module_intelligence::jsonb,
                    s.sig_confidence, s.sig_sigma, s.outcome_score, s.parent_id, s.position_id,
                    s.trade_id
                from jsonb_to_recordset(one.strands) as s (
                    id text, lifecycle_id text, seq bigint, module text, kind text, content text,
                    tags text, created_at timestamptz, symbol text, timeframe text,
                    session_bucket text, regime text, agent_id text, team_member text,
                    module_intelligence text, sig_confidence double precision,
                    sig_sigma double precision, outcome_score double precision, parent_id text,
                    position_id text, trade_id text
                );
                -- No index knows what is in the archive, or got there since last_seq was read.
                if exists (
                    select from public.ad_strands_archive as a
                    where a.lifecycle_id collate "C" = one.lifecycle_id
                        and a.seq > one.expected_seq
                ) or exists (
                    select from jsonb_array_elements(one.strands) as s (value)
                    join public.ad_strands_archive as a on a.id = s.value ->> 'id'
                ) then
                    raise unique_violation using message = 'an id or seq is in the archive';
                end if;
            exception when unique_violation then
                get stacked diagnostics broken = constraint_name, problem = message_text;
                select coalesce(max(j.seq), -1) into last_seq
                from public.trader_journal as j where j.lifecycle_id = one.lifecycle_id;
                if last_seq = one.expected_seq
                    and broken is distinct from 'ad_strands_by_lifecycle' then
                    raise exception 'an id exists: %', problem using errcode = 'TR004';
                end if;
            end;
        end if;
        if last_seq <> one.expected_seq or broken = 'ad_strands_by_lifecycle' then
            raise exception 'lifecycle % is at seq %, not %: another worker was first, load it again',
                one.lifecycle_id, last_seq, one.expected_seq
                using errcode = 'TR001', detail = one.lifecycle_id;
        end if;

        perform public.trader_replace_lifecycles(jsonb_build_array(one.projected));
        delete from public.plan_inbox where strand_id = one.projected ->> 'source_id';
    end loop;
end
$$;

-- Those of the given trades that some strand carries.
create function public.trader_trades_booked(trade_ids text[]) returns setof text
language sql stable set search_path = '' as $$
    select wanted.trade_id
    from (select distinct unnest(trader_trades_booked.trade_ids) as trade_id) as wanted
    where exists (select from public.ad_strands as s where s.trade_id = wanted.trade_id)
        or exists (select from public.ad_strands_archive as a where a.trade_id = wanted.trade_id)
$$;
