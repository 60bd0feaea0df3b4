"""Files the program ships: icons, help, templates."""
