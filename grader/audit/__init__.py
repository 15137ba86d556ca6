"""What runs students' code, only where the instructor asks for it and only in a sandbox; nothing here moves a point."""
