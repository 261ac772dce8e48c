-- Decisions that may say by which identifier a buyer was known: those of its orders, and of orders that named its clicks.
select decision.record, decision.event_type, decision.order_id, decision.body
from (
  select event_type, order_id from conversion where brand = ?1 and node in rarray(?2)
  union
  select named_click.event_type, named_click.order_id
  from click join named_click on named_click.brand = click.brand and named_click.click = click.no
  where click.brand = ?1 and click.node in rarray(?2)
) as told
join decision on decision.event_type = told.event_type and decision.order_id = told.order_id
where decision.brand = ?1;
