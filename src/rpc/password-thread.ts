import { compareSync } from 'bcryptjs'
import { answerCalls } from '../threads/answer-calls.ts'

/* The thread in which passwords are checked: bcrypt is slow by design, and no machine that boots is to wait for it. */

export interface PasswordCall {
  readonly password: string
  readonly hash: string
}

answerCalls(({ hash, password }: PasswordCall) => compareSync(password, hash))
