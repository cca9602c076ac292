"""vlan-interface.py PARENT ID: the interface PARENT.ID, with its frames on PARENT under the 802.1Q tag ID.

The same as `ip link add link PARENT type vlan id ID`, for kernels that were built without that. It is there once "ready" is printed, and
until the program ends.
"""

import fcntl
import os
import selectors
import socket
import struct
import subprocess
import sys

ETH_P_ALL, SOL_PACKET, PACKET_AUXDATA, PACKET_OUTGOING, TAG_IS_VALID = 3, 263, 8, 4, 0x10
TUNSETIFF, IFF_TAP_WITHOUT_HEADER = 0x400454CA, 0x1002

parent, number = sys.argv[1], int(sys.argv[2])
name = f"{parent}.{number}"
tag = struct.pack("!HH", 0x8100, number)

wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
wire.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
wire.bind((parent, 0))
tap = os.open("/dev/net/tun", os.O_RDWR)
fcntl.ioctl(tap, TUNSETIFF, struct.pack("16sH", name.encode(), IFF_TAP_WITHOUT_HEADER))
mac = wire.getsockname()[4].hex(":")
subprocess.run(["ip", "link", "set", name, "address", mac, "up"], check=True)


def from_wire():
    frame, ancillary, _, sender = wire.recvmsg(65535, 128)
    for _, kind, data in ancillary:
        if kind != PACKET_AUXDATA or sender[2] == PACKET_OUTGOING:
            continue
        # The kernel takes the tag out of the frame.
        status, _, _, _, _, tci, _ = struct.unpack("IIIHHHH", data[:20])
        if status & TAG_IS_VALID and tci & 0xFFF == number:
            os.write(tap, frame)


def from_interface():
    frame = os.read(tap, 65535)
    wire.send(frame[:12] + tag + frame[12:])


ready = selectors.DefaultSelector()
ready.register(wire, selectors.EVENT_READ, from_wire)
ready.register(tap, selectors.EVENT_READ, from_interface)
print("ready", flush=True)
while True:
    for key, _ in ready.select():
        key.data()
