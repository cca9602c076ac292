import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePorts } from '../src/commands/demo/free-ports.ts'
import { Child } from './child.ts'
import { fetchText } from './fetch-text.ts'

export interface StaticFileServer {
  child: Child
  url: string
  path: string
}

/**
 * nginx as one would set it up for speed: one worker, no access log, sendfile, connections kept for good. It serves one
 * file, which the kernel has in memory.
 */
export async function startNginx(folder: string, script: string): Promise<StaticFileServer> {
  const [port] = (await freePorts(1)) as [number]
  const root = join(folder, 'root')
  await mkdir(root, { recursive: true })
  await writeFile(join(root, 'boot.ipxe'), script)
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (what) => `${what}_temp_path ${join(folder, what)};`,
  )
  const config = join(folder, 'nginx.conf')
  await writeFile(
    config,
    `daemon off;
${process.getuid?.() === 0 ? 'user root;' : ''}
worker_processes 1;
pid ${join(folder, 'nginx.pid')};
events { worker_connections 1024; }
http {
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_timeout 75s;
  keepalive_requests 1000000000;
  default_type text/plain;
  ${temporary.join('\n  ')}
  server {
    listen 127.0.0.1:${port};
    root ${root};
  }
}
`,
  )
  const child = new Child('nginx', 'nginx', ['-p', folder, '-c', config, '-e', 'stderr'])
  const url = `http://127.0.0.1:${port}`
  const path = '/boot.ipxe'
  try {
    await child.until(async () => ((await fetchText(`${url}${path}`)) === script ? true : undefined), 10)
  } catch (error) {
    await child.end()
    throw error
  }
  return { child, url, path }
}
