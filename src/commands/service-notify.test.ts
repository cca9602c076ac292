import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { describeWith } from '../../test/support/describe-with.ts'
import { NotifyListener } from '../../test/support/notify-listener.ts'
import { recordingLogger } from '../../test/support/recording-logger.ts'
import { notifyService } from './service-notify.ts'

const folder = mkdtempSync(join(tmpdir(), 'bootring-notify-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const missing = ['systemd-notify', 'python3'].filter((name) => spawnSync(name, ['--version']).status !== 0)

describe('notifyService without a listener', () => {
  it('does nothing where no service manager asked', async () => {
    const log = recordingLogger()
    await notifyService('ready', log, { PATH: '/nonexistent' })
    await notifyService('stopping', log, { NOTIFY_SOCKET: '', PATH: '/nonexistent' })
    expect(log.lines).toEqual([])
  })

  it('warns and goes on where the program is missing', async () => {
    const log = recordingLogger()
    await notifyService('ready', log, { NOTIFY_SOCKET: join(folder, 'nobody'), PATH: folder })
    expect(log.lines).toMatchObject([{ level: 'warn', fields: { state: 'ready' } }])
    expect(log.lines[0]?.fields.reason).toContain('ENOENT')
  })
})

describe('notifyService with a program that is ended', () => {
  it('does not warn when the stop of the unit ended it, but when anything else did', async () => {
    const program = join(folder, 'systemd-notify')
    const environment = { NOTIFY_SOCKET: join(folder, 'socket'), PATH: `${folder}:${process.env.PATH}` }
    const log = recordingLogger()
    writeFileSync(program, '#!/bin/sh\nkill -TERM $$\n', { mode: 0o755 })
    await notifyService('stopping', log, environment)
    expect(log.lines).toEqual([])
    await notifyService('ready', log, environment)
    writeFileSync(program, '#!/bin/sh\nkill -KILL $$\n')
    await notifyService('stopping', log, environment)
    expect(log.lines.map(({ fields }) => fields.state)).toEqual(['ready', 'stopping'])
  })
})

describeWith(missing.length > 0 ? missing.join(', ') : undefined, 'notifyService with the real systemd-notify', () => {
  it('says ready, then stopping', async () => {
    await using listener = await NotifyListener.start(join(folder, 'notify'))
    const environment = { NOTIFY_SOCKET: listener.path, PATH: process.env.PATH }
    const log = recordingLogger()
    await notifyService('ready', log, environment)
    await listener.received('READY=1')
    expect(listener.variables).not.toContain('STOPPING=1')
    await notifyService('stopping', log, environment)
    await listener.received('STOPPING=1')
    expect(log.lines).toEqual([])
  })

  it('waits until the message was read, so that the sender still exists when its unit is looked up', async () => {
    await using listener = await NotifyListener.start(join(folder, 'barrier'))
    const log = recordingLogger()
    await notifyService('ready', log, { NOTIFY_SOCKET: listener.path, PATH: process.env.PATH })
    await listener.received('BARRIER=1')
  })

  it('warns and goes on where nobody listens', async () => {
    const log = recordingLogger()
    await notifyService('stopping', log, { NOTIFY_SOCKET: join(folder, 'gone'), PATH: process.env.PATH })
    expect(log.lines).toMatchObject([{ level: 'warn', fields: { state: 'stopping', socket: join(folder, 'gone') } }])
  })
})
