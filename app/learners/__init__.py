"""The people the college knows: finding, adding, editing."""
