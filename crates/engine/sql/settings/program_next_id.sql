-- The smallest free one: a large number that somebody brought along does not use the numbers up.
select min(id) + 1 from (select 0 as id union all select id from program) as used
where not exists (select 1 from program where program.id = used.id + 1);
