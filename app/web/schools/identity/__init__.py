"""Finding out who is registered, as an ECT or as a mentor: facts, questions and look-ups that both journeys share."""
