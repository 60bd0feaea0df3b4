"""The college's own attainment records."""
