"""From one submission and the releases to its verdicts: pure functions, no file, no clock, no network."""
