"""The Personal Learning Record download and Update Selected."""
