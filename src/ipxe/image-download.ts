import type { ImageArrival, ImageBytes } from './image-arrival.ts'

/** The one fetch of a URL, for all that want it. */
export class ImageDownload {
  /** Under which the content lies in the folder, when it is there. */
  readonly digest: Promise<string>
  readonly #hurry: () => void
  #arrival: ImageArrival | undefined
  #isOver = false
  #news = Promise.withResolvers<void>()

  constructor(start: (onArrival: (arrival: ImageArrival) => void) => { done: Promise<string>; hurry(): void }) {
    const { done, hurry } = start((arrival) => {
      this.#arrival = arrival
      this.#tell()
    })
    this.digest = done
    this.#hurry = hurry
    const over = () => {
      this.#isOver = true
      this.#tell()
    }
    done.then(over, over)
  }

  /** A machine waits for it. */
  hurry(): void {
    this.#hurry()
  }

  /** As soon as there is something to read, of the version that is arriving; undefined where there is nothing until the end. */
  async arriving(): Promise<ImageBytes | undefined> {
    while (!this.#isOver) {
      const offer = this.#arrival?.offer()
      if (offer) return offer
      await this.#news.promise
    }
    return undefined
  }

  #tell(): void {
    this.#news.resolve()
    this.#news = Promise.withResolvers<void>()
  }
}
