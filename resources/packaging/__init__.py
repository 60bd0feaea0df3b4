"""How the program is packed: what the built folder leaves out, the Debian package, the Windows set-up.

Used by those who build; not part of what is installed.
"""
