import type { Cancel, FirmwareClock } from './firmware-clock.ts'
import { FirmwareEnded } from './firmware-ended.ts'
import type { FirmwareObserver, LoadedImage, PauseReason } from './firmware-events.ts'
import { type Command, commands, type Failure } from './ipxe-commands.ts'
import type { IpxeHttp } from './ipxe-http.ts'
import { IpxeImage } from './ipxe-image.ts'
import { type IpxeScript, parseIpxeScript } from './ipxe-script.ts'
import type { IpxeSettings } from './ipxe-settings.ts'
import { type IpxeUrl, parseIpxeUrl } from './ipxe-url.ts'

export interface ShellParts {
  firmware: 'bios' | 'uefi'
  http: IpxeHttp
  settings: IpxeSettings
  clock: FirmwareClock
  observer: FirmwareObserver
}

/** A script that runs. */
interface Frame {
  script: IpxeScript
  /** The line to run next. */
  next: number
  depth: number
  replacement: IpxeImage | undefined
}

/** So many commands without a wait are an endless loop. */
const maxCommandsAtOnce = 50_000

/** iPXE's command interpreter: one machine's scripts, images and settings. */
export class IpxeShell {
  readonly settings: IpxeSettings
  readonly firmware: 'bios' | 'uefi'
  /** All that are registered. */
  images: IpxeImage[] = []
  selected: IpxeImage | undefined
  /** Sum of the pauses that scripts made. */
  pausedMs = 0
  readonly #http: IpxeHttp
  readonly #clock: FirmwareClock
  readonly #observer: FirmwareObserver
  /** What relative URLs are relative to. */
  #base: IpxeUrl | undefined
  #frame: Frame | undefined
  /** Ends the current line, or the current script: `goto` and `exit`. */
  #stop: 'line' | 'script' | undefined
  #commandsAtOnce = 0
  #off = false
  #pause: { cancel: Cancel; done: () => void } | undefined

  constructor({ firmware, http, settings, clock, observer }: ShellParts) {
    this.firmware = firmware
    this.settings = settings
    this.#http = http
    this.#clock = clock
    this.#observer = observer
  }

  /** What it waits for now. */
  get doing(): string {
    return this.#http.doing ?? (this.#pause ? 'pauses' : 'runs a script')
  }

