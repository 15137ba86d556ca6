"""Learning platforms: how submissions and people arrive from each, and how grades and feedback go back."""
