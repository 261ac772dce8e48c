select key, brand, domain, program, event_type, client_id, opens_when_paid, category, state, secrets, created_at, changed_at, signatures_wrong, wrong_at, reconciled_until, reconciled_at, reconciled_orders, reconciled_new, reconcile_trouble
from shop order by key;
