import { describe, expect, it } from 'vitest'
import { Workers } from './workers.ts'

const refusal = expect.objectContaining({ code: 'Overloaded' })

describe('Workers', () => {
  it('are as many as there are', () => {
    const workers = new Workers(2)
    const free = workers.take()
    workers.take()
    expect(() => workers.take()).toThrow(refusal)
    free()
    free()
    expect(workers.busy).toBe(1)
    workers.take()
    expect(() => workers.take()).toThrow(refusal)
  })

  it('say when all have ended', async () => {
    const workers = new Workers(2)
    await workers.idle()
    const ends = [workers.take(), workers.take()]
    let isIdle = false
    const idle = workers.idle().then(() => {
      isIdle = true
    })
    ends[0]?.()
    await Promise.resolve()
    expect(isIdle).toBe(false)
    ends[1]?.()
    await idle
  })

  it('take nothing on once they are closed', () => {
    const workers = new Workers(2)
    workers.close()
    expect(() => workers.take()).toThrow(refusal)
  })
})
