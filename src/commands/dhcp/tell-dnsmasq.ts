import { readFile } from 'node:fs/promises'

/**
 * Has dnsmasq forget the hosts that it read, and read them again. Throws Error where the file names no dnsmasq: the number in an old
 * file may be another program's by now, and SIGHUP ends most.
 */
export async function tellDnsmasq(pidFile: string): Promise<void> {
  const pid = Number((await readFile(pidFile, 'utf8')).trim())
  if (!Number.isSafeInteger(pid) || pid < 2) throw new Error(`${pidFile} holds no process id`)
  const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')
  if (name.trim() !== 'dnsmasq') throw new Error(`${pidFile}: process ${pid} is no dnsmasq`)
  process.kill(pid, 'SIGHUP')
}
