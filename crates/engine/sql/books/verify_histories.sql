select 'action ' || action.program || '.' || action.event_type || '.' || action.seq || ': it is worth ' || action.amount
  || ' and pays ' || action.payout || ' after ' || action.changes || ' lines, its history comes to '
  || coalesce(told.amount, 0) || ' and ' || coalesce(told.payout, 0) || ' in ' || coalesce(told.lines, 0)
from action left join (
  select action_seq, sum(amount_delta) as amount, sum(payout_delta) as payout, count(*) as lines
  from history where brand = ?1 group by action_seq
) as told on told.action_seq = action.seq
where action.brand = ?1 and (
  action.amount <> coalesce(told.amount, 0) or action.payout <> coalesce(told.payout, 0)
  or action.changes <> coalesce(told.lines, 0))
order by action.seq;
