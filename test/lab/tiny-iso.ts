const sectorBytes = 2048
const sectors = { volume: 16, bootRecord: 17, terminator: 18, catalog: 19, program: 20, end: 21 }

/** What a machine that booted the ISO shows on its serial console before it switches itself off. */
export const isoMark = 'ISO HAS BOOTED'

/** An ISO image for a PC's BIOS, just large enough to be booted (El Torito without emulation). */
export function tinyIso(): Buffer {
  const iso = Buffer.alloc(sectors.end * sectorBytes)
  const at = (sector: number, offset = 0) => sector * sectorBytes + offset
  for (const [sector, type] of [
    [sectors.volume, 1],
    [sectors.bootRecord, 0],
    [sectors.terminator, 255],
  ] as const) {
    iso[at(sector)] = type
    iso.write('CD001\x01', at(sector, 1), 'latin1')
  }
  iso.write('EL TORITO SPECIFICATION', at(sectors.bootRecord, 7), 'latin1')
  iso.writeUInt32LE(sectors.catalog, at(sectors.bootRecord, 0x47))
  // The entry that vouches for the catalogue: its words add up to 0.
  iso[at(sectors.catalog)] = 1
  iso.writeUInt16LE(0xaa55, at(sectors.catalog, 30))
  iso.writeUInt16LE(0x10000 - 0xaa55 - 1, at(sectors.catalog, 28))
  // Bootable, no emulation, four sectors of 512 bytes.
  iso[at(sectors.catalog, 32)] = 0x88
  iso.writeUInt16LE(4, at(sectors.catalog, 38))
  iso.writeUInt32LE(sectors.program, at(sectors.catalog, 40))
  program().copy(iso, at(sectors.program))
  return iso
}

/** Real-mode code that writes the mark to the first serial port, and switches QEMU's PC off. */
function program(): Buffer {
  const text = Buffer.from(`\r\n${isoMark}\r\n\0`, 'latin1')
  return Buffer.concat([
    // cld; mov dx, 0x3f8; call behind the text, whose address is then on the stack
    Buffer.from([0xfc, 0xba, 0xf8, 0x03, 0xe8, text.length, 0x00]),
    text,
    // pop si; next: lodsb from cs; or al, al; jz done; out dx, al; jmp next
    Buffer.from([0x5e, 0x2e, 0xac, 0x08, 0xc0, 0x74, 0x03, 0xee, 0xeb, 0xf7]),
    // done: mov dx, 0x604; mov ax, 0x2000 (ACPI: soft off); out dx, ax; hlt, for ever
    Buffer.from([0xba, 0x04, 0x06, 0xb8, 0x00, 0x20, 0xef, 0xf4, 0xeb, 0xfd]),
  ])
}
