import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Host } from '../lab/host.ts'
import { labImages } from '../lab/lab-images.ts'
import type { LabProcess } from '../lab/lab-process.ts'

/** Where `startConductorsWebServer` has what every node boots, whichever node's kernel or ramdisk is asked for. */
export const sameImagesPort = 8081

/**
 * Starts nginx on a conductor's host, as installations of Ironic have it: port 8080 gives out what is below `httpRoot`.
 * Its other port stands in for that of a host that is gone.
 */
export async function startConductorsWebServer(host: Host, httpRoot: string): Promise<LabProcess> {
  const folder = join(host.folder, `nginx-${host.name}`)
  const agent = join(folder, 'agent')
  mkdirSync(agent, { recursive: true })
  symlinkSync(labImages.kernel, join(agent, 'deploy_kernel'))
  symlinkSync(labImages.ramdisk, join(agent, 'deploy_ramdisk'))
  const file = join(folder, 'nginx.conf')
  writeFileSync(file, configuration(folder, httpRoot, agent))
  const server = host.spawn(['nginx', '-e', 'stderr', '-c', file])
  await host.http({ url: `http://${host.ip}:8080/not-there`, untilStatus: 404 })
  return server
}

// One process, so that one signal ends it.
const configuration = (folder: string, httpRoot: string, agent: string) => `
daemon off;
master_process off;
pid ${folder}/pid;
error_log stderr;
events {}
http {
  access_log ${folder}/access.log;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`).join(' ')}
  server {
    listen 8080;
    root ${httpRoot};
  }
  server {
    listen ${sameImagesPort};
    root ${agent};
    rewrite ^/[^/]+/(deploy_kernel|deploy_ramdisk)$ /$1 break;
  }
}
`
