"""Commits to a SQLite file again and again, as Ironic would; prints how many of them failed, and with what."""
import sqlite3
import sys

path, commits = sys.argv[1], int(sys.argv[2])
# The time-out is the one that Ironic has.
connection = sqlite3.connect(path, timeout=5, isolation_level=None)
failures = []
for number in range(commits):
    try:
        connection.execute("begin")
        connection.execute("update nodes set name = ? where id = 1", ("n%d" % number,))
        connection.execute("update conductors set updated_at = '2030-01-01 00:00:00.%06d'" % number)
        connection.execute("commit")
    except sqlite3.Error as error:
        failures.append(str(error))
        if connection.in_transaction:
            connection.execute("rollback")
print(len(failures), failures[:3])
