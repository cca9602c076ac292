import { crc32 } from 'node:zlib'
import { isIpxeScript } from './ipxe-script.ts'
import type { IpxeUrl } from './ipxe-url.ts'

const scriptMagicLength = 7

/** Above that iPXE's BIOS build takes nothing for a boot program (src/arch/x86/image/pxe_image.c). */
const maxBootProgramBytes = 0xa0000 - 0x7c00

/** A file that iPXE fetched. Of anything but a script only length and checksum are kept. */
export class IpxeImage {
  name = ''
  url: IpxeUrl | undefined
  commandLine = ''
  autofree = false
  bytes = 0
  crc32 = 0
  #pieces: Buffer[] | undefined = []
  #script: string | undefined

  /** An image of a text that nobody had to fetch. */
  static ofText(text: string): IpxeImage {
    const image = new IpxeImage()
    image.take(Buffer.from(text))
    return image
  }

  /** The next piece of its content, valid during the call only. */
  take(piece: Buffer): void {
    this.crc32 = crc32(piece, this.crc32)
    this.bytes += piece.length
    if (!this.#pieces) return
    this.#pieces.push(Buffer.from(piece))
    const [first = piece] = this.#pieces
    const begin = first.length >= scriptMagicLength ? first : Buffer.concat(this.#pieces)
    if (begin.length >= scriptMagicLength && !isIpxeScript(begin.toString('latin1', 0, scriptMagicLength)))
      this.#pieces = undefined
  }

  /** Its text if it is a script. */
  get script(): string | undefined {
    if (this.#pieces && this.bytes >= scriptMagicLength) {
      this.#script = Buffer.concat(this.#pieces).toString()
      this.#pieces = undefined
    }
    return this.#script
  }

  /** Whether the BIOS build would jump into it, whatever it is. */
  get passesForBootProgram(): boolean {
    return this.bytes > 0 && this.bytes <= maxBootProgramBytes
  }
}
