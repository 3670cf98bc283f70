"""The floor: the least that a plain Django page of this kind costs, as a project of its own.

Eight middlewares, a session in the database, a base template, seven queries (the session, the
user and five of the view's), 31 rows, SQLite with connections that are kept.
"""
