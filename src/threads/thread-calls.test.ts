import { expect, it } from 'vitest'
import { ThreadCalls } from './thread-calls.ts'

/** Doubles what it is given, dies of a text, and ends without a word at 0. */
const source = `
import { parentPort } from 'node:worker_threads'
parentPort.on('message', ({ id, request }) => {
  if (typeof request === 'string') throw new Error(request)
  if (request === 0) process.exit()
  parentPort.postMessage({ id, result: request * 2 })
})`

function doubling(): ThreadCalls<unknown> {
  return new ThreadCalls({ url: new URL(`data:text/javascript,${encodeURIComponent(source)}`), name: 'doubling' })
}

it('has calls answered in a thread, which starts with the first', async () => {
  const calls = doubling()
  expect(calls.thread).toBeUndefined()
  expect(await Promise.all([calls.call(2), calls.call(3)])).toEqual([4, 6])
  await calls.thread?.terminate()
})

it('answers by another thread whoever calls as soon as one has died, whose exit is still to come', async () => {
  const calls = doubling()
  const failures = await Promise.all(
    ['first', 'second'].map((text) => calls.call(text).catch((error: Error) => error.message)),
  )
  expect(failures).toEqual(['first', 'first'])
  expect(await calls.call(4)).toBe(8)
  await calls.thread?.terminate()
})

it('says that the thread has ended to those who wait', async () => {
  const calls = doubling()
  await expect(Promise.all([calls.call(0), calls.call(1)])).rejects.toThrow('its thread has ended')
  expect(await calls.call(5)).toBe(10)
  await calls.thread?.terminate()
})

it('has nobody waiting for what could not be sent: that would keep the process', async () => {
  const calls = doubling()
  await expect(calls.call(() => 'functions can not be sent')).rejects.toThrow('could not be cloned')
  expect(await calls.call(6)).toBe(12)
  expect(process.getActiveResourcesInfo()).not.toContain('MessagePort')
  await calls.thread?.terminate()
})
