import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { ImageQueue } from './image-queue.ts'

describe('ImageQueue', () => {
  function start() {
    const queue = new ImageQueue({ background: 2, urgent: 2 })
    const running: number[] = []
    const ends: (() => void)[] = []
    const queued = Array.from({ length: 8 }, (_, index) =>
      queue.add(() => {
        running.push(index)
        return new Promise<number>((resolve) => {
          ends[index] = () => resolve(index)
        })
      }),
    )
    return { running, queued, end: (index: number) => ends[index]?.() }
  }

  it('runs so many at once, in their order, and what is hurried beside them', async () => {
    const { end, queued, running } = start()
    await sleep(0)
    expect(running).toEqual([0, 1])
    // Runs already: takes none of the urgent places.
    queued[0]?.hurry()
    for (const index of [7, 5, 6]) queued[index]?.hurry()
    await sleep(0)
    expect(running).toEqual([0, 1, 7, 5])
    end(7)
    expect(await queued[7]?.done).toBe(7)
    await sleep(0)
    expect(running).toEqual([0, 1, 7, 5, 6])
    end(1)
    await sleep(0)
    expect(running).toEqual([0, 1, 7, 5, 6, 2])
  })

  it('goes on after one that failed', async () => {
    const queue = new ImageQueue({ background: 1, urgent: 1 })
    const failing = queue.add(async () => {
      throw new Error('broken')
    })
    const next = queue.add(async () => 'next')
    await expect(failing.done).rejects.toThrow('broken')
    expect(await next.done).toBe('next')
  })
})
