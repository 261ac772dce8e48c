-- The rows are the counter: none is ever taken away, and whoever asks holds the settings until its own row is there.
select coalesce(max(number), 0) + 1 from document where brand = ?1;
