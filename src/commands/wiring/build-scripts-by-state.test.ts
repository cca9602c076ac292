import { describe, expect, it } from 'vitest'
import { aNode } from '../../../test/support/a-node.ts'
import { recordingLogger } from '../../../test/support/recording-logger.ts'
import type { Decision } from '../../api/boot/boot-decision.ts'
import { loadConfig } from '../../config/load.ts'
import type { NodeWithPorts } from '../../model/node.ts'
import type { StateScript } from '../../model/state-script.ts'
import { resolveInstallation } from '../installation.ts'
import { buildScriptsByState } from './build-scripts-by-state.ts'

const facts = { uid: 0, env: {}, hostname: 'cond-1', addresses: ['10.0.0.1'] }

type Overrides = Parameters<typeof loadConfig>[0]['overrides']

async function scripts(
  node: NodeWithPorts,
  overrides: Overrides = {},
  decide: (mac: string, name: string) => Promise<Decision> = async () => expect.fail('no conductor is to be asked'),
): Promise<StateScript[]> {
  const installation = resolveInstallation(
    loadConfig({
      files: [],
      env: {},
      overrides: { DEFAULT: { my_ip: '10.0.0.1', state_path: '/nowhere' }, ...overrides },
    }),
    facts,
  )
  return await buildScriptsByState(installation, { decision: { decide }, log: recordingLogger() })(node)
}

const outline = (all: StateScript[]) =>
  all.map(({ error, name, script, state }) => [state, name, error?.split(':')[0] ?? script?.split('\n')[0]])

describe('the boot files of a node, by state', () => {
  it('are those of the wait states, of active, and of the present state', async () => {
    const node = aNode({ provisionState: 'manageable' })
    const all = await scripts(node)
    expect(outline(all)).toEqual([
      ['manageable', 'boot.ipxe', 'StateForbidsBoot'],
      ['active', 'boot.ipxe', 'StateForbidsBoot'],
      ['wait call-back', 'boot.ipxe', '#!ipxe'],
      ['clean wait', 'boot.ipxe', '#!ipxe'],
      ['inspect wait', 'boot.ipxe', '#!ipxe'],
      ['rescue wait', 'boot.ipxe', '#!ipxe'],
      ['service wait', 'boot.ipxe', '#!ipxe'],
    ])
    const inState = (state: string) => all.find((one) => one.state === state)?.script
    expect(inState('clean wait')).toContain(`http://10.0.0.1:8080/${node.uuid}/deploy_kernel`)
    expect(inState('rescue wait')).toContain(`http://10.0.0.1:8080/${node.uuid}/rescue_kernel`)
  })

  it('of GRUB and pxelinux, where the node boots by them', async () => {
    const all = await scripts(aNode({ bootInterface: 'pxe' }))
    expect(outline(all).filter(([state]) => state === 'clean wait')).toEqual([
      ['clean wait', 'grub.cfg', expect.stringContaining('#')],
      ['clean wait', 'pxelinux.cfg', expect.stringContaining('#')],
    ])
  })

  it('a diskless machine boots its own ramdisk while active, where that state may boot', async () => {
    const node = aNode({
      deployInterface: 'ramdisk',
      provisionState: null,
      instanceInfo: { kernel: 'http://images.example/k', ramdisk: 'http://images.example/r' },
    })
    const all = await scripts(node, { api: { restrict_boot_config: 'False' } })
    expect(outline(all).slice(0, 2)).toEqual([
      [null, 'boot.ipxe', 'StateForbidsBoot'],
      ['active', 'boot.ipxe', '#!ipxe'],
    ])
    expect(all[1]?.script).toContain(`${node.uuid}/kernel`)
  })

  it('say why there is none', async () => {
    const all = await scripts(aNode({ driverInfo: {} }))
    expect(all.find(({ state }) => state === 'wait call-back')).toEqual({
      state: 'wait call-back',
      name: 'boot.ipxe',
      script: null,
      error: expect.stringMatching(/^MissingParameter: .*deploy_kernel/),
    })
    expect(await scripts(aNode({ bootInterface: 'redfish-virtual-media' }))).toEqual([])
  })
})

describe('beside a running Ironic', () => {
  const attached = {
    bootring: { mode: 'attached' },
    database: { connection: 'mysql+pymysql://ironic@127.0.0.1/ironic' },
  }
  const bootFacts = { requestId: 'req-1', macText: '', fileName: '', attempts: [] }

  it('only what the conductor serves now', async () => {
    const asked: string[][] = []
    const all = await scripts(aNode(), attached, async (mac, name) => {
      asked.push([mac, name])
      return { outcome: 'served', script: '#!ipxe\nof Ironic', conductor: 'cond-1', facts: bootFacts }
    })
    expect(asked).toEqual([['52:54:00:12:34:56', 'boot.ipxe']])
    expect(all).toEqual([{ state: 'wait call-back', name: 'boot.ipxe', script: '#!ipxe\nof Ironic', error: null }])
  })

  it('and why it serves none', async () => {
    const refused = async (): Promise<Decision> => ({
      outcome: 'refused',
      code: 'BootConfigUnavailable',
      reason: 'no file',
      facts: bootFacts,
    })
    expect(outline(await scripts(aNode(), attached, refused))).toEqual([
      ['wait call-back', 'boot.ipxe', 'BootConfigUnavailable'],
    ])
    expect(outline(await scripts(aNode({ ports: [] }), attached, refused))).toEqual([
      ['wait call-back', 'boot.ipxe', 'PortNotFound'],
    ])
  })
})
