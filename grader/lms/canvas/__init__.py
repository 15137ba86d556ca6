"""Canvas by files: its names, its gradebook, and what it takes back."""
