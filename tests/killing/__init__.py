"""Programs that are killed in the middle of any write, and what is found afterwards."""
