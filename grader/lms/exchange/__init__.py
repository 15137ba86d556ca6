"""Web services of learning platforms: what is fetched and pushed, the same for each of them."""
