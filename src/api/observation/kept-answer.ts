/** An answer that costs something, kept for a while and shared by all who ask for the same meanwhile. Failures are not kept. */
export class KeptAnswer<Question, Answer> {
  readonly #keptMilliseconds: number
  readonly #find: (question: Question) => Promise<Answer>
  #kept: { question: Question; until: number; answer: Promise<Answer> } | undefined

  constructor(keptMilliseconds: number, find: (question: Question) => Promise<Answer>) {
    this.#keptMilliseconds = keptMilliseconds
    this.#find = find
  }

  async to(question: Question): Promise<Answer> {
    const now = performance.now()
    const known = this.#kept
    if (known !== undefined && known.question === question && now < known.until) return await known.answer
    const kept = { question, until: now + this.#keptMilliseconds, answer: this.#find(question) }
    this.#kept = kept
    try {
      return await kept.answer
    } catch (error) {
      if (this.#kept === kept) this.#kept = undefined
      throw error
    }
  }
}
