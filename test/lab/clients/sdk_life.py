"""A script as operators write it: the life of a node by openstacksdk, whose name for it is `bare_metal`. Prints one line for each
thing it has seen to hold; ends with an error at the first that does not.

Arguments: endpoint, URLs of a kernel and a ramdisk, name of the conductor, a step of cleaning as JSON.
"""
import json
import sys
import time

import openstack
from openstack import exceptions

endpoint, kernel, ramdisk, conductor, clean_step = sys.argv[1:]
connection = openstack.connection.Connection(
    auth_type='none', endpoint=endpoint, baremetal_endpoint_override=endpoint, baremetal_introspection_endpoint_override=endpoint)
baremetal = connection.baremetal
newer = hasattr(baremetal, 'get_node_inventory')


def check(what, holds):
    if not holds:
        raise SystemExit('does not hold: ' + what)
    print(what, flush=True)


def provision(node, target, wanted, **more):
    baremetal.set_node_provision_state(node, target, **more)
    deadline = time.monotonic() + 60
    while True:
        node = baremetal.get_node(node.id)
        if node.provision_state == wanted and not node.reservation:
            return node
        if time.monotonic() > deadline:
            raise SystemExit('%s, not %s: %s' % (node.provision_state, wanted, node.last_error))
        time.sleep(0.1)


check('conductors', [one.hostname for one in baremetal.conductors()] == [conductor])
check('drivers', sorted(one.name for one in baremetal.drivers()) == ['fake-hardware', 'manual-management'])
check('driver', conductor in baremetal.get_driver('fake-hardware').hosts)

node = baremetal.create_node(
    name='sdk', provision_state='enroll', driver='fake-hardware', deploy_interface='ramdisk', boot_interface='ipxe', rescue_interface='fake',
    resource_class='sdk', driver_info={'deploy_kernel': kernel, 'deploy_ramdisk': ramdisk, 'bmc_password': 'hush'},
    properties={'cpu_arch': 'x86_64', 'capabilities': 'boot_mode:uefi'})
check('created', (node.name, node.provision_state, node.driver) == ('sdk', 'enroll', 'fake-hardware'))
check('masked', node.driver_info['bmc_password'] == '******')
others = [baremetal.create_node(
    name='other-%d' % i, provision_state='enroll', driver='fake-hardware', deploy_interface='fake', boot_interface='fake') for i in range(3)]

port = baremetal.create_port(address='52:54:00:AC:00:01', node_id=node.id, is_pxe_enabled=True, extra={'a': 'b'})
check('port', (port.address, port.node_id, port.is_pxe_enabled) == ('52:54:00:ac:00:01', node.id, True))
check('ports', [one.id for one in baremetal.ports(address=port.address, details=True)] == [port.id])
group = baremetal.create_port_group(node_id=node.id, name='bond-sdk')
port = baremetal.update_port(port, port_group_id=group.id)
check('grouped', [one.id for one in baremetal.ports(portgroup=group.id)] == [port.id])
port = baremetal.update_port(port, port_group_id=None)
baremetal.delete_port_group(group)
check('groups', list(baremetal.port_groups(node=node.id)) == [])

# Pages of two, that the library follows by itself.
names = [one.name for one in baremetal.nodes(limit=2)]
check('pages', sorted(names) == ['other-0', 'other-1', 'other-2', 'sdk'])
page = baremetal.get('/nodes?sort_key=name&sort_dir=desc&limit=3', microversion='1.80').json()
check('sorted', [one['name'] for one in page['nodes']] == ['sdk', 'other-2', 'other-1'])
check('next', [one['name'] for one in baremetal.get(page['next'], microversion='1.80').json()['nodes']] == ['other-0'])
check('filtered', [one.name for one in baremetal.nodes(resource_class='sdk')] == ['sdk'])
check('fields', next(baremetal.nodes(resource_class='sdk', fields=['uuid', 'name'])).driver is None)
check('details', next(baremetal.nodes(resource_class='sdk', details=True)).driver == 'fake-hardware')

other = baremetal.get_node('other-0')
other = provision(other, 'manage', 'manageable')
other = provision(other, 'provide', 'available')
other = provision(other, 'manage', 'manageable')
other = provision(other, 'clean', 'manageable', clean_steps=[dict(json.loads(clean_step), args={})])
check('cleaned', other.last_error is None)
baremetal.set_node_provision_state(other, 'inspect')
check('inspecting', baremetal.get_node(other.id).provision_state in ('inspecting', 'manageable'))
other = baremetal.wait_for_nodes_provision_state([other], 'manageable', timeout=60)[0]
finished = baremetal.get('/nodes/%s' % other.id, microversion='1.80').json()['inspection_finished_at']
check('inspected', finished is not None)

