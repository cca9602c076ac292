import { parentPort } from 'node:worker_threads'
import { compareSync } from 'bcryptjs'

/* The thread in which passwords are checked: bcrypt is slow by design, and no machine that boots is to wait for it. */

export interface PasswordCall {
  readonly id: number
  readonly password: string
  readonly hash: string
}

export interface PasswordAnswer {
  readonly id: number
  readonly matches: boolean
}

parentPort?.on('message', ({ hash, id, password }: PasswordCall) => {
  parentPort?.postMessage({ id, matches: compareSync(password, hash) } satisfies PasswordAnswer)
})
