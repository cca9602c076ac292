import { expect, it } from 'vitest'
import { Activity } from './activity.ts'

it('is quiet at once where nobody has asked anything', async () => {
  await new Activity().quiet(3600, 3600)
})

it('waits for what is under way, and for who may come back after it', async () => {
  const activity = new Activity()
  const end = activity.begin()
  const events: string[] = []
  const quiet = activity.quiet(0.3, 3600).then(() => events.push('quiet'))
  setTimeout(() => {
    events.push('answered')
    end()
  }, 100)
  setTimeout(() => {
    const endAgain = activity.begin()
    setTimeout(() => {
      events.push('answered again')
      endAgain()
    }, 100)
  }, 200)
  await quiet
  expect(events).toEqual(['answered', 'answered again', 'quiet'])
})

it('does not wait for ever', async () => {
  const activity = new Activity()
  activity.begin()
  await activity.quiet(0, 0.1)
})
