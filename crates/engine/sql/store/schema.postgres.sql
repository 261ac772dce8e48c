-- What of ours this database holds. `installation` keeps two of them from sharing tables by mistake.
create table if not exists referee_store (
  name         text primary key,
  version      integer not null,
  installation text not null
);
