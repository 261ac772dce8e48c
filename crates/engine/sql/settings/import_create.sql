insert into import (id, brand, kind, name, state, lines, created_at, changed_at, made_by, mapping, leased_until, digest, content)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13);
