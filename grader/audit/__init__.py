"""What runs students' code, only where the instructor asks for it, only in a sandbox. No points move here."""
