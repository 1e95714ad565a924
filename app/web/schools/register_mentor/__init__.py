"""The journey that registers a mentor: facts, questions and pages."""
