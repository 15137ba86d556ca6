"""What goes to Kaggle, through the platform's own client."""
