-- What the planner is told of the tables' sizes. Left to itself it takes them for small and reads all of a brand's rows
-- where a few are asked for by key; measured statistics would make the plan depend on when they were taken.

analyze sqlite_schema;
insert into sqlite_stat1 (tbl, idx, stat) values
  ('click', 'click', '10000000 5000000 1'),
  ('click', 'click_by_node', '10000000 5000000 2'),
  ('identifier', 'identifier', '10000000 5000000 1'),
  ('identifier', 'identifier_by_node', '10000000 5000000 1'),
  ('node_root', 'node_root', '1000000 500000 1'),
  ('node_root', 'node_root_by_root', '1000000 500000 3'),
  ('edge', 'edge', '10000000 5000000 5 3 1'),
  ('refused_join', 'refused_join', '1000000 500000 1 1'),
  ('unsettled', 'unsettled', '1000000 500000 100000 1'),
  ('unsettled', 'unsettled_by_node', '1000000 500000 1'),
  ('unsettled', 'unsettled_due', '1000000 500000 1'),
  ('conversion', 'conversion', '1000000 500000 1 1'),
  ('conversion', 'conversion_by_node', '1000000 500000 2'),
  ('conversion', 'conversion_by_record', '1000000 500000 1'),
  ('action', 'action', '1000000 500000 1'),
  ('action', 'action_by_time', '1000000 500000 1 1'),
  ('action', 'action_by_partner', '1000000 500000 10000 1 1'),
  ('action', 'action_due', '100000 50000 1 1'),
  ('action', 'action_payable', '100000 50000 50000 1000 1'),
  ('history', 'history', '3000000 1500000 3 1'),
  ('history', 'history_by_record', '3000000 1500000 2 1'),
  ('decision', 'decision', '1000000 500000 100000 1 1'),
  ('named_click', 'named_click', '2000000 1000000 2 1 1'),
  ('entry', 'entry', '6000000 3000000 2 1'),
  ('rollup', 'rollup', '1000000 500000 100000 300 10 1'),
  ('left_out', 'left_out', '10000 5000 1000 3 2 1'),
  ('submission', 'submission', '1000000 500000 1'),
  ('submission', 'submission_refused', '10000 5000 1'),
  ('audit', 'audit', '1000000 500000 1'),
  ('audit', 'audit_by_fact', '1000000 500000 500000 100000 1'),
  ('balance', 'balance', '1000 500 100 3 1 1'),
  ('payment', 'payment', '10000 5000 1'),
  ('payment', 'payment_open', '1 1 1');
analyze sqlite_schema;
