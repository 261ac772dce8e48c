-- What payment files said of each payment, sealed: the document names the sum that was transferred.
create table payment_figures (
  brand   integer not null references brand (id),
  payment text not null,
  run     integer not null,
  content blob not null,
  primary key (brand, payment)
) strict, without rowid;

create index payment_figures_by_run on payment_figures (brand, run);
