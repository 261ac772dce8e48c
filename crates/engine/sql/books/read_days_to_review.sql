select day, partner, round from click_day
where brand = ?1 and program = ?2 and mode = 1 and due_at is not null
  and (?3 is null or partner = ?3)
  and day between ?4 and ?5
  and (day, partner) >= (?6, ?7)
  and case ?8 when 1 then pending when 2 then accepted else rejected end > 0
  and (?9 is null or exists (
    select 1 from click_group
    where brand = ?1 and program = ?2 and grouped_by = 1 and day = click_day.day and partner = click_day.partner and value = ?9 and clicks > 0
  ))
  and (?10 is null or exists (
    select 1 from click_group
    where brand = ?1 and program = ?2 and grouped_by = 2 and day = click_day.day and partner = click_day.partner and value = ?10 and clicks > 0
  ))
  and (?11 is null or exists (
    select 1 from click_group
    where brand = ?1 and program = ?2 and grouped_by = 3 and day = click_day.day and partner = click_day.partner and value = ?11 and clicks > 0
  ))
  and (?12 is null or exists (
    select 1 from click_group
    where brand = ?1 and program = ?2 and grouped_by = 4 and day = click_day.day and partner = click_day.partner and value = ?12 and clicks > 0
  ))
order by day, partner;
