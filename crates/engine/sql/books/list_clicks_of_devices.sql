-- Other people's clicks may share an address: it reads all of a brand's.
select no, agent_key, network from click
where brand = ?1 and (agent_key in rarray(?2) or network in rarray(?3));
