import { workerData } from 'node:worker_threads'
import { unpackEvents } from '../../model/packed-events.ts'
import { answerCalls } from '../../threads/answer-calls.ts'
import { SqliteEventFile } from './sqlite-event-file.ts'
import type { EventFileRequest, EventFileSetting } from './sqlite-event-thread-messages.ts'

/*
 * The thread in which a file of boot events is read and written: a slow disk, or another process's lock, keeps this one
 * waiting and no machine.
 */

const { creates, path } = workerData as EventFileSetting
const file = new SqliteEventFile(path, creates)

function resultOf(call: EventFileRequest): unknown {
  switch (call.what) {
    case 'append':
      return file.append(unpackEvents(call.events))
    case 'events':
      return file.events(call.filter, call.limit)
    case 'minutes':
      return file.minutes(call.since)
    case 'servedNodes':
      return file.servedNodes(call.since)
    case 'prune':
      return file.prune(call.before)
    case 'trim':
      return file.trim(call.limit)
    case 'close':
      return file.close()
  }
}

answerCalls(resultOf, ({ what }) => what === 'close')
