"""The programs that run inside the sandbox, beside students' code: they use Python's own library as far as they can,
and hold nothing that a student must not see.
"""
