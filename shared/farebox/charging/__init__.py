"""Off-session charging: what the schedule, the queue and the charge worker do, one step a file."""
