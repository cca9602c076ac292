import { expect, it } from 'vitest'
import { aNode } from '../../../test/support/a-node.ts'
import { aWorld } from '../../../test/support/a-world.ts'
import { images } from './images.ts'
import { urls } from './urls.ts'

const facts = { node: aNode(), bootsNow: false, files: [] }
const imageAt = (url: string) => aWorld({ images: () => [{ fileName: 'deploy_kernel', url }] })

it('tells no password of a URL', async () => {
  const world = imageAt('http://reader:secret@images.example/kernel')
  const reports = (await urls.begin(world).node?.(facts)) ?? []
  expect(reports.map(({ message }) => message)).toEqual(['http://***@images.example/kernel: nobody answers'])
  const probe = async () =>
    ({
      outcome: 'answered',
      status: 200,
      bytes: 9,
      kind: { is: 'other', title: 'a web page' },
      date: undefined,
      retryAfter: undefined,
    }) as const
  const found = await images.begin({ ...world, probe }).node?.(facts)
  expect(found?.map(({ message }) => message)).toEqual([
    'http://***@images.example/kernel is to be a kernel, and is a web page',
  ])
})

it.each([
  [
    'warning',
    'file:///images/kernel',
    "Put the file there on every conductor's host; on this one /images/kernel can't be read.",
  ],
  ['error', 'file://elsewhere/kernel', 'Name a file by file:// and its absolute path on the host of the conductor.'],
])('says as %s of %s what to do', async (severity, url, remedy) => {
  const found = await urls.begin(imageAt(url)).node?.(facts)
  expect(found).toMatchObject([{ severity, message: `${url}: nobody answers`, remedy }])
})
