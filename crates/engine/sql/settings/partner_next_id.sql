-- The smallest free one: a large number that somebody brought along does not use the numbers up.
select min(id) + 1 from (select 0 as id union all select id from partner) as used
where not exists (select 1 from partner where partner.id = used.id + 1);
