import { expect, it } from 'vitest'
import { aNode } from '../../../test/support/a-node.ts'
import { firmwareModeOf } from './firmware-mode.ts'

it.each([
  ['the default', {}, 'uefi'],
  ['what was found', { bootMode: 'bios' }, 'bios'],
  ['what a deployment noted down', { bootMode: 'uefi', driverInternalInfo: { deploy_boot_mode: 'bios' } }, 'bios'],
  ["the node's capabilities", { bootMode: 'uefi', properties: { capabilities: 'a:b, boot_mode:BIOS ,junk' } }, 'bios'],
  ["the instance's, as an object", { instanceInfo: { capabilities: { boot_mode: 'bios' } } }, 'bios'],
  ["the instance's, as JSON text", { instanceInfo: { capabilities: '{"boot_mode": "bios"}' } }, 'bios'],
  ["the instance's, as Ironic once had it", { instanceInfo: { deploy_boot_mode: 'bios' } }, 'bios'],
  [
    'secure boot above all',
    { instanceInfo: { capabilities: { secure_boot: 'True' } }, properties: { capabilities: 'boot_mode:bios' } },
    'uefi',
  ],
])('the boot mode is %s', (_, changes, mode) => {
  expect(firmwareModeOf(aNode(changes), 'uefi')).toBe(mode)
})

it.each([
  ['no boot mode', { bootMode: 'coreboot' }],
  [
    'not the bios of its properties.capabilities',
    { instanceInfo: { capabilities: { boot_mode: 'uefi' } }, properties: { capabilities: 'boot_mode:bios' } },
  ],
])('it is refused where it is %s', (words, changes) => {
  expect(() => firmwareModeOf(aNode(changes), 'uefi')).toThrow(words)
})
