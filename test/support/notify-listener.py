"""Listens where a service manager would: at the Unix datagram socket argv[1]. Prints each message as a line of JSON.

systemd-notify sends a descriptor after its message and waits until the other side has closed it: closing it here says
"read", as systemd does."""

import array
import json
import os
import socket
import sys

listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
listener.bind(sys.argv[1])
# The service may run as another user.
os.chmod(sys.argv[1], 0o777)
print(json.dumps("listening"), flush=True)
while True:
    message, ancillary, _flags, _address = listener.recvmsg(4096, socket.CMSG_SPACE(64))
    print(json.dumps(message.decode()), flush=True)
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            for descriptor in array.array("i", data[: len(data) - len(data) % 4]):
                os.close(descriptor)
