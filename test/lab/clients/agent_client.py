"""Drives the agent's own client code, ironic_python_agent.ironic_api_client, as the agent does on a machine that has booted."""
import collections
import sys

from oslo_config import cfg

from ironic_python_agent import config  # noqa: F401, registers its options
from ironic_python_agent import errors
from ironic_python_agent import ironic_api_client

import line_server

Interface = collections.namedtuple('Interface', 'mac_address')
# Set by the agent's parameters on the kernel command line, where there are any.
cfg.CONF([], project='ironic-python-agent')
client = ironic_api_client.APIClient(sys.argv[1].split(','))


def lookup(macs, uuid=None):
    """What the agent knows of its node afterwards: None where it is told of none."""
    try:
        content = client.lookup_node(
            hardware_info={'interfaces': [Interface(mac) for mac in macs]},
            timeout=0.5, starting_interval=0.5, node_uuid=uuid)
    except errors.LookupNodeError:
        return None
    # As the agent's main program does it.
    token = content['config'].get('agent_token')
    if token is not None and token != '******':
        client.agent_token = token
    return content


def heartbeat(uuid, host='192.0.2.1', port=9999, token=None):
    """Throws what the agent would see."""
    if token is not None:
        client.agent_token = token
    client.heartbeat(uuid, (host, port))


line_server.serve({'lookup': lookup, 'heartbeat': heartbeat})
