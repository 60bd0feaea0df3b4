"""Clients of the services outside the college."""
