"""What the program is made of that others made: under which licences, and as a bill of materials."""
