"""The console of the help-desk: pages and their JSON under /helpdesk."""
