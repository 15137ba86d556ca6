"""From sources to what goes out: notebooks for each platform, the wheels, the release."""
