/** The beginnings of images, as far as anybody looks at them. */

/** A kernel for x86: a bzImage of protocol 2.15 with a 64-bit entry. */
export function bzImage({ commandLineBytes = 2047, is64 = true } = {}): Buffer {
  const image = Buffer.alloc(4096)
  image.write('MZ', 0)
  image.write('HdrS', 0x202)
  image.writeUInt16LE(0x020f, 0x206)
  image.writeUInt16LE(is64 ? 1 : 0, 0x236)
  image.writeUInt32LE(commandLineBytes, 0x238)
  return image
}

export function arm64Image(): Buffer {
  const image = Buffer.alloc(4096)
  image.write('ARM\x64', 0x38, 'latin1')
  return image
}

/** A program of UEFI for this machine type of PE. */
export function peImage(machine: number): Buffer {
  const image = Buffer.alloc(1024)
  image.write('MZ', 0)
  image.writeUInt32LE(0x80, 0x3c)
  image.write('PE\0\0', 0x80)
  image.writeUInt16LE(machine, 0x84)
  return image
}

export const gzipData = (): Buffer => Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3])
