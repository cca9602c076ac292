import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { parse, parseAllDocuments, stringify } from 'yaml'
import { program } from '../../../src/commands/program.ts'
import { describeWith } from '../../support/describe-with.ts'

const checkout = fileURLToPath(new URL('../../..', import.meta.url))
const kustomize = join(checkout, '.tools/packaging/kustomize')
const validate = join(checkout, '.tools/packaging/venv/bin/kubernetes-validate')
const folder = mkdtempSync(join(tmpdir(), 'bootring-manifests-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const missing = [kustomize, validate].find((program) => !existsSync(program))
const missingCompose = spawnSync('docker-compose', ['--version']).status === 0 ? undefined : 'docker-compose'

const { commands } = await program(undefined)

interface Named {
  name: string
}
interface Container extends Named {
  image: string
  command: string[]
  env?: (Named & { value?: string })[]
  volumeMounts: (Named & { mountPath: string; readOnly?: boolean })[]
  securityContext: Record<string, unknown>
  resources?: unknown
}
interface PodSpec {
  hostNetwork?: boolean
  containers: Container[]
  initContainers: Container[]
  volumes: Named[]
}
interface Manifest {
  apiVersion: string
  kind: string
  metadata: Named
  data?: Record<string, string>
  spec: { template: { spec: PodSpec }; overrides: PodSpec }
}

function build(overlay: string): Manifest[] {
  const path = join(checkout, 'packaging/kustomize/overlays', overlay)
  const { status, stdout, stderr } = spawnSync(kustomize, ['build', path], { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  return parseAllDocuments(stdout).map((document) => document.toJS() as Manifest)
}

/** What the real schemas of Kubernetes, with unknown fields forbidden, have against a manifest; empty: nothing. */
function complaints(manifest: object): string {
  const file = join(folder, 'manifest.yaml')
  writeFileSync(file, stringify(manifest))
  const { status, stdout, stderr } = spawnSync(validate, ['--strict', '--quiet', '--no-warn', file], {
    encoding: 'utf8',
  })
  return status === 0 ? '' : stdout + stderr || `kubernetes-validate ended with ${status}`
}

function named<T extends Named>(list: readonly T[], name: string): T {
  const found = list.find((entry) => entry.name === name)
  if (!found) throw new Error(`no ${name} among ${list.map((entry) => entry.name).join(', ')}`)
  return found
}

/** `bootring` with a command and options that exist. */
function expectKnown(command: string[]): void {
  const [name, verb, ...options] = command
  expect(name).toBe('bootring')
  const known = commands.find((candidate) => candidate.name() === verb)
  expect(known, verb).toBeDefined()
  for (const option of options) {
    expect(
      known?.options.map(({ long }) => long),
      option,
    ).toContain(option.split('=')[0])
  }
}

describeWith(missing, 'the overlay for ironic-image', () => {
  const manifests = missing ? [] : build('ironic-image')
  const pod = () =>
    named(
      manifests.map((entry) => ({ ...entry, name: entry.kind })),
      'DaemonSet',
    ).spec.template.spec

  it.each(manifests.map((manifest) => [`${manifest.kind} ${manifest.metadata.name}`, manifest] as const))(
    '%s is valid by the schemas of Kubernetes',
    (_name, manifest) => {
      expect(complaints(manifest)).toBe('')
    },
  )

  it('would not pass with a field that Kubernetes does not know', () => {
    const manifest = structuredClone(manifests.find(({ kind }) => kind === 'DaemonSet')) as Manifest
    Object.assign(named(manifest.spec.template.spec.containers, 'bootring-api'), { redinessProbe: {} })
    expect(complaints(manifest)).toContain('redinessProbe')
  })

  it('adds to Ironic’s pods and changes nothing in Ironic’s containers', () => {
    expect(pod().hostNetwork).toBe(true)
    expect(
      pod()
        .containers.map(({ name }) => name)
        .toSorted(),
    ).toEqual(['bootring-api', 'bootring-conductor', 'httpd', 'ironic'])
    expect(named(pod().containers, 'ironic').volumeMounts.map(({ mountPath }) => mountPath)).not.toContain('/conf')
  })

  it('makes ironic.conf again with the image, the environment and the volumes of the container ironic', () => {
    const ironic = named(pod().containers, 'ironic')
    const again = named(pod().initContainers, 'bootring-ironic-conf')
    expect(again.image).toBe(ironic.image)
    expect(again.env).toEqual(ironic.env)
    expect(again.volumeMounts).toEqual(expect.arrayContaining(ironic.volumeMounts))
    expect(again.volumeMounts).toContainEqual({ name: 'bootring-ironic-conf', mountPath: '/conf' })
  })

  it('mounts only volumes that there are, and nothing of Ironic’s to write to', () => {
    const volumes = pod().volumes.map(({ name }) => name)
    for (const container of [...pod().containers, ...pod().initContainers]) {
      for (const { name } of container.volumeMounts) expect(volumes, `${container.name}: ${name}`).toContain(name)
    }
    for (const name of ['bootring-api', 'bootring-conductor']) {
      const writable = named(pod().containers, name).volumeMounts.filter(({ readOnly }) => !readOnly)
      expect(writable.map((mount) => mount.name)).toEqual(name === 'bootring-api' ? [] : ['bootring-state'])
    }
  })

  it('runs bootring with options that it has, from the image that the overlay names', () => {
    for (const name of ['bootring-api', 'bootring-conductor']) {
      const { command, image, securityContext } = named(pod().containers, name)
      expectKnown(command)
      expect(image).toMatch(/^registry\.example\.org\/bootring:/)
      expect(securityContext).toMatchObject({ runAsUser: 997, runAsGroup: 994, readOnlyRootFilesystem: true })
    }
  })
})

describeWith(missing, 'the overlay for the operator', () => {
  const manifests = missing ? [] : build('ironic-operator')
  const overrides = () =>
    named(
      manifests.map((entry) => ({ ...entry, name: entry.kind })),
      'Ironic',
    ).spec.overrides
  /** The operator's own volumes of a highly available Ironic with TLS. */
  const operatorVolumes = ['ironic-shared', 'ironic-auth', 'auth-mariadb', 'cert-ironic']

  it('overrides hold what a pod may hold', () => {
    const { containers, initContainers, volumes } = overrides()
    const own = operatorVolumes.map((name) => ({ name, emptyDir: {} }))
    const spec = { hostNetwork: true, containers, initContainers, volumes: [...volumes, ...own] }
    expect(complaints({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'ironic' }, spec })).toBe('')
    const names = spec.volumes.map(({ name }) => name)
    for (const container of [...containers, ...initContainers]) {
      for (const { name } of container.volumeMounts) expect(names, `${container.name}: ${name}`).toContain(name)
    }
  })

  it('are the containers of the other overlay, but for what the operator drops', () => {
    const [daemonSet] = build('ironic-image').filter(({ kind }) => kind === 'DaemonSet') as [Manifest]
    for (const name of ['bootring-api', 'bootring-conductor']) {
      const { resources: _dropped, volumeMounts, ...rest } = named(daemonSet.spec.template.spec.containers, name)
      const here = named(overrides().containers, name)
      expect(here).toMatchObject(rest)
      expect(Object.keys(here)).not.toContain('args')
      expect(here.volumeMounts).toHaveLength(volumeMounts.length)
      expect(here.volumeMounts).toEqual(expect.arrayContaining(volumeMounts))
    }
  })
})

describe('the compose files', () => {
  const services = (file: string) =>
    (
      parse(spawnSync('cat', [join(checkout, 'packaging/compose', file)], { encoding: 'utf8' }).stdout, {
        merge: true,
      }) as {
        services: Record<string, { command: string[]; read_only: boolean; cap_drop: string[]; volumes: string[] }>
      }
    ).services

  it.each(['attached.yaml', 'standalone.yaml'])('%s runs known commands without rights', (file) => {
    for (const [name, service] of Object.entries(services(file))) {
      expectKnown(['bootring', ...service.command])
      expect(service, name).toMatchObject({ read_only: true, cap_drop: ['ALL'] })
    }
  })

  it('attached.yaml mounts what is Ironic’s read-only', () => {
    for (const { volumes } of Object.values(services('attached.yaml'))) {
      const writable = volumes.filter((volume) => !volume.endsWith(':ro'))
      expect(writable.every((volume) => volume.endsWith(':/var/lib/bootring'))).toBe(true)
    }
  })
})

describeWith(missingCompose, 'the compose files, by docker-compose', () => {
  const config = (file: string, env: Record<string, string> = {}) =>
    spawnSync('docker-compose', ['--file', join(checkout, 'packaging/compose', file), 'config', '--quiet'], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, HOME: folder, ...env },
    })

  it.each([
    ['attached.yaml', { IRONIC_USER: '997:994' }],
    ['standalone.yaml', {}],
  ] as const)('%s is valid', (file, env) => {
    expect(config(file, env)).toMatchObject({ status: 0, stderr: '' })
  })

  it('attached.yaml does not start as an unknown user', () => {
    const { status, stderr } = config('attached.yaml')
    expect(status).not.toBe(0)
    expect(stderr).toContain('IRONIC_USER')
  })
})
