-- What stands for a payment: issued, and not cancelled since.
select number, content from document
where brand = ?1 and payment = ?2 and cancels is null
and not exists (select 1 from document as later where later.brand = ?1 and later.cancels = document.number);
