import { crc32 } from 'node:zlib'
import { randomFrom } from '../bench/random.ts'

/** An image, and what a machine that has loaded it must have got. */
export interface Image {
  readonly text: string
  readonly bytes: number
  readonly crc32: number
}

const kernelBytes = 16 * 1024
const ramdiskBytes = 64 * 1024

/** Pairs of kernels and ramdisks that differ from each other; small, as a storm is about who answers, not about bandwidth. */
export function makeImages(pairs: number, seed: number): { kernel: Image; ramdisk: Image }[] {
  const random = randomFrom(seed + 2)
  return Array.from({ length: pairs }, () => ({
    kernel: image(kernelBytes, random),
    ramdisk: image(ramdiskBytes, random),
  }))
}

function image(bytes: number, random: () => number): Image {
  const text = Array.from({ length: bytes }, () => String.fromCharCode(33 + Math.floor(random() * 90))).join('')
  return { text, bytes, crc32: crc32(text) }
}
