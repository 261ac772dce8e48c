select line, state, order_id, code, message, amount, touched, record, currency, amount_delta, payout_delta, undo
from import_line where brand = ?1 and import = ?2 and line > ?3 order by line limit ?4;
