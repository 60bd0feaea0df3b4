"""Course record imports: enrolments, completions and credit from a file, foreseen before anything is written, locked
safely, undone (course-record-import.md)."""
