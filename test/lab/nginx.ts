import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Host } from './host.ts'

export interface TlsProxy {
  /** For management: TLS with a certificate that no firmware knows. */
  httpsUrl: string
  /** For firmware: boot configuration only. */
  httpUrl: string
  /** PEM file that clients of `httpsUrl` need. */
  caFile: string
}

/** Starts nginx on a host, in front of the API instances at `upstreams` (`address:port`). */
export async function startTlsProxy(host: Host, upstreams: readonly string[]): Promise<TlsProxy> {
  const folder = join(host.folder, 'nginx')
  mkdirSync(folder)
  const [certificate, key] = [join(folder, 'certificate.pem'), join(folder, 'key.pem')]
  const subject = ['-subj', `/CN=${host.name}`, '-addext', `subjectAltName=IP:${host.ip}`]
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', key]
  await host.run(['openssl', 'req', '-x509', '-days', '2', ...newKey, '-out', certificate, ...subject])
  const file = join(folder, 'nginx.conf')
  writeFileSync(file, configuration({ folder, certificate, key, upstreams }))
  host.spawn(['nginx', '-e', 'stderr', '-c', file])
  const proxy = { httpsUrl: `https://${host.urlHost}`, httpUrl: `http://${host.urlHost}`, caFile: certificate }
  await host.http({ url: proxy.httpUrl, untilStatus: 403 })
  return proxy
}

function configuration(is: { folder: string; certificate: string; key: string; upstreams: readonly string[] }): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  return `
daemon off;
user root;
worker_processes 1;
pid ${is.folder}/pid;
error_log stderr;
events {}
http {
  access_log ${is.folder}/access.log;
  ${temporary.map((name) => `${name}_temp_path ${is.folder}/${name};`).join(' ')}
  upstream api { ${is.upstreams.map((upstream) => `server ${upstream};`).join(' ')} }
  proxy_http_version 1.1;
  proxy_set_header Host $http_host;
  server {
    listen 443 ssl;
    ssl_certificate ${is.certificate};
    ssl_certificate_key ${is.key};
    location / { proxy_pass http://api; }
  }
  server {
    listen 80;
    location / { return 403; }
    location /v1/boot/ { proxy_pass http://api; }
  }
}
`
}
