import { parentPort } from 'node:worker_threads'
import type { ThreadAnswer, ThreadCall } from './thread-messages.ts'

/** In a thread: answers calls, one after the other, until one that is the last. */
export function answerCalls<Request>(answer: (request: Request) => unknown, isLast = (_: Request) => false): void {
  parentPort?.on('message', ({ id, request }: ThreadCall<Request>) => {
    parentPort?.postMessage(answerOf(id, () => answer(request)))
    if (isLast(request)) parentPort?.close()
  })
}

function answerOf(id: number, work: () => unknown): ThreadAnswer {
  try {
    return { id, result: work() }
  } catch (error) {
    const { message, code, errcode, syscall } = error as Error & { code?: string; errcode?: number; syscall?: string }
    const codes = {
      ...(code !== undefined && { code }),
      ...(errcode !== undefined && { errcode }),
      ...(syscall !== undefined && { syscall }),
    }
    return { id, error: { message, codes } }
  }
}
