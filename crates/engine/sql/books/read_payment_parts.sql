select payment_line.program, count(*), cast(sum(payment_line.amount) as bigint), min(action.occurred_at), max(action.occurred_at)
from payment_line join action on action.brand = payment_line.brand and action.seq = payment_line.action_seq
where payment_line.brand = ?1 and payment_line.payment = ?2
group by payment_line.program order by payment_line.program;
