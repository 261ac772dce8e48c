-- Tables of which erasure changes rows, one question a line.
vacuum identifier
vacuum unsettled
vacuum decision
vacuum click
vacuum payable_click
vacuum click_group
vacuum click_total
vacuum click_mark
vacuum config
vacuum review
vacuum archive
