import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { describeWith } from '../../support/describe-with.ts'
import { bootPath, bootScript, leaveIronic, missingIronic } from './ironic-beside.ts'
import { missingForSystemd, NamespacedSystemd, systemdFolder } from './namespaced-systemd.ts'

const units = readdirSync(systemdFolder).filter((name) => name.endsWith('.service'))
const text = (unit: string) => readFileSync(join(systemdFolder, unit), 'utf8')
const folder = mkdtempSync(join(tmpdir(), 'bootring-units-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const analyze = spawnSync('systemd-analyze', ['--version']).status === 0 ? undefined : 'systemd-analyze'

describe('the units', () => {
  it('are these', () => {
    expect(units.toSorted()).toEqual([
      'bootring-api.service',
      'bootring-attached-api.service',
      'bootring-attached-conductor.service',
      'bootring-conductor.service',
      'bootring.service',
    ])
  })

  it('are hardened alike', () => {
    const hardening = (unit: string) =>
      /^NoNewPrivileges=(?:.|\n)*?\n\n/m.exec(text(unit))?.[0].replace(/^UMask=.*\n|^#.*\n/gm, '')
    const first = hardening('bootring.service')
    expect(first?.split('\n').length).toBeGreaterThan(20)
    for (const unit of units) expect(hardening(unit), unit).toBe(first)
  })

  it('take the user that the job allows: Ironic’s beside Ironic, otherwise one of their own', () => {
    for (const unit of units) {
      expect(text(unit), unit).toContain(unit.includes('attached') ? '\nUser=ironic\n' : '\nUser=bootring\n')
    }
  })
})

describeWith(analyze, 'the units, by systemd-analyze', () => {
  it('verify finds nothing to say', () => {
    // A copy, in which the program exists: verify looks for it.
    for (const unit of units) {
      writeFileSync(join(folder, unit), text(unit).replaceAll('/usr/local/bin/bootring', '/bin/true'))
    }
    const { status, stdout, stderr } = spawnSync(
      'systemd-analyze',
      ['verify', ...units.map((unit) => join(folder, unit))],
      {
        encoding: 'utf8',
      },
    )
    expect(stdout + stderr).toBe('')
    expect(status).toBe(0)
  })

  it.each(units)('%s is exposed no more than 1.5 of 10', (unit) => {
    const args = ['security', '--no-pager', '--offline=yes', '--threshold=15', join(systemdFolder, unit)]
    const { status, stdout } = spawnSync('systemd-analyze', args, { encoding: 'utf8' })
    expect(stdout).toContain('Overall exposure level')
    expect(status, stdout).toBe(0)
  })
})

describeWith(missingForSystemd(), 'the units, in a real systemd', () => {
  it('serve becomes ready, answers, and stops cleanly', async () => {
    await using systemd = await NamespacedSystemd.start({ prepare: standalone })
    const unit = 'bootring.service'
    const started = systemd.run('systemctl', 'start', unit)
    expect(started.status, started.stderr + systemd.log(unit)).toBe(0)
    expect(systemd.show(unit, 'ActiveState')).toBe('active')
    expect(systemd.show(unit, 'StatusText')).toBe('serving')
    // The network namespace, the user, the state directory and the seccomp filter are those of the unit.
    const pid = systemd.show(unit, 'MainPID')
    const status = systemd.run('cat', `/proc/${pid}/status`).stdout
    expect(status).toMatch(/^Seccomp:\t2$/m)
    expect(status).toMatch(/^NoNewPrivs:\t1$/m)
    expect(status).toMatch(/^CapBnd:\t0+$/m)
    expect(systemd.run('stat', '--format=%U %a', '/var/lib/bootring').stdout.trim()).toBe('bootring 750')
    expect(systemd.run('stat', '--format=%U', `/proc/${pid}`).stdout.trim()).toBe('bootring')
    const answer = systemd.run(node, '-e', ask('http://127.0.0.1:9385/readyz'))
    expect(answer.stdout).toMatch(/^200 /)
    expect(systemd.run('systemctl', 'stop', unit).status).toBe(0)
    expect(systemd.show(unit, 'Result')).toBe('success')
    expect(systemd.log(unit)).not.toContain('could not be told')
  })

  it('api and conductor become ready beside each other', async () => {
    await using systemd = await NamespacedSystemd.start({ prepare: standalone })
    const upgraded = systemd.run(
      'runuser',
      '-u',
      'bootring',
      '--',
      '/bin/sh',
      '-c',
      '/usr/local/bin/bootring db upgrade',
    )
    expect(upgraded.status, upgraded.stderr).toBe(0)
    for (const unit of ['bootring-conductor.service', 'bootring-api.service']) {
      const started = systemd.run('systemctl', 'start', unit)
      expect(started.status, started.stderr + systemd.log(unit)).toBe(0)
      expect(systemd.show(unit, 'StatusText')).toBe('serving')
    }
    for (const unit of ['bootring-conductor.service', 'bootring-api.service']) {
      expect(systemd.run('systemctl', 'stop', unit).status).toBe(0)
      expect(systemd.show(unit, 'Result'), systemd.log(unit)).toBe('success')
    }
  })

  it('goes on trying where the configuration is not there yet, and says why', async () => {
    await using systemd = await NamespacedSystemd.start({
      prepare: (etc) => {
        standalone(etc)
        writeFileSync(join(etc, 'bootring/bootring.conf'), '[DEFAULT]\nhash_partition_exponent = many\n')
      },
    })
    const unit = 'bootring.service'
    expect(systemd.run('systemctl', 'start', unit).status).not.toBe(0)
    expect(systemd.log(unit)).toContain('hash_partition_exponent')
    expect(['auto-restart', 'start']).toContain(systemd.show(unit, 'SubState'))
  })
})

describeWith(missingForSystemd() ?? missingIronic, 'the attached units, in a real systemd', () => {
  it('give out the file of Ironic’s conductor, as Ironic’s user, and change nothing', async () => {
    await using systemd = await NamespacedSystemd.start({
      prepare: (etc) => leaveIronic(join(etc, 'ironic-left'), '/var/lib/ironic'),
      script: `
getent passwd ironic || useradd --system --home-dir /var/lib/ironic ironic
mv /etc/ironic-left /var/lib/ironic
mkdir -p /etc/ironic
mv /var/lib/ironic/ironic.conf /etc/ironic/
chown -R ironic:ironic /var/lib/ironic
chown root:ironic /etc/ironic/ironic.conf
chmod 640 /etc/ironic/ironic.conf
`,
    })
    for (const unit of ['bootring-attached-conductor.service', 'bootring-attached-api.service']) {
      const started = systemd.run('systemctl', 'start', unit)
      expect(started.status, started.stderr + systemd.log(unit)).toBe(0)
      expect(systemd.show(unit, 'StatusText')).toBe('serving')
      const pid = systemd.show(unit, 'MainPID')
      expect(systemd.run('stat', '--format=%U', `/proc/${pid}`).stdout.trim()).toBe('ironic')
    }
    const before = systemd.run('find', '/var/lib/ironic', '-printf', '%p %T@ %s\\n').stdout
    expect(before).toContain('ironic.sqlite')
    const answer = systemd.run(node, '-e', ask(`http://127.0.0.1:6386${bootPath}`))
    expect(answer.stdout).toBe(`200 ${bootScript}\n`)
    expect(systemd.run('find', '/var/lib/ironic', '-printf', '%p %T@ %s\\n').stdout).toBe(before)
    expect(systemd.run('systemctl', 'stop', 'bootring-attached-*.service').status).toBe(0)
    expect(systemd.show('bootring-attached-api.service', 'Result')).toBe('success')
  })

  it('do not run beside the standalone ones', () => {
    for (const unit of units.filter((name) => name.includes('attached'))) {
      expect(text(unit)).toContain('\nConflicts=bootring.service bootring-api.service bootring-conductor.service\n')
    }
  })
})

const node = '/opt/bootring/.tools/node_modules/node/bin/node'
const ask = (url: string) => `fetch('${url}').then(async (r) => console.log(r.status, await r.text()))`

function standalone(etc: string): void {
  mkdirSync(join(etc, 'bootring'))
  writeFileSync(
    join(etc, 'bootring/bootring.conf'),
    `[DEFAULT]
host = localhost
my_ip = 127.0.0.1
state_path = /var/lib/bootring
[api]
# The process that systemd started then watches over others, and is the one to say that they serve.
api_workers = 2
[json_rpc]
host_ip = 127.0.0.1
`,
  )
}
