"""The journey that registers an ECT: facts, questions, look-ups and pages."""
