/* biome-ignore-all lint/suspicious/noTemplateCurlyInString: iPXE's own variables */
import { describe, expect, it } from 'vitest'
import { SimulatedMachine } from '../support/simulated-machine.ts'

async function run(lines: readonly string[], macs = ['52:54:00:00:00:0a', '52:54:00:00:00:0b']) {
  const machine = new SimulatedMachine({ macs, rootScript: { text: ['#!ipxe', ...lines].join('\n') } })
  const outcome = await machine.boot()
  return { machine, outcome, output: machine.output }
}

const failing = 'iseq a b'
const succeeding = 'iseq a a'

describe('a line of commands', () => {
  it.each([
    [`${succeeding} && echo yes || echo no`, ['yes', 'end']],
    [`${failing} && echo yes || echo no`, ['no', 'end']],
    [`${failing} || echo no && echo both`, ['no', 'both', 'end']],
    [`${succeeding} || echo no && echo yes`, ['yes', 'end']],
    [`${failing} && echo yes ||`, ['end']],
    [`${failing} && ${failing} || echo no`, ['no', 'end']],
    [`${failing} && echo never && echo never || echo no`, ['no', 'end']],
    [`${failing} ; echo always`, ['always', 'end']],
    ['echo before # echo a comment', ['before', 'end']],
    ['echo a#b', ['a#b', 'end']],
    ['echo one \\\ntwo', ['one two', 'end']],
    ['echo with carriage return\r', ['with carriage return', 'end']],
  ])('%s', async (line, expected) => {
    expect((await run([line, 'echo end'])).output).toEqual(expected)
  })

  it('that fails ends the script', async () => {
    const { outcome, output } = await run([`${succeeding} && ${failing}`, 'echo never'])
    expect(output).toEqual([])
    expect(outcome).toEqual({ end: 'gave-up', wanted: false, reason: 'not equal' })
  })

  it('with a command that there is not fails, and says so', async () => {
    const { machine, output } = await run(['frobnicate now || echo failed'])
    expect(output).toEqual(['failed'])
    expect(machine.of('complaint')).toMatchObject([
      { command: 'frobnicate now', reason: 'frobnicate: command not found' },
    ])
  })
})

describe('goto', () => {
  it('leaves out the rest of its line', async () => {
    expect((await run(['goto there && echo rest', 'echo between', ':there', 'echo there'])).output).toEqual(['there'])
  })

  it('finds the first of equal labels, before it too, and runs what stands beside it', async () => {
    const lines = [':again echo round', 'inc n', 'iseq ${n} 3 || goto again', ':again', 'echo end']
    expect((await run(lines)).output).toEqual(['round', 'round', 'round', 'end'])
  })

  it('fails without a label of that name', async () => {
    expect((await run(['goto nowhere || echo no'])).output).toEqual(['no'])
  })

  it('in a circle without a pause is the end of the machine', async () => {
    expect((await run([':a', 'goto a'])).outcome).toMatchObject({ end: 'lost' })
  })
})

describe('exit', () => {
  it.each([
    ['exit', true],
    ['exit 0', true],
    ['exit 0 || echo never', true],
    ['exit 1', false],
    ['exit 1 || echo never', false],
  ])('%s ends the script, wanted: %s', async (line, wanted) => {
    const { outcome, output } = await run([line, 'echo never'])
    expect(outcome).toMatchObject({ end: 'gave-up', wanted })
    expect(output).toEqual([])
  })
})

describe('settings', () => {
  it.each([
    ['${mac}', '52:54:00:00:00:0a'],
    ['${mac:hexhyp}', '52-54-00-00-00-0a'],
    ['${netX/mac:hexhyp}', '52-54-00-00-00-0a'],
    ['${net0/mac:hexraw}', '52540000000a'],
    ['${net1/mac}', '52:54:00:00:00:0b'],
    ['[${net2/mac}]', '[]'],
    ['[${net1/ip}]', '[]'],
    ['${platform}', 'pcbios'],
    ['[${nothing}]', '[]'],
    ['[${mac:nonsense}]', '[]'],
    ['${', '${'],
    ['a}b', 'a}b'],
  ])('%s', async (text, expected) => {
    expect((await run([`echo ${text}`])).output).toEqual([expected])
  })

  it('can be nested', async () => {
    expect((await run(['set nic:int32 1', 'echo ${net${nic}/mac:hexhyp}'])).output).toEqual(['52-54-00-00-00-0b'])
  })

  it('count', async () => {
    const lines = ['set n:int32 0', 'echo ${n}', 'inc n', 'inc n 0x10', 'echo ${n}', 'inc fresh 2', 'echo ${fresh}']
    expect((await run(lines)).output).toEqual(['0', '17', '2'])
  })

  it('keep a word one word, whatever is in it', async () => {
    expect((await run(['set s one two && iseq ${s} ${s} && echo ${s}'])).output).toEqual(['one two'])
  })

  it('are gone when set to nothing', async () => {
    expect((await run(['set s one', 'set s', 'isset ${s} || echo gone', 'isset ${mac} && echo there'])).output).toEqual(
      ['gone', 'there'],
    )
  })

  it('refuse what is not of the type', async () => {
    expect((await run(['set n:int32 x || echo no'])).output).toEqual(['no'])
  })
})

it('a prompt that nobody answers fails after its time-out', async () => {
  const { machine, output } = await run(['prompt --timeout 10000 Any key && reboot ||', 'echo on'])
  expect(output).toEqual(['Any key', 'on'])
  expect(machine.of('pause')).toMatchObject([{ reason: 'prompt' }])
  expect(machine.clock.pauses).toEqual([10_000])
})

it('sleep pauses for its seconds', async () => {
  const { machine } = await run(['sleep 2', 'sleep 4'])
  expect(machine.clock.pauses).toEqual([2000, 4000])
  expect(machine.of('ended')[0]?.pausedMs).toBeGreaterThanOrEqual(6000)
})

it('boot without a kernel is a success that does nothing', async () => {
  expect((await run(['boot && echo odd'])).output).toEqual(['odd'])
})
