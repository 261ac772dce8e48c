-- Decisions that may say by which identifier a buyer was known: those of its orders, and of orders that named its clicks.
select record, event_type, order_id, body from decision
where brand = ?1 and (event_type, order_id) in (
  select event_type, order_id from conversion where brand = ?1 and node in rarray(?2)
  union
  select named_click.event_type, named_click.order_id
  from click join named_click on named_click.brand = click.brand and named_click.click = click.no
  where click.brand = ?1 and click.node in rarray(?2)
);
