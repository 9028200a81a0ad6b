"""Who came in when: lastlog, wtmp and btmp, and the databases that newer systems keep instead."""
