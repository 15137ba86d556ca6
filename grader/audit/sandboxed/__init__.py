"""The programs that run inside the sandbox, beside students' code: they need little beyond Python's own library,
and hold nothing that a student must not see.
"""
