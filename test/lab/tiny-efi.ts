/*
 * EFI applications that say that they run and switch the machine off: for architectures of which Debian has no iPXE. They stand in for the
 * loader that firmware has been told to fetch.
 */

type EfiArchitecture = keyof typeof machineTypes

const machineTypes = { arm64: 0xaa64, ia32: 0x14c } as const

/** What a machine that runs it shows on its console. */
export const efiMark = (architecture: EfiArchitecture): string => `EFI FOR ${architecture.toUpperCase()} RUNS`

const headerBytes = 0x200
const optionalHeaderAt = 0x58

/** A PE image with one section, which has all of it: code, then the text. */
export function tinyEfi(architecture: EfiArchitecture): Buffer {
  const section = Buffer.concat([code[architecture](), Buffer.from(`\r\n${efiMark(architecture)}\r\n\0`, 'utf16le')])
  const wide = architecture === 'arm64'
  const image = Buffer.alloc(headerBytes + 0x200)
  image.write('MZ', 0, 'latin1')
  image.writeUInt32LE(0x40, 0x3c)
  image.write('PE\0\0', 0x40, 'latin1')
  const optionalHeaderBytes = wide ? 0xf0 : 0xe0
  image.writeUInt16LE(machineTypes[architecture], 0x44)
  image.writeUInt16LE(1, 0x46)
  image.writeUInt16LE(optionalHeaderBytes, 0x54)
  // Executable, with line numbers and symbols stripped; 32 bits where it is so.
  image.writeUInt16LE(wide ? 0x20e : 0x30e, 0x56)
  const at = (offset: number) => optionalHeaderAt + offset
  image.writeUInt16LE(wide ? 0x20b : 0x10b, at(0))
  image.writeUInt32LE(0x200, at(4))
  // Entry point and beginning of the code.
  image.writeUInt32LE(0x1000, at(16))
  image.writeUInt32LE(0x1000, at(20))
  // Alignments in memory and in the file; sizes of the image and of the headers; an EFI application.
  image.writeUInt32LE(0x1000, at(32))
  image.writeUInt32LE(0x200, at(36))
  image.writeUInt32LE(0x2000, at(56))
  image.writeUInt32LE(headerBytes, at(60))
  image.writeUInt16LE(10, at(68))
  image.writeUInt32LE(16, at(wide ? 108 : 92))
  const row = at(optionalHeaderBytes)
  image.write('.text', row, 'latin1')
  image.writeUInt32LE(0x200, row + 8)
  image.writeUInt32LE(0x1000, row + 12)
  image.writeUInt32LE(0x200, row + 16)
  image.writeUInt32LE(headerBytes, row + 20)
  // Code that may be read and executed.
  image.writeUInt32LE(0x60000020, row + 36)
  section.copy(image, headerBytes)
  return image
}

/** ConOut->OutputString(ConOut, text), then RuntimeServices->ResetSystem(EfiResetShutdown, 0, 0, NULL), by the table that the firmware hands over. */
const code: Record<EfiArchitecture, () => Buffer> = {
  arm64: () =>
    words(
      0xaa0103f3, // mov x19, x1: the system table
      0xf9402260, // ldr x0, [x19, #64]: ConOut
      0xf9400402, // ldr x2, [x0, #8]: OutputString
      0x10000141, // adr x1, the text, 40 bytes on
      0xd63f0040, // blr x2
      0xf9402e64, // ldr x4, [x19, #88]: RuntimeServices
      0xf9403484, // ldr x4, [x4, #104]: ResetSystem
      0xd2800040, // mov x0, #2: EfiResetShutdown
      0xd2800001, // mov x1, #0
      0xd2800002, // mov x2, #0
      0xd2800003, // mov x3, #0
      0xd63f0080, // blr x4
      0x14000000, // b itself
    ),
  ia32: () =>
    Buffer.from(
      [
        '8b5c2408', // mov ebx, [esp+8]: the system table
        '8b432c', // mov eax, [ebx+44]: ConOut
        'e800000000', // call the next instruction, whose address is then on the stack
        '5a', // pop edx
        '83c219', // add edx, 25: the text
        '52', // push edx
        '50', // push eax
        'ff5004', // call [eax+4]: OutputString
        '8b4338', // mov eax, [ebx+56]: RuntimeServices
        '6a006a006a006a02', // push 0, 0, 0, EfiResetShutdown
        'ff5040', // call [eax+64]: ResetSystem
        'ebfe', // jmp itself
      ].join(''),
      'hex',
    ),
}

function words(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4)
  for (const [index, value] of values.entries()) bytes.writeUInt32LE(value, index * 4)
  return bytes
}
