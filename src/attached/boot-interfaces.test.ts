import { describe, expect, it } from 'vitest'
import { kindsFor } from './boot-interfaces.ts'

const uuid = '1be26c0b-03f2-4d2e-ae87-c02d7f33c123'

describe('kindsFor', () => {
  it.each([
    ['ipxe', 'boot.ipxe', ['http']],
    ['http-ipxe', 'boot.ipxe', ['http']],
    ['ilo-ipxe', 'boot.ipxe', ['http']],
    ['acme-ipxe', 'boot.ipxe', ['http']],
    ['pxe', 'grub.cfg', ['tftp']],
    ['pxe', 'pxelinux.cfg', ['tftp']],
    ['ilo-pxe', 'grub.cfg', ['tftp']],
    ['irmc-pxe', 'pxelinux.cfg', ['tftp']],
    ['acme-pxe', 'grub.cfg', ['tftp']],
    ['http', 'grub.cfg', ['http', 'tftp']],
    ['http', 'pxelinux.cfg', ['http', 'tftp']],
  ])('knows where %s has its %s', (bootInterface, name, roots) => {
    const kinds = kindsFor({ bootInterface, uuid }, name)
    expect(kinds).toEqual(roots.map((root) => ({ name, root })))
  })

  it.each([
    ['ipxe', 'grub.cfg', 'UnknownBootFile'],
    ['pxe', 'boot.ipxe', 'UnknownBootFile'],
    ['http', 'boot.ipxe', 'UnknownBootFile'],
    ['ipxe', '../config', 'UnknownBootFile'],
    ['redfish-virtual-media', 'boot.ipxe', 'UnsupportedDriverExtension'],
    ['redfish-https', 'boot.ipxe', 'UnsupportedDriverExtension'],
    ['ilo-uefi-https', 'boot.ipxe', 'UnsupportedDriverExtension'],
    ['fake', 'boot.ipxe', 'UnsupportedDriverExtension'],
    ['constructor', 'boot.ipxe', 'UnsupportedDriverExtension'],
    [null, 'boot.ipxe', 'UnsupportedDriverExtension'],
  ])('refuses %s its %s: %s', (bootInterface, name, code) => {
    expect(() => kindsFor({ bootInterface, uuid }, name)).toThrow(expect.objectContaining({ code }))
  })
})
