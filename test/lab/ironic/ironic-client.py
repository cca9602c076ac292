"""Drives Ironic through openstacksdk: reads one JSON command a line from standard input, answers with one JSON line
each. Many commands in one process, several at a time: the command line client takes two seconds for each.

A command is {"id": 1, "do": "<name>", "with": {...}}; an answer {"id": 1, "result": ...} or {"id": 1, "error": "..."}.
"""
import concurrent.futures
import json
import sys
import threading

import openstack
from openstack import exceptions

# Ironic's newest features are not needed; both releases have this version of its API.
VERSION = '1.82'
proxies = []
connecting = threading.Lock()
output = threading.Lock()


def baremetal():
    """The library asks the API for its versions, so this fails until the API answers."""
    with connecting:
        if not proxies:
            proxies.append(openstack.connection.Connection(
                auth_type='none', endpoint=sys.argv[1], baremetal_endpoint_override=sys.argv[1]).baremetal)
        return proxies[0]


def call(method, path, **arguments):
    response = getattr(baremetal(), method)(path, microversion=VERSION, **arguments)
    exceptions.raise_from_response(response)
    return response.json() if response.content else None


def enrol(node, ports):
    created = call('post', '/nodes', json=node)
    for address in ports:
        call('post', '/ports', json={'node_uuid': created['uuid'], 'address': address, 'pxe_enabled': True})
    return created


def provision(node, target, **more):
    call('put', '/nodes/%s/states/provision' % node, json={'target': target, **more})


def update(node, patch):
    return call('patch', '/nodes/%s' % node, json=patch)


def delete(node):
    call('delete', '/nodes/%s' % node)


def nodes():
    # A list of fields with 'conductor' among them is what Ironic answers with 500.
    found = []
    while True:
        marker = '&marker=' + found[-1]['uuid'] if found else ''
        page = call('get', '/nodes/detail?limit=500' + marker)['nodes']
        found += page
        if len(page) < 500:
            return found


def states():
    return call('get', '/nodes?limit=1000&fields=uuid,provision_state,reservation,last_error')['nodes']


def conductors():
    return call('get', '/conductors')['conductors']


COMMANDS = {command.__name__: command for command in (enrol, provision, update, delete, nodes, states, conductors)}


def answer(line):
    command = json.loads(line)
    reply = {'id': command['id']}
    try:
        reply['result'] = COMMANDS[command['do']](**command['with'])
    except Exception as error:
        reply['error'] = '%s: %s' % (type(error).__name__, error)
    with output:
        sys.stdout.write(json.dumps(reply) + '\n')
        sys.stdout.flush()


with concurrent.futures.ThreadPoolExecutor(8) as workers:
    for line in sys.stdin:
        workers.submit(answer, line)
