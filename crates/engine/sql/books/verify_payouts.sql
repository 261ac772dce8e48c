-- The accounts that hold what is or was a partner's.
select 'action ' || action.program || '.' || action.event_type || '.' || action.seq || ': it pays ' || action.payout
  || ', its entries come to ' || coalesce(entered.payout, 0)
from action left join (
  select action_seq, sum(amount) as payout from entry
  where brand = ?1 and account in rarray(?2) group by action_seq
) as entered on entered.action_seq = action.seq
where action.brand = ?1 and action.payout <> coalesce(entered.payout, 0)
order by action.seq;
