"""What was found wrong and how it was put right: slips, rectification, inspection and appraisal."""
