-- The order in which strands were committed, for readers that must miss none: created_at is a
-- writer's clock, and a row that commits later may bear an earlier time.
--
-- Rows are in order of the transaction that wrote them, and within one in the order of writing. A
-- reader sees a transaction's rows only when every transaction with a smaller id is over: none can
-- come in before what it has read. A transaction that stays open delays readers, and loses nothing.
create table public.strand_arrivals (
    strand_id text collate "C" primary key,
    xid xid8 not null default pg_current_xact_id(),
    position bigint generated always as identity
);

create unique index strand_arrivals_in_order on public.strand_arrivals (xid, position);

-- Runs with its owner's rights, so that a team that writes a strand needs none here. A strand that
-- its writer deleted and publishes again arrives again.
create function public.trader_note_arrivals() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
    insert into public.strand_arrivals (strand_id)
    select i.id from inserted as i order by i.lifecycle_id collate "C", i.seq, i.id collate "C"
    on conflict (strand_id) do update set xid = excluded.xid, position = default;
    return null;
end
$$;

-- Whoever writes waits from here on until the rows that are there have their place.
create trigger ad_strands_arrive after insert on public.ad_strands
referencing new table as inserted
for each statement execute function public.trader_note_arrivals();

insert into public.strand_arrivals (strand_id)
select j.id from public.trader_journal as j order by j.created_at, j.id;

-- The next strands after a position ('' for the first), each with its own, and the position to go
-- on from: one object, which no cap on rows cuts short. A strand that its writer deleted is passed.
create function public.trader_committed(after text, page int) returns json
language sql stable set search_path = '' as $$
    with arrived as (
        select a.xid, a.position, a.strand_id
        from public.strand_arrivals as a
        where (a.xid, a.position) > (
                coalesce(nullif(split_part(trader_committed.after, '.', 1), ''), '0')::xid8,
                coalesce(nullif(split_part(trader_committed.after, '.', 2), ''), '0')::bigint
            )
            and a.xid < pg_snapshot_xmin(pg_current_snapshot())
        order by a.xid, a.position
        limit trader_committed.page
    )
    select json_build_object(
        'strands', (
            select coalesce(
                json_agg(
                    json_build_object(
                        'position', format('%s.%s', a.xid, a.position), 'strand', row_to_json(j)
                    )
                    order by a.xid, a.position
                ),
                '[]'
            )
            from arrived as a join public.trader_journal as j on j.id = a.strand_id
        ),
        'position', coalesce(
            (
                select format('%s.%s', a.xid, a.position) from arrived as a
                order by a.xid desc, a.position desc limit 1
            ),
            trader_committed.after
        )
    )
$$;

alter table public.strand_arrivals enable row level security;
create policy readers_follow on public.strand_arrivals
    for select to authenticated, service_role using (true);

revoke all on public.strand_arrivals from public, anon, authenticated, service_role;
grant select on public.strand_arrivals to authenticated, service_role;

revoke execute on function public.trader_committed(text, int), public.trader_note_arrivals()
    from public, anon, authenticated, service_role;
grant execute on function public.trader_committed(text, int) to authenticated, service_role;

create or replace function public.trader_check() returns json
language sql set search_path = '' as $$
    select json_build_object(
        'server', current_setting('server_version'),
        'schema', '20261127120000',
        'is_read_only', current_setting('transaction_read_only')::boolean
    )
$$;
