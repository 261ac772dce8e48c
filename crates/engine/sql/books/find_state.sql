select last_record, rules_version, brand_time, last_node, last_ad, last_event_type, last_action_seq, last_payment, last_payment_run, last_unsettled_at, work_waits from brand_state where brand = ?1;
