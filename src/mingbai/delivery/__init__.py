"""What was built or taught by when: progress of works and training against the year's targets."""
