"""What goes to the LMS: changes of enrolments, one record each (extract-statuses.md)."""
