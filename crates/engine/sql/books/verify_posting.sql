select 'record ' || record || ' is posted to day ' || posted_on || ', one before it to day ' || latest from (
  select record, n, posted_on, max(posted_on) over (partition by program order by record, n rows unbounded preceding) as latest
  from entry where brand = ?1
) as posted
where posted_on < latest
order by record, n;