  /** Runs a script to its end. Throws `FirmwareEnded` where the machine has a fate of its own. */
  async run(image: IpxeImage): Promise<Failure> {
    const text = image.script ?? ''
    const [outer, outerBase] = [this.#frame, this.#base]
    const depth = outer ? outer.depth + 1 : 0
    const frame: Frame = { script: parseIpxeScript(text), next: 0, depth, replacement: undefined }
    const [atMs, pausedMs, url] = [this.#clock.nowMs(), this.#http.pausedMs + this.pausedMs, image.url?.text]
    this.#observer.saw({ type: 'script', atMs, pausedMs, depth, url, text })
    this.#frame = frame
    this.#base = image.url ?? outerBase
    this.unregister(image)
    const failure = await this.#runLines(frame)
    if (!frame.replacement && !image.autofree) this.images.push(image)
    this.#frame = outer
    this.#base = outerBase
    return frame.replacement ? await this.run(frame.replacement) : failure
  }

  /** Goes on at a label. */
  goto(label: string): Failure {
    const line = this.#frame?.script.labels.get(label)
    if (line === undefined || !this.#frame) return `no label ${label}`
    this.#frame.next = line
    this.#stop = 'line'
    return undefined
  }

  /** Ends the running script. */
  exit(): void {
    this.#stop = 'script'
  }

  /** Ends the running script and has another in its place. */
  replaceBy(image: IpxeImage): void {
    if (this.#frame) this.#frame.replacement = image
    this.exit()
  }

  /** Fetches a file; it is registered when it has arrived whole. */
  async download(reference: string, timeoutMs: number): Promise<IpxeImage | string> {
    const url = parseIpxeUrl(reference, this.#base)
    if (url?.scheme !== 'http') return this.complain(reference, 'a URL that this firmware has no protocol for')
    const image = new IpxeImage()
    const result = await this.#http.fetch({ url, timeoutMs, body: (piece) => image.take(piece) })
    this.#waited()
    if (result.failure !== undefined) {
      if (result.hangs) throw new FirmwareEnded({ end: 'lost', reason: `${result.failure}: ${url.text}` })
      return result.failure
    }
    image.url = result.url
    image.name = decodeURIComponent(url.target.replace(/\?.*/, '').replace(/^.*\//, ''))
    this.images.push(image)
    return image
  }

  unregister(image: IpxeImage): void {
    this.images = this.images.filter((other) => other !== image)
    if (this.selected === image) this.selected = undefined
  }

  /** Executes an image that is no script, or only pretends to be one. */
  execute(image: IpxeImage): Promise<Failure> | Failure {
    if (image.script !== undefined) return this.run(image)
    if (image === this.selected) {
      const initrds = this.images.filter((other) => other !== image).map(loaded)
      throw new FirmwareEnded({ end: 'booted', kernel: loaded(image), initrds })
    }
    if (this.firmware === 'uefi' || !image.passesForBootProgram) return 'exec format error'
    throw new FirmwareEnded({ end: 'lost', reason: `runs ${image.url?.text}, which is no script, as a boot program` })
  }

  async pause(ms: number, reason: PauseReason): Promise<void> {
    const atMs = this.#clock.nowMs()
    await new Promise<void>((done) => {
      this.#pause = { done, cancel: this.#clock.pause(ms, done) }
    })
    this.#pause = undefined
    const waitedMs = this.#clock.nowMs() - atMs
    this.pausedMs += waitedMs
    this.#observer.saw({ type: 'pause', atMs, ms: waitedMs, reason })
    this.#waited()
  }

  print(text: string): void {
    this.#observer.saw({ type: 'output', atMs: this.#clock.nowMs(), text })
  }

  /** Reports what should not be in a script at all: the reason. */
  complain(command: string, reason: string): string {
    this.#observer.saw({ type: 'complaint', atMs: this.#clock.nowMs(), command, reason })
    return reason
  }

  /** No power any more: what it waits for ends, and it runs no further command. */
  powerOff(): void {
    this.#off = true
    this.#pause?.cancel()
    this.#pause?.done()
  }

  async #runLines(frame: Frame): Promise<Failure> {
    let failure: Failure
    while (frame.next < frame.script.lines.length) {
      const line = frame.script.lines[frame.next]
      frame.next += 1
      // As src/core/exec.c has it: what is left out hands on the status of what ran last.
      let wanted = true
      failure = undefined
      for (const { words, next } of line?.commands ?? []) {
        if (wanted) {
          const result = this.#execute(words)
          failure = result instanceof Promise ? await result : result
          if (this.#stop) break
        }
        wanted = next === 'always' || (next === 'success') === (failure === undefined)
      }
      const stop = this.#stop
      this.#stop = undefined
      if (stop === 'script' || failure !== undefined) break
    }
    return failure
  }

  #execute(words: readonly string[]): Promise<Failure> | Failure {
    this.#commandsAtOnce += 1
    if (this.#commandsAtOnce > maxCommandsAtOnce)
      throw new FirmwareEnded({ end: 'lost', reason: 'a script goes round in a circle without a pause' })
    const [name, ...rest] = words.map((word) => (word.includes('${') ? this.settings.expand(word) : word))
    if (name === undefined) return undefined
    const command: Command | undefined = commands.get(name)
    return command ? command(this, rest) : this.complain(words.join(' '), `${name}: command not found`)
  }

  #waited(): void {
    this.#commandsAtOnce = 0
    if (this.#off) throw new FirmwareEnded({ end: 'powered-off', doing: '' })
  }
}

function loaded({ name, url, bytes, crc32, commandLine }: IpxeImage): LoadedImage {
  return { name, url: url?.text ?? '', bytes, crc32, commandLine }
}
