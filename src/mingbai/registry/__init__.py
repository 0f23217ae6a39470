"""Who is entitled: persons, enrolments, comparison findings and their settlement."""
