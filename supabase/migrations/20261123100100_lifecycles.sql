-- What the strands of each lifecycle add up to, for sweeps and lists: made anew by a rebuild.
create table public.lifecycles (
    lifecycle_id text collate "C" primary key,
    seq bigint not null,
    stage text not null,
    due_at timestamptz,
    symbol text,
    venue text,
    direction text,
    plan_id text,
    source_id text collate "C",
    outcome text,
    has_exposure boolean not null,
    created_at timestamptz not null,
    updated_at timestamptz not null
);

create unique index lifecycles_by_source on public.lifecycles (source_id);
create unique index lifecycles_by_plan on public.lifecycles (plan_id)
    where outcome is distinct from 'refused';
create index lifecycles_by_stage on public.lifecycles (stage, lifecycle_id);
create index lifecycles_by_due on public.lifecycles (stage, due_at) where due_at is not null;
create index lifecycles_by_symbol on public.lifecycles (symbol, has_exposure, lifecycle_id);
create index lifecycles_by_exposure on public.lifecycles (has_exposure, lifecycle_id);
