import { describe, expect, it } from 'vitest'
import { contentTypeOf, parseFilePath, parseImagePath } from './file-path.ts'

const uuid = '1be26c0b-03f2-4d2e-ae87-c02d7f33c123'

describe('parseFilePath', () => {
  it.each([
    ['/boot.ipxe', ['boot.ipxe']],
    [`/${uuid}/deploy_kernel`, [uuid, 'deploy_kernel']],
    ['/pxelinux.cfg/52-54-00-12-34-56', ['pxelinux.cfg', '52-54-00-12-34-56']],
    ['/52%3A54%3a00:12:34:56.conf', ['52:54:00:12:34:56.conf']],
    ['/boot.ipxe?buildarch=x86_64', ['boot.ipxe']],
  ])('reads %s', (target, segments) => {
    expect(parseFilePath(target)).toEqual(segments)
  })

  it.each([
    '',
    '/',
    '//boot.ipxe',
    '/a/',
    '/a//b',
    '/.images/x',
    '/a/..',
    '/%2e%2e%2fcanary',
    '/%2e%2e/canary',
    '/a%2f..%2fb/',
    '/a%00',
    '/a%',
    '/%ff',
    '/a b',
    '/a\\b',
    '/~root',
    'boot.ipxe',
    'http://host/boot.ipxe',
    '*',
    `/${'a'.repeat(256)}`,
    `/${'a/'.repeat(1000)}a`,
  ])('refuses %j', (target) => {
    expect(parseFilePath(target)).toBeUndefined()
  })
})

describe('parseImagePath', () => {
  it.each(['deploy_kernel', 'deploy_ramdisk', 'kernel', 'ramdisk'])('knows %s', (fileName) => {
    expect(parseImagePath([uuid, fileName])).toEqual({ nodeUuid: uuid, fileName })
  })

  it.each([[[uuid, 'config']], [[uuid]], [['kernel']], [[uuid.toUpperCase(), 'kernel']], [[uuid, 'kernel', 'kernel']]])(
    'knows no %j',
    (segments) => {
      expect(parseImagePath(segments)).toBeUndefined()
    },
  )
})

describe('contentTypeOf', () => {
  it.each([
    [['boot.ipxe'], 'text/plain; charset=utf-8'],
    [[uuid, 'config'], 'text/plain; charset=utf-8'],
    [['pxelinux.cfg', '52-54-00-12-34-56'], 'text/plain; charset=utf-8'],
    [[uuid, 'deploy_kernel'], 'application/octet-stream'],
    [['index.html'], 'application/octet-stream'],
  ])('%j is %s', (segments, type) => {
    expect(contentTypeOf(segments)).toBe(type)
  })
})
