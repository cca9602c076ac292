import type { BootEvent, EventBatch } from './boot-events.ts'
import { boundedEvent } from './bounded-event.ts'

const firstBytes = 64 * 1024
const comma = 0x2c
/** Of one character of JavaScript's, at most. */
const mostBytes = 3

/**
 * Events as they wait, and as they go to a thread: bytes, each event bounded and as JSON. As objects or texts, the thousands
 * that a burst leaves waiting are moved and marked by the garbage collector again and again, in which machines wait; and a
 * piece of a request would keep all of it in memory.
 */
export class PackedEvents implements EventBatch {
  #buffer = Buffer.allocUnsafeSlow(0)
  #length = 0
  #count = 0

  get count(): number {
    return this.#count
  }

  /** For `unpackEvents`; good until the next one is added. */
  get bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.#length)
  }

  add(event: BootEvent): void {
    const text = JSON.stringify(boundedEvent(event))
    const needed = this.#length + 1 + text.length * mostBytes
    if (needed > this.#buffer.length) this.#resize(Math.max(firstBytes, 2 * this.#buffer.length, needed))
    if (this.#count > 0) {
      this.#buffer[this.#length] = comma
      this.#length += 1
    }
    this.#length += this.#buffer.write(text, this.#length)
    this.#count += 1
  }

  /** No more is to come for now: gives back the room that is left. */
  trim(): void {
    this.#resize(this.#length)
  }

  #resize(bytes: number): void {
    const buffer = Buffer.allocUnsafeSlow(bytes)
    this.#buffer.copy(buffer, 0, 0, this.#length)
    this.#buffer = buffer
  }
}

export function packEvents(events: Iterable<BootEvent>): PackedEvents {
  const packed = new PackedEvents()
  for (const event of events) packed.add(event)
  packed.trim()
  return packed
}

export function unpackEvents(bytes: Uint8Array): BootEvent[] {
  return JSON.parse(`[${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)}]`) as BootEvent[]
}
