-- All nodes that stand in one component with any of some identifiers.
select node from identifier where brand = ?1 and id in rarray(?2)
union
select member.node
from identifier
join node_root as own on own.brand = identifier.brand and own.node = identifier.node
join node_root as member on member.brand = own.brand and member.root = own.root
where identifier.brand = ?1 and identifier.id in rarray(?2);
