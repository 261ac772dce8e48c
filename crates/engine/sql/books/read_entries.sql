-- Each entry of an action is of a record that stands in its history: no other order of entries need be kept.
select record, n, program, partner, account, currency, amount, action_seq, event_type, posted_on from entry
where brand = ?1 and action_seq = ?2
  and record in (select record from history where brand = ?1 and action_seq = ?2)
order by record, n;
