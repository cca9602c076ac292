/* biome-ignore-all lint/suspicious/noTemplateCurlyInString: iPXE's own variables */
import { expect, it } from 'vitest'
import { arm64Image, bzImage, gzipData, peImage } from '../../../test/support/boot-images.ts'
import { architectureNamed, imageKind, runs } from './image-kind.ts'
import { urlsOf } from './script-urls.ts'

it('knows kernels by their headers', () => {
  expect(imageKind(bzImage())).toMatchObject({ is: 'kernel', architecture: 'x86_64', commandLineBytes: 2047 })
  expect(imageKind(bzImage({ is64: false }))).toMatchObject({ is: 'kernel', architecture: 'i386' })
  expect(imageKind(arm64Image())).toMatchObject({ is: 'kernel', architecture: 'aarch64' })
  expect(imageKind(peImage(0xaa64))).toMatchObject({ is: 'kernel', architecture: 'aarch64' })
  expect(imageKind(peImage(0x8664))).toMatchObject({ is: 'kernel', architecture: 'x86_64' })
})

it.each([
  ['gzip data', gzipData()],
  ['xz data', Buffer.from('fd377a585a00', 'hex')],
  ['zstd data', Buffer.from('28b52ffd00', 'hex')],
  ['lz4 data', Buffer.from('02214c18', 'hex')],
  ['cpio data', Buffer.from('07070100000000')],
])('knows %s', (title, head) => {
  expect(imageKind(head)).toEqual({ is: 'archive', title })
})

it('knows what else lies about where images should be', () => {
  const kinds = ['', ' <html>', '#!ipxe\n', '{"error": 1}', 'x'].map((text) => imageKind(Buffer.from(text)).title)
  expect(kinds).toEqual(['empty', 'a web page', 'a script of iPXE', 'JSON', 'of no kind that is known'])
  // Whatever is cut off within a header is no reason to fail.
  for (let length = 0; length < 0x240; length += 7) expect(imageKind(bzImage().subarray(0, length))).toBeDefined()
  for (let length = 0; length < 0x90; length += 1) expect(imageKind(peImage(0x8664).subarray(0, length))).toBeDefined()
})

it('takes architectures by all their names', () => {
  expect(['x86_64', 'AMD64', 'arm64', 'aarch64', 'i686', 'vax', 1].map(architectureNamed)).toEqual([
    'x86_64',
    'x86_64',
    'aarch64',
    'aarch64',
    'i386',
    undefined,
    undefined,
  ])
  expect(runs('x86_64', 'i386')).toBe(true)
  expect(runs('i386', 'x86_64')).toBe(false)
})

it('finds the URLs of files for each loader', () => {
  const short = (name: string, text: string) =>
    urlsOf(name, text).map(({ line, role, url }) => `${line} ${role} ${url}`)
  expect(
    short(
      'boot.ipxe',
      '#!ipxe\nkernel --timeout 5 http://a/k quiet ||\ninitrd http://a/i\nchain http://a/${mac}\nchain tftp://a/b\n',
    ),
  ).toEqual(['2 kernel http://a/k', '3 initrd http://a/i'])
  expect(
    short(
      'grub.cfg',
      'echo Fetching (http,a:80)/k\nif linux (http,a:80)/k ro; then\n  if initrd (http,a:80)/i; then\n',
    ),
  ).toEqual(['2 kernel http://a:80/k', '3 initrd http://a:80/i'])
  expect(short('pxelinux.cfg', 'kernel http://a/k\nappend initrd=http://a/i ipa-api-url=http://b:6385\n')).toEqual([
    '1 kernel http://a/k',
    '2 initrd http://a/i',
  ])
})