other = provision(other, 'adopt', 'active')
baremetal.patch_node(other, [{'op': 'add', 'path': '/protected', 'value': True}])
try:
    baremetal.set_node_provision_state(other, 'deleted')
    check('a protected node is not undeployed', False)
except exceptions.HttpException as error:
    check('protected', error.status_code == 403)
baremetal.update_node(other, is_protected=False)

node = provision(node, 'manage', 'manageable')
node = provision(node, 'clean', 'clean wait', clean_steps=[
    {'interface': 'deploy', 'step': 'erase_devices_metadata', 'args': {}}])
node = provision(node, 'abort', 'clean failed')
node = provision(node, 'manage', 'manageable')
node = baremetal.update_node(node, is_automated_clean_enabled=False)
node = provision(node, 'provide', 'available')
try:
    baremetal.validate_node(node, required=('boot', 'deploy', 'power'))
    check('a node with nothing to boot is not valid', False)
except exceptions.ValidationException as error:
    check('not valid', 'deploy' in str(error))
node = baremetal.update_node(node, instance_info={'kernel': kernel, 'ramdisk': ramdisk})
checks = baremetal.validate_node(node, required=('boot', 'deploy', 'power', 'management', 'network'))
check('valid', checks['deploy'].result and checks['boot'].result)
node = provision(node, 'active', 'active')
check('deployed', (node.power_state, node.last_error) == ('power on', None))
node = provision(node, 'rescue', 'rescue', rescue_password='let me in')
check('rescued', node.instance_info['rescue_password'] == '******')
node = provision(node, 'unrescue', 'active')
check('unrescued', node.power_state == 'power on')

baremetal.set_node_power_state(node, 'power off')
baremetal.wait_for_node_power_state(node, 'power off', timeout=60)
baremetal.set_node_power_state(node, 'rebooting')
baremetal.wait_for_node_power_state(node, 'power on', timeout=60)
check('power', baremetal.get_node(node.id).power_state == 'power on')
baremetal.set_node_boot_device(node, 'pxe', persistent=True)
device = '/nodes/%s/management/boot_device' % node.id
check('boot device', baremetal.get(device, microversion='1.80').json()['boot_device'] == 'pxe')
supported = baremetal.get(device + '/supported', microversion='1.80').json()
check('boot devices', 'pxe' in supported['supported_boot_devices'])

baremetal.set_node_maintenance(node, 'a broken fan')
node = baremetal.get_node(node.id)
check('maintenance', (node.is_maintenance, node.maintenance_reason) == (True, 'a broken fan'))
check('in maintenance', [one.name for one in baremetal.nodes(maintenance=True)] == ['sdk'])
baremetal.unset_node_maintenance(node)

baremetal.set_node_traits(node, ['CUSTOM_B', 'CUSTOM_A'])
check('traits', sorted(baremetal.get_node(node.id).traits) == ['CUSTOM_A', 'CUSTOM_B'])
baremetal.remove_node_trait(node, 'CUSTOM_B')
check('trait removed', baremetal.get_node(node.id).traits == ['CUSTOM_A'])
vif = '0b1c7b8e-0a0e-4c6c-9b1e-5cbf2d1f0002'
baremetal.attach_vif_to_node(node, vif)
check('VIFs of the noop network', baremetal.list_node_vifs(node) == [])
baremetal.detach_vif_from_node(node, vif)
if newer:
    try:
        baremetal.get_node_inventory(node)
        check('a node that nobody has inspected has no inventory', False)
    except exceptions.NotFoundException:
        check('no inventory', True)

node = provision(node, 'deleted', 'available')
check('undeployed', (node.power_state, node.instance_info) == ('power off', {}))
try:
    baremetal.get_node('nosuch')
    check('an unknown node is not found', False)
except exceptions.NotFoundException as error:
    check('unknown', 'nosuch' in str(error))
baremetal.set_node_maintenance(other)
for one in [node, other, *others[1:]]:
    baremetal.delete_node(one)
check('deleted', list(baremetal.nodes()) == [] and list(baremetal.ports()) == [])
