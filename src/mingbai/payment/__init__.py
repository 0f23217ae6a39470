"""Who was paid what: batches, lines and their steps for subsidies and insurance."""
