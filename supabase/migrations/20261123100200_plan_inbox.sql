-- Plans of other teams that no lifecycle has answered, in order of arrival. An entry is state,
-- not a position in a sequence: a plan that commits late is not passed over.
-- Plans that stood in the table before do not enter: they are old, and would trade.
create table public.plan_inbox (
    strand_id text collate "C" primary key,
    arrival bigint generated always as identity
);

create index plan_inbox_by_arrival on public.plan_inbox (arrival);

-- Runs with its owner's rights, so that a team that writes a plan needs none on the inbox.
create function public.trader_receive_plan() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
    -- A writer may delete a plan and publish it again.
    if not exists (select from public.lifecycles where source_id = new.id) then
        insert into public.plan_inbox (strand_id) values (new.id) on conflict do nothing;
    end if;
    -- A hint that saves a listener some waiting; a payload of 8000 bytes would refuse the plan.
    perform pg_notify('trader_plans', case when octet_length(new.id) <= 200 then new.id else '' end);
    return null;
end
$$;

-- A tag counts in a list or alone, not as a key of an object.
create trigger ad_strands_to_inbox after insert on public.ad_strands for each row
when (
    new.seq is null
    and jsonb_typeof(new.tags) in ('array', 'string')
    and new.tags ?| array['trader:execute', 'dm:plan_approved']
)
execute function public.trader_receive_plan();
