select h.action_seq, h.seq, h.program, h.event_type, h.record, h.at, h.kind, h.amount_delta, h.payout_delta, h.disposition, h.source, h."user" from history h
join action a on a.brand = h.brand and a.seq = h.action_seq
where h.brand = ?1 and (h.record, h.action_seq, h.seq) > (?2, ?3, ?4)
  and (?5 is null or h.program = ?5)
  and (?6 is null or a.partner = ?6)
order by h.record, h.action_seq, h.seq limit ?7;
