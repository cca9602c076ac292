"""Puts what a conductor of Ironic and one of its nodes would leave behind: rows in the SQLite database argv[1], whose tables
ironic-dbsync made, and a boot file below the http_root argv[2]. argv[3] is the name of the conductor."""

import os
import sqlite3
import sys

database, http_root, hostname = sys.argv[1:]
node = "1be26c0b-03f2-4d2e-ae87-c02d7f33c123"
with sqlite3.connect(database) as connection:
    now = "strftime('%Y-%m-%d %H:%M:%f', 'now')"
    connection.execute(f"INSERT INTO conductors (id, hostname, online, conductor_group, updated_at) VALUES (1, ?, 1, '', {now})", [hostname])
    connection.execute(
        'INSERT INTO conductor_hardware_interfaces (conductor_id, hardware_type, interface_type, interface_name, "default")'
        " VALUES (1, 'fake-hardware', 'boot', 'ipxe', 1)"
    )
    connection.execute(
        "INSERT INTO nodes (id, uuid, driver, boot_interface, provision_state, conductor_group)"
        " VALUES (1, ?, 'fake-hardware', 'ipxe', 'clean wait', '')",
        [node],
    )
    connection.execute(
        "INSERT INTO ports (id, uuid, address, node_id) VALUES (1, 'd8ad3f9b-5e4b-4a6b-9d3a-6e3a1a4c0001', '52:54:00:12:34:56', 1)"
    )
os.makedirs(f"{http_root}/{node}")
with open(f"{http_root}/{node}/config", "w", encoding="utf-8") as script:
    script.write("#!ipxe\n\necho from Ironic\nboot")
os.makedirs(f"{http_root}/pxelinux.cfg")
os.symlink(f"../{node}/config", f"{http_root}/pxelinux.cfg/52-54-00-12-34-56")
