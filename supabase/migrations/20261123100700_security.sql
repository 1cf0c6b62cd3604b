-- Who may do what. Anybody who can write a plan into ad_strands trades with real money, so:
--   service_role   the Trader's workers: what they need, and nothing is ever deleted
--   authenticated  reads (dashboards)
--   anon           nothing
--   other roles    the rights that they were granted on ad_strands before, without our seq
-- On Supabase the three roles exist. Elsewhere they are made, so that everything below holds there
-- too; a worker's role is then a member: `create role worker login ... in role service_role`.
-- Whoever migrates without the right to make roles is refused here, and asks for the three.
do $$
declare
    wanted text;
begin
    foreach wanted in array array['anon', 'authenticated', 'service_role'] loop
        if not exists (select from pg_roles where rolname = wanted) then
            execute format('create role %I nologin', wanted);
        end if;
    end loop;
end
$$;

grant usage on schema public to authenticated, service_role;

alter table public.ad_strands enable row level security;
alter table public.ad_strands_archive enable row level security;
alter table public.lifecycles enable row level security;
alter table public.plan_inbox enable row level security;

create policy trader_works on public.ad_strands to service_role using (true) with check (true);
create policy trader_works on public.lifecycles to service_role using (true) with check (true);
create policy trader_works on public.plan_inbox to service_role using (true) with check (true);
create policy trader_reads on public.ad_strands_archive for select to service_role using (true);

create policy dashboards_read on public.ad_strands for select to authenticated using (true);
create policy dashboards_read on public.ad_strands_archive
    for select to authenticated using (true);
create policy dashboards_read on public.lifecycles for select to authenticated using (true);
create policy dashboards_read on public.plan_inbox for select to authenticated using (true);

create policy teams_work on public.ad_strands to public
    using (current_user not in ('anon', 'authenticated'))
    with check (current_user not in ('anon', 'authenticated') and seq is null);

-- Supabase grants everything on new tables, views and functions by default: all is taken back.
revoke all on
    public.ad_strands, public.ad_strands_archive, public.lifecycles, public.plan_inbox,
    public.trader_strands, public.trader_journal, public.trader_inbox
    from public, anon, authenticated, service_role;

grant select on
    public.ad_strands, public.ad_strands_archive, public.lifecycles, public.plan_inbox,
    public.trader_strands, public.trader_journal, public.trader_inbox
    to authenticated, service_role;

grant insert, update (
    accumulated_score, source_strands, clustering_columns, lesson, braid_level, phi, rho,
    resonance_score, telemetry
) on public.ad_strands to service_role;
grant insert, update, delete on public.lifecycles to service_role;
grant delete on public.plan_inbox to service_role;

-- What this schema is, for a store that opens. Every migration that follows replaces it.
create function public.trader_check() returns json
language sql set search_path = '' as $$
    select json_build_object(
        'server', current_setting('server_version'),
        'schema', '20261123100700',
        'is_read_only', current_setting('transaction_read_only')::boolean
    )
$$;

revoke execute on function
    public.trader_append(jsonb), public.trader_replace_lifecycles(jsonb),
    public.trader_clear_lifecycles(), public.trader_trades_booked(text[]),
    public.trader_archive(text[]), public.trader_check(), public.trader_receive_plan(),
    public.trader_guard_update(), public.trader_guard_delete(), public.trader_refuse_change()
    from public, anon, authenticated, service_role;
grant execute on function
    public.trader_append(jsonb), public.trader_replace_lifecycles(jsonb),
    public.trader_clear_lifecycles(), public.trader_trades_booked(text[]),
    public.trader_archive(text[]), public.trader_check()
    to service_role;
