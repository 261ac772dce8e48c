select action.partner, count(*), cast(sum(case when action.occurred_at - click.occurred_at <= ?5 then 1 else 0 end) as bigint)
from action join click on click.brand = action.brand and click.no = action.click
where action.brand = ?1 and action.program = ?2 and action.occurred_at >= ?3 and action.occurred_at < ?4
  and action.evidence in (3, 4) and click.kind = 1
group by action.partner
order by action.partner;
