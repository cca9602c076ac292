import { setTimeout as pause } from 'node:timers/promises'

const lookEveryMilliseconds = 50

/** Whether anybody still asks something of this conductor: who has asked last, and what is under way. */
export class Activity {
  #underWay = 0
  #lastAt = Number.NEGATIVE_INFINITY

  /** A request has come; call the function that it returns when that has been answered. */
  begin(): () => void {
    this.#underWay += 1
    return () => {
      this.#underWay -= 1
      this.#lastAt = performance.now()
    }
  }

  /** Resolves once nothing is under way and nothing came for `quietSeconds`; at the latest after `maxSeconds`. */
  async quiet(quietSeconds: number, maxSeconds: number): Promise<void> {
    const until = performance.now() + maxSeconds * 1000
    while (performance.now() < until && !this.#isQuiet(quietSeconds)) await pause(lookEveryMilliseconds)
  }

  #isQuiet(seconds: number): boolean {
    return this.#underWay === 0 && performance.now() - this.#lastAt >= seconds * 1000
  }
}
