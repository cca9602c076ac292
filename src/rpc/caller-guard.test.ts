import { expect, it } from 'vitest'
import { recordingLogger } from '../../test/support/recording-logger.ts'
import { createCallerGuard } from './caller-guard.ts'

it('says in the log who was refused, and not as often as somebody likes', () => {
  const log = recordingLogger()
  const guard = createCallerGuard({ strategy: 'noauth', names: new Set() }, log)
  for (let call = 0; call < 1000; call++) expect(guard({ host: 'evil.example' }, '127.0.0.1')).toBeDefined()
  expect(log.lines.length).toBeGreaterThan(0)
  expect(log.lines.length).toBeLessThan(100)
})

it('looks at each name, whoever has called before', () => {
  const guard = createCallerGuard({ strategy: 'noauth', names: new Set(['cond-1']) }, recordingLogger())
  const statusOf = (host: string) => {
    const refusal = guard({ host }, '127.0.0.1')
    return refusal instanceof Promise ? refusal : refusal?.status
  }
  const hosts = ['cond-1:8089', 'evil.example', 'cond-1:8089', '127.0.0.1:8089', 'evil.example', 'localhost']
  expect(hosts.map(statusOf)).toEqual([undefined, 403, undefined, undefined, 403, undefined])
})
