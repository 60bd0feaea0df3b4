"""Sections and their set-up: terms, campuses, delivery methods, vendors of an LMS, and how they hang together.

What stands here decides whether a change of an enrolment reaches the LMS (extract-statuses.md 2.1).
"""
