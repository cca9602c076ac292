import { parentPort, workerData } from 'node:worker_threads'
import { SqliteEventFile } from './sqlite-event-file.ts'
import type { ThreadAnswer, ThreadCall, ThreadSetting } from './sqlite-event-thread-messages.ts'

/*
 * The thread in which a file of boot events is read and written: a slow disk, or another process's lock, keeps this one
 * waiting and no machine.
 */

const { creates, path } = workerData as ThreadSetting
const file = new SqliteEventFile(path, creates)

function resultOf(call: ThreadCall): unknown {
  switch (call.what) {
    case 'append':
      return file.append(call.rows, call.counts)
    case 'events':
      return file.events(call.filter, call.limit)
    case 'minutes':
      return file.minutes(call.since)
    case 'prune':
      return file.prune(call.before)
    case 'trim':
      return file.trim(call.limit)
    case 'close':
      return file.close()
  }
}

parentPort?.on('message', (call: ThreadCall) => {
  let answer: ThreadAnswer
  try {
    answer = { id: call.id, result: resultOf(call) }
  } catch (error) {
    const { message, code, errcode, syscall } = error as Error & { code?: string; errcode?: number; syscall?: string }
    answer = { id: call.id, error: { message, code, errcode, syscall } }
  }
  parentPort?.postMessage(answer)
  if (call.what === 'close') parentPort?.close()
})
