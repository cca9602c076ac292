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
