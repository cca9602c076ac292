import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import bcrypt from 'bcryptjs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startBootringControlPlane } from '../../lab/bootring-control-plane.ts'
import type { ControlPlane } from '../../lab/clients/control-plane.ts'
import { missingForClients } from '../../lab/clients/missing-for-clients.ts'
import { clientEnvironment, OpenstackShell } from '../../lab/clients/openstack-shell.ts'
import { describeWith } from '../../support/describe-with.ts'

const password = 'correct horse'

describeWith(missingForClients(), 'openstack baremetal with a password', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bootring-auth-'))
  const users = join(folder, 'htpasswd')
  let plane: ControlPlane
  const shells: Record<string, OpenstackShell> = {}

  beforeAll(async () => {
    const hash = bcrypt.hashSync(password, 4)
    writeFileSync(users, `admin:${hash}\nreader:${hash}\n`)
    plane = await startBootringControlPlane({
      DEFAULT: { auth_strategy: 'http_basic', http_basic_auth_user_file: users },
      json_rpc: { auth_strategy: 'noauth' },
      bootring: { read_only_users: 'reader' },
    })
    for (const name of ['admin', 'reader', 'stranger'])
      shells[name] = new OpenstackShell(clientEnvironment(plane.endpoint, { name, password }))
    shells.nobody = new OpenstackShell(clientEnvironment(plane.endpoint))
  })
  afterAll(async () => {
    for (const shell of Object.values(shells)) await shell.close()
    await plane?.stop()
    rmSync(folder, { recursive: true })
  })

  const as = (name: string) => shells[name] as OpenstackShell

  it('lets the administrator do everything', async () => {
    expect(await as('admin').json('node', 'create', '--driver', 'fake-hardware', '--name', 'one')).toMatchObject({
      name: 'one',
    })
    await as('admin').bring('one', 'manage', 'manageable')
  })

  it('lets others look alone', async () => {
    expect(await as('reader').names()).toEqual(['one'])
    expect(await as('reader').refused('node', 'delete', 'one')).toMatch(/\(HTTP 403\)/)
    expect(await as('reader').refused('node', 'provide', 'one')).toMatch(/\(HTTP 403\)/)
    expect(await as('reader').show('one')).toMatchObject({ provision_state: 'manageable' })
  })

  it('lets nobody else in', async () => {
    expect(await as('stranger').refused('node', 'list')).toMatch(/401/)
    expect(await as('nobody').refused('node', 'list')).toMatch(/401/)
    // Machines and agents say no password.
    const boot = await fetch(`${plane.endpoint}/v1/boot/52-54-00-ad-00-01/boot.ipxe`)
    const lookup = await fetch(`${plane.endpoint}/v1/lookup?addresses=52:54:00:ad:00:01`)
    expect([boot.status, lookup.status]).toEqual([404, 404])
  })
})
