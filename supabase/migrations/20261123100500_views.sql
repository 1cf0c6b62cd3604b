-- Strands as the Trader reads them: JSON as text, and a time that is always there and finite.
create view public.trader_strands with (security_invoker = true) as
select
    id collate "C" as id,
    lifecycle_id collate "C" as lifecycle_id,
    seq,
    module,
    kind,
    content::text as content,
    tags::text as tags,
    case
        when created_at >= timestamptz '0001-01-01 00:00:00+00'
            and created_at < timestamptz '10000-01-01 00:00:00+00' then created_at
        else timestamptz '0001-01-01 00:00:00+00'
    end as created_at,
    symbol,
    timeframe,
    session_bucket,
    regime,
    agent_id,
    team_member,
    module_intelligence::text as module_intelligence,
    sig_confidence,
    sig_sigma,
    outcome_score,
    parent_id,
    position_id,
    trade_id
from public.ad_strands;

-- The same with the archived ones: for reading one lifecycle, one strand, or all there ever was.
create view public.trader_journal with (security_invoker = true) as
select * from public.trader_strands
union all
select
    id,
    lifecycle_id collate "C",
    seq,
    module,
    kind,
    content::text,
    tags::text,
    created_at,
    symbol,
    timeframe,
    session_bucket,
    regime,
    agent_id,
    team_member,
    module_intelligence::text,
    sig_confidence,
    sig_sigma,
    outcome_score,
    parent_id,
    position_id,
    trade_id
from public.ad_strands_archive;

-- Plans that wait for an answer; a plan that its writer deleted waits for none.
create view public.trader_inbox with (security_invoker = true) as
select i.arrival, s.*
from public.plan_inbox as i
join public.trader_strands as s on s.id = i.strand_id;
