import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { renderReference } from '../config/reference.ts'
import { renderSample } from '../config/sample.ts'
import { configCommand } from './config.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bootring-command-'))
  writeFileSync(join(folder, 'good.conf'), '[api]\nport = 1\n[redfish]\nuse_swift = no\n')
  writeFileSync(join(folder, 'more.conf'), '[pxe]\npxe_append_params = quiet\n[api]\nport = 2\n')
  writeFileSync(join(folder, 'bad.conf'), '[api]\nport = 70000\n[json_rpc]\npassword = hun$ter2\n')
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})
const exitCode = process.exitCode
afterEach(() => {
  vi.unstubAllEnvs()
  process.exitCode = exitCode
})

/** What the command prints, and the exit code that it asks for. */
async function run(...args: string[]): Promise<{ text: string; code: typeof process.exitCode }> {
  process.exitCode = undefined
  let text = ''
  const output = {
    write: (part: string) => {
      text += part
    },
  }
  await configCommand(output).parseAsync(args, { from: 'user' })
  return { text: text.replaceAll(folder, ''), code: process.exitCode }
}

const files = (...names: string[]) => names.flatMap((name) => ['--config-file', join(folder, name)])

describe('bootring config', () => {
  it('check counts what is set, across files, and says what is outdated', async () => {
    expect(await run('check', ...files('good.conf', 'more.conf'))).toEqual({
      text:
        'warning: /more.conf:2: [pxe]pxe_append_params: expected its present name, [pxe]kernel_append_params\n' +
        '3 options set in 2 files, no problems\n',
      code: undefined,
    })
    expect((await run('check', ...files('good.conf'))).text).toBe('2 options set in 1 file, no problems\n')
  })

  it('check names each problem and exits with 1', async () => {
    expect(await run('check', ...files('good.conf', 'bad.conf', 'missing.conf'))).toEqual({
      text:
        '/missing.conf: expected a readable file: there is none (ENOENT)\n' +
        '/bad.conf:2: [api]port = 70000: expected a port from 0 to 65535\n' +
        '/bad.conf:4: [json_rpc]password = ***: expected references to options that are set ($$ is a plain dollar sign)\n' +
        '3 options set in 3 files, 3 problems\n',
      code: 1,
    })
  })

  it('check says what would keep a conductor from starting, beside Ironic nothing', async () => {
    const text = '[DEFAULT]\nenabled_hardware_types = ipmi,redfish\ndefault_deploy_interface = ansible\n'
    writeFileSync(join(folder, 'hardware.conf'), `${text}[database]\nconnection = mysql+pymysql://u:p@h/ironic\n`)
    expect(await run('check', ...files('hardware.conf'))).toEqual({
      text:
        '/hardware.conf:2: [DEFAULT]enabled_hardware_types = ipmi,redfish: expected names that bootring has: fake-hardware, manual-management\n' +
        '/hardware.conf:3: [DEFAULT]default_deploy_interface = ansible: expected an interface that is enabled: direct, ramdisk, fake\n' +
        '3 options set in 1 file, 2 problems\n',
      code: 1,
    })
    const { text: said } = await run('check', '--attached', ...files('hardware.conf'))
    expect(said).not.toContain('hardware_types')
    writeFileSync(join(folder, 'hardware.conf'), '[DEFAULT]\ndefault_deploy_interface = ansible\n')
    expect((await run('check', ...files('hardware.conf'))).text).toMatch(
      /^\/hardware.conf:2: \[DEFAULT\]default_deploy_interface = ansible: expected an interface that is enabled/,
    )
  })

  it('check names all faults of hardware at once, and those of other options with them', async () => {
    writeFileSync(
      join(folder, 'faults.conf'),
      `[DEFAULT]
enabled_hardware_types = fake-hardware,ipmi
enabled_boot_interfaces = ipxe,ipxee
default_boot_interface = pxe
enabled_power_interfaces =
default_deploy_interface = ansible
[api]
port = 70000
[fake]
power_delay = 5,1
`,
    )
    const { text } = await run('check', ...files('faults.conf'))
    const named = text.split('\n').map((line) => /^\S+: (\[\w+\]\w+) = /.exec(line)?.[1])
    expect(named.filter((name) => name !== undefined)).toEqual([
      '[api]port',
      '[fake]power_delay',
      '[DEFAULT]enabled_hardware_types',
      '[DEFAULT]enabled_boot_interfaces',
      '[DEFAULT]default_boot_interface',
      '[DEFAULT]default_deploy_interface',
      '[DEFAULT]enabled_power_interfaces',
    ])
  })

  it('check --json says the same to programs', async () => {
    const { text, code } = await run('check', '--json', ...files('more.conf', 'bad.conf'))
    expect(code).toBe(1)
    const report = JSON.parse(text)
    expect(report).toMatchObject({ files: ['/more.conf', '/bad.conf'], options_set: 3 })
    expect(report.warnings).toMatchObject([{ file: '/more.conf', line: 2, option: 'pxe_append_params' }])
    expect(report.problems[0]).toEqual({
      file: '/bad.conf',
      line: 2,
      group: 'api',
      option: 'port',
      value: '70000',
      expected: 'a port from 0 to 65535',
      message: '/bad.conf:2: [api]port = 70000: expected a port from 0 to 65535',
    })
  })

  it('check --attached asks what the mode needs, and says what only bootring minds', async () => {
    // Else Ironic's usual folder on this machine would be read as well.
    vi.stubEnv('IRONIC_CONFIG_DIR', '/nowhere')
    writeFileSync(join(folder, 'ironic.conf'), '[api]\nhost_ip = 127.0.0.1\n[json_rpc]\nauth_strategy = noauth\n')
    const { text, code } = await run('check', '--attached', '--json', ...files('ironic.conf'))
    expect(code).toBe(1)
    expect(JSON.parse(text)).toMatchObject({
      mode: 'attached',
      problems: [{ group: 'database', option: 'connection' }],
      warnings: [{ group: 'api', option: 'host_ip', value: '127.0.0.1' }],
    })
    vi.stubEnv('OS_DATABASE__CONNECTION', 'mysql+pymysql://u:p@h/ironic')
    vi.stubEnv('OS_BOOTRING__API_IP', '192.0.2.1')
    vi.stubEnv('OS_DEFAULT__HOST', 'h')
    vi.stubEnv('OS_DEPLOY__HTTP_ROOT', folder)
    expect(await run('check', '--attached', ...files('ironic.conf'))).toEqual({
      text: '2 options set in 1 file, no problems\n',
      code: undefined,
    })
    // What a conductor on this host would read.
    vi.stubEnv('OS_DEPLOY__HTTP_ROOT', '/nowhere/http')
    vi.stubEnv('OS_PXE__TFTP_ROOT', '/nowhere/tftp')
    vi.stubEnv('OS_PXE__IPXE_CONFIG_TEMPLATE', '/nowhere/template')
    vi.stubEnv('OS_JSON_RPC__USE_SSL', 'true')
    vi.stubEnv('OS_JSON_RPC__CERT_FILE', '/nowhere/cert')
    expect((await run('check', '--attached', ...files('ironic.conf'))).text.split('\n')).toEqual([
      'warning: [deploy]http_root = /nowhere/http: expected something that this user can read (ENOENT), where a conductor runs',
      'warning: [pxe]tftp_root = /nowhere/tftp: expected something that this user can read (ENOENT), where a conductor runs',
      'warning: [pxe]ipxe_config_template = /nowhere/template: expected something that this user can read (ENOENT), where a conductor runs',
      'warning: [json_rpc]cert_file = /nowhere/cert: expected something that this user can read (ENOENT), where a conductor runs',
      'warning: [json_rpc]key_file: expected a path, where a conductor runs',
      '2 options set in 1 file, no problems',
      '',
    ])
    // Without an Ironic, what is not there of folders is made.
    vi.stubEnv('OS_DEFAULT__AUTH_STRATEGY', 'http_basic')
    vi.stubEnv('OS_DEFAULT__HTTP_BASIC_AUTH_USER_FILE', '/nowhere/htpasswd')
    const alone = await run('check', ...files('ironic.conf'))
    expect(alone.code).toBeUndefined()
    expect(alone.text.match(/(?<=^warning: )\S+ = \/nowhere.*/gm)).toEqual([
      '[pxe]ipxe_config_template = /nowhere/template: expected something that this user can read (ENOENT), where a conductor runs',
      '[DEFAULT]http_basic_auth_user_file = /nowhere/htpasswd: expected something that this user can read (ENOENT), where an API runs',
      '[json_rpc]cert_file = /nowhere/cert: expected something that this user can read (ENOENT), where a conductor runs',
    ])
  })

  it('sample and reference print what the options say', async () => {
    expect((await run('sample')).text).toBe(renderSample())
    expect((await run('reference')).text).toBe(renderReference())
  })
})
