update shop set reconciled_until = ?2, reconciled_at = ?3, reconciled_orders = ?4, reconciled_new = ?5, reconcile_trouble = ?6
where key = ?1;
