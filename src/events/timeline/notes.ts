import type { StoredBootEvent } from '../../model/boot-events.ts'
import type { Boot } from '../../model/boots.ts'

type Notes = Boot['notes']

/** What is remarkable about a boot besides its verdict. Its events are in order. */
export function notesOf(events: readonly StoredBootEvent[]): Notes {
  const scripts = events.filter(({ kind }) => kind === 'script')
  const served = scripts.filter(({ outcome }) => outcome === 'served')
  return [
    ...wrongNic(scripts),
    ...askedTwice(served),
    ...ownerPassedOver(served),
    ...databaseAway(served),
    ...brokenAndAgain(events),
  ]
}

/** It asked with a NIC that no port has, and with one that a port has. */
function wrongNic(scripts: readonly StoredBootEvent[]): Notes {
  const right = scripts.find(({ node_uuid }) => node_uuid !== null)
  const wrong = new Set(
    scripts.filter(({ code, mac }) => code === 'PortNotFound' && mac !== right?.mac).map((one) => one.mac),
  )
  if (right === undefined || wrong.size === 0) return []
  const macs = [...wrong].join(', ')
  return [{ note: 'wrong NIC asked', detail: `it asked with ${macs}, which no port has, and with ${right.mac}` }]
}

function askedTwice(served: readonly StoredBootEvent[]): Notes {
  const most = [...Map.groupBy(served, ({ name }) => name).values()].find((all) => all.length > 1)
  if (most === undefined) return []
  const [first, second] = most as [StoredBootEvent, StoredBootEvent]
  const seconds = Math.round((second.at - first.at) / 100) / 10
  return [
    {
      note: 'asked twice',
      detail: `it got ${first.name ?? 'its script'} ${most.length} times, again after ${seconds} s`,
    },
  ]
}

/** Somebody else answered in the owner's place: because it could not, or because it had not by then. */
function ownerPassedOver(served: readonly StoredBootEvent[]): Notes {
  const event = served.findLast(({ conductor, owner }) => owner !== null && conductor !== null && conductor !== owner)
  if (event === undefined) return []
  const { conductor, owner, steps } = event
  const asked = steps.find(({ passedBy, step }) => step === owner && !passedBy)
  const passed = steps.find(({ passedBy, step }) => step === owner && passedBy)
  const isLate = asked === undefined ? passed?.late === true : asked.late === true || asked.error === undefined
  const answered = `${conductor} answered in its place`
  if (!isLate) {
    // Who has failed lately is asked last.
    const why = asked === undefined ? 'had failed before and was not asked' : `could not answer (${asked.error})`
    return [{ note: 'owner dead, answered by another', detail: `its owner ${owner} ${why}; ${answered}` }]
  }
  const why =
    asked === undefined
      ? 'had not answered others in time and was not asked'
      : `had not answered within ${Math.round(asked.milliseconds)} ms`
  return [{ note: 'owner late, answered by another', detail: `its owner ${owner} ${why}; ${answered}` }]
}

/** Scripts that are served with a code are served in spite of it. */
function databaseAway(served: readonly StoredBootEvent[]): Notes {
  const event = served.find(({ code }) => code === 'DatabaseUnavailable')
  if (event === undefined) return []
  return [
    {
      note: 'served while the database was away',
      detail: event.reason ?? 'the database did not answer, and it got the script that was served before',
    },
  ]
}

function brokenAndAgain(events: readonly StoredBootEvent[]): Notes {
  const broken = events.find(({ kind, outcome }) => kind === 'file' && outcome === 'broken')
  const again = events.some(
    ({ at, kind, name, outcome }) =>
      kind === 'file' && outcome === 'served' && name === broken?.name && at >= (broken?.at ?? 0),
  )
  if (broken === undefined || !again) return []
  return [{ note: 'asked again after a broken download', detail: `${broken.name} did not arrive whole at first` }]
}
