select day, partner from click_day
where brand = ?1 and program = ?2 and mode = 1 and due_at is not null
  and (?3 is null or partner = ?3)
  and day between ?4 and ?5
  and (day, partner) >= (?6, ?7)
  and case ?8 when 1 then pending when 2 then accepted else rejected end > 0
  and (?8 <> 1 or ?9 is null or exists (
    select 1 from click_group as known
    where known.brand = ?1 and known.program = ?2 and known.grouped_by = 1
      and known.day = click_day.day and known.partner = click_day.partner and known.value = ?9 and known.clicks > 0
  ))
  and (?8 <> 1 or ?10 is null or exists (
    select 1 from click_group as known
    where known.brand = ?1 and known.program = ?2 and known.grouped_by = 3
      and known.day = click_day.day and known.partner = click_day.partner and known.value = ?10 and known.clicks > 0
  ))
order by day, partner;
