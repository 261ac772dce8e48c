-- States: 1 pending, 2 locked, 3 paid, 4 reversed. What was reversed pays nothing; only what is pending stands there; what
-- is locked is what the next payment takes.
select 'action ' || action.program || '.' || action.event_type || '.' || action.seq || ': it is in state ' || action.state
  || ' and pays ' || action.payout || ', ' || coalesce(standing.pending, 0) || ' of it is pending, '
  || coalesce(standing.locked, 0) || ' locked and ' || coalesce(standing.paid, 0) || ' paid'
from action left join (
  select action_seq,
    sum(case when account = ?2 then amount else 0 end) as pending,
    sum(case when account = ?3 then amount else 0 end) as locked,
    sum(case when account = ?4 then amount else 0 end) as paid
  from entry where brand = ?1 group by action_seq
) as standing on standing.action_seq = action.seq
where action.brand = ?1 and (
  (action.state = 1 and (coalesce(standing.locked, 0) <> 0 or coalesce(standing.paid, 0) <> 0))
  or (action.state <> 1 and coalesce(standing.pending, 0) <> 0)
  or coalesce(standing.locked, 0) <> action.owed
  or (action.state = 4 and action.payout <> 0))
order by action.seq;
