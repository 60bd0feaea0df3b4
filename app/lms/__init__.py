"""What the learning management system tells: its courses, who is on them, how far they are, and what went wrong."""
