"""Solutions run headless, resumable, and the reference metrics they leave."""
