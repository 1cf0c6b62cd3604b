-- The Trader's own strands never change. Other teams learn from them, and write what they learned
-- into the learning columns; everything else stays as it was appended.
create function public.trader_guard_update() returns trigger
language plpgsql set search_path = '' as $$
declare
    learned constant text[] := array[
        'accumulated_score', 'source_strands', 'clustering_columns', 'lesson', 'braid_level',
        'phi', 'rho', 'resonance_score', 'telemetry'
    ];
begin
    if to_jsonb(new) - learned is distinct from to_jsonb(old) - learned then
        raise exception 'a strand of the Trader is never changed: append another'
            using errcode = 'restrict_violation', detail = old.id;
    end if;
    return new;
end
$$;

create trigger ad_strands_no_update before update on public.ad_strands for each row
when (old.seq is not null or new.seq is not null)
execute function public.trader_guard_update();

-- A strand leaves the table for the archive only.
create function public.trader_guard_delete() returns trigger
language plpgsql set search_path = '' as $$
begin
    if not exists (
        select from public.ad_strands_archive as a
        where a.id = old.id and a.lifecycle_id = old.lifecycle_id and a.seq = old.seq
    ) then
        raise exception 'a strand of the Trader is never deleted'
            using errcode = 'restrict_violation', detail = old.id;
    end if;
    return old;
end
$$;

create trigger ad_strands_no_delete before delete on public.ad_strands for each row
when (old.seq is not null)
execute function public.trader_guard_delete();

create function public.trader_refuse_change() returns trigger
language plpgsql set search_path = '' as $$
begin
    raise exception 'strands of the Trader are never changed or deleted'
        using errcode = 'restrict_violation';
end
$$;

create trigger ad_strands_no_truncate before truncate on public.ad_strands
execute function public.trader_refuse_change();

create trigger ad_strands_archive_no_change before update or delete or truncate
on public.ad_strands_archive
execute function public.trader_refuse_change();
