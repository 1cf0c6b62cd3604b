-- The lifecycles of a stage, each with its newest seq, in order of lifecycle_id: one object, which
-- no cap on rows cuts short. A sweep asks for it to read only what has changed.
-- Planned for the stage that is asked for: a plan for any stage would read those that are done.
create function public.trader_heads(stage text) returns json
language plpgsql stable set search_path = '' set plan_cache_mode = force_custom_plan as $$
begin
    return (
        select coalesce(json_object_agg(head.lifecycle_id, head.seq), '{}')
        from (
            select l.lifecycle_id, l.seq from public.lifecycles as l
            where l.stage = trader_heads.stage
            order by l.lifecycle_id
        ) as head
    );
end
$$;

revoke execute on function public.trader_heads(text)
    from public, anon, authenticated, service_role;
grant execute on function public.trader_heads(text) to service_role;

-- Finished lifecycles of which strands stand outside the archive.
create view public.trader_archivable with (security_invoker = true) as
select l.lifecycle_id, l.updated_at
from public.lifecycles as l
where l.stage = 'done' and exists (
    select from public.ad_strands as s
    where s.lifecycle_id collate "C" = l.lifecycle_id and s.seq is not null
);

revoke all on public.trader_archivable from public, anon, authenticated, service_role;
grant select on public.trader_archivable to service_role;

create or replace function public.trader_check() returns json
language sql set search_path = '' as $$
    select json_build_object(
        'server', current_setting('server_version'),
        'schema', '20261123110000',
        'is_read_only', current_setting('transaction_read_only')::boolean
    )
$$;
