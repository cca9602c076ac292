import { expect, it } from 'vitest'
import type { BootFileIndex } from './boot-file-index.ts'
import { ChangeList } from './change-list.ts'
import { listBootFiles } from './handlers.ts'
import type { ListedFile } from './listed-file.ts'

it('refuses those who would have to wait when too many do, and answers those who would not', async () => {
  const changes = new ChangeList<ListedFile>({ maxRemovals: 10, maxWaiting: 2 })
  const list = listBootFiles({ changes } as BootFileIndex, { ready: true })
  const { epoch } = changes
  const ask = (params: Parameters<typeof list>[0]) => list(params, { requestId: 'req-1' })
  const waiting = [1, 2].map(() => ask({ epoch, since: 1, wait: 20 }))
  await expect(ask({ epoch, since: 1, wait: 20 })).rejects.toMatchObject({ code: 'Overloaded' })
  expect(await ask({ epoch: '', since: 0, wait: 20 })).toMatchObject({ restarted: true, next: 1 })
  expect(await ask({ epoch, since: 1, wait: 0 })).toMatchObject({ restarted: false, next: 1 })
  changes.close()
  await Promise.all(waiting)
})
