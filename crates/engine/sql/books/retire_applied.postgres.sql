-- No machine goes on from this place.
update applied set position = -1 where partition = ?1;
