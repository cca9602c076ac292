import { spawnSync } from 'node:child_process'
import { hostname } from 'node:os'
import { describe, expect, it } from 'vitest'
import { fullHostName } from './full-host-name.ts'

const python = spawnSync('python3', ['-c', 'import socket; print(socket.getfqdn())'], { encoding: 'utf8' })

describe('the full name of a host', () => {
  it.skipIf(python.status !== 0)("is what Python's socket.getfqdn() says of this machine", () => {
    expect(fullHostName(hostname())).toBe(python.stdout.trim())
  })

  it('is the name itself where nothing knows it', () => {
    expect(fullHostName('bootring-test.invalid')).toBe('bootring-test.invalid')
  })
})
