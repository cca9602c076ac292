import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { LineSink } from '../../test/support/line-sink.ts'
import { createLogger, type LoggerOptions } from './create-logger.ts'

function start(options: Partial<LoggerOptions> = {}) {
  const sink = new LineSink()
  return { logger: createLogger({ level: 'info', format: 'json', destination: sink, ...options }), sink }
}

describe('createLogger', () => {
  it('writes JSON with the level in words and the time in ISO 8601', () => {
    const { logger, sink } = start()
    logger.info({ node: 'n1' }, 'hello')
    logger.debug('not at this level')
    expect(sink.lines).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        pid: process.pid,
        hostname: expect.any(String),
        node: 'n1',
        msg: 'hello',
      },
    ])
  })

  it('writes text for people, without colours where there is no terminal', () => {
    const { logger, sink } = start({ format: 'text' })
    logger.warn({ node: 'n1', attempts: [{ ms: 1 }], reason: 'two words' }, 'hello')
    expect(sink.text).toMatch(
      /^\d\d:\d\d:\d\d\.\d{3} WARN {2}hello node=n1 attempts=\[\{"ms":1\}\] reason="two words"\n$/,
    )
  })

  it('takes auto for JSON where there is no terminal', () => {
    const { logger, sink } = start({ format: 'auto' })
    logger.info('hello')
    expect(sink.lines).toHaveLength(1)
  })

  it.each(['json', 'text'] as const)('keeps secrets out of %s lines', (format) => {
    const { logger, sink } = start({ format })
    const secret = 'Tr0ub4dor'
    logger.info(
      {
        password: secret,
        database: { connection: `mysql+pymysql://ironic:${secret}@db/ironic` },
        headers: { authorization: `Basic ${secret}`, Authorization: `Bearer ${secret}` },
        url: `http://user:${secret}@[2001:db8::1]/x`,
        err: new Error(`cannot reach postgresql+psycopg2://ironic:${secret}@db:5432/ironic`),
      },
      `asked with Authorization: Basic ${secret}, at https://:${secret}@host`,
    )
    expect(sink.text).toContain('asked with')
    expect(sink.text).not.toContain(secret)
  })

  it('leaves addresses without credentials as they are', () => {
    const { logger, sink } = start()
    const urls = 'http://[2001:db8::1]:8080/a http://host:80/a@b ops@example.org mysql://db/x'
    logger.info(urls)
    expect(sink.lines[0]?.msg).toBe(urls)
  })

  it.each([
    ['process.exit(3)', 3],
    ['throw new Error("a mistake")', 1],
    ['', 0],
  ])('has written everything when the process ends by %j', (ending, status) => {
    const module = JSON.stringify(new URL('./create-logger.ts', import.meta.url).href)
    const program = `
      import { createLogger } from ${module}
      const logger = createLogger({ level: 'info', format: 'json' })
      for (let i = 0; i < 2000; i++) logger.info({ i }, 'line')
      ${ending}`
    const node = process.execPath
    const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', program]
    const ended = spawnSync(node, args, { encoding: 'utf8' })
    expect([ended.status, ended.stdout]).toEqual([status, ''])
    expect(ended.stderr.match(/"msg":"line"/g)).toHaveLength(2000)
  })

  it('leaves nothing behind in a process that makes many of them', async () => {
    const none = process.listenerCount('exit')
    const nowhere = openSync('/dev/null', 'w')
    const loggers = Array.from({ length: 20 }, () =>
      createLogger({ level: 'info', format: 'json', destination: nowhere }),
    )
    expect(process.listenerCount('exit')).toBe(none)
    loggers[0]?.info('a line')
    expect(process.listenerCount('exit')).toBe(none + 1)
    await expect.poll(() => process.listenerCount('exit'), { timeout: 30_000 }).toBe(none)
    closeSync(nowhere)
  })

  it.each(['process.exit(3)', 'setTimeout(() => process.exit(3), 300)', 'process.exitCode = 3'])(
    'lets the process work and end by %j where nothing can be written',
    (ending) => {
      const module = JSON.stringify(new URL('./create-logger.ts', import.meta.url).href)
      const program = `
        import { createLogger } from ${module}
        const logger = createLogger({ level: 'info', format: 'json' })
        for (let i = 0; i < 2000; i++) setImmediate(() => logger.info({ i }, 'line'))
        setTimeout(() => { console.log('worked'); ${ending} }, 100)`
      const full = openSync('/dev/full', 'w')
      const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', program]
      const ended = spawnSync(process.execPath, args, {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', full],
        timeout: 20_000,
      })
      closeSync(full)
      expect([ended.status, ended.stdout]).toEqual([3, 'worked\n'])
    },
  )

  it('lets the process end when its reader has gone', async () => {
    const module = JSON.stringify(new URL('./create-logger.ts', import.meta.url).href)
    const program = `
      import { createLogger } from ${module}
      const logger = createLogger({ level: 'info', format: 'json' })
      process.stdin.resume().on('end', () => { logger.info('nobody reads this'); process.exit(3) })`
    const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', program]
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'ignore', 'pipe'] })
    child.stderr.destroy()
    child.stdin.end()
    expect(await once(child, 'exit')).toEqual([3, null])
  })
})
