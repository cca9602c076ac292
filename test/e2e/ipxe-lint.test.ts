/* biome-ignore-all lint/suspicious/noTemplateCurlyInString: iPXE's own variables */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { lintScript } from '../../src/ipxe/lint/lint-script.ts'
import { startDnsmasq } from '../lab/dnsmasq.ts'
import { Lab } from '../lab/lab.ts'
import { Machine } from '../lab/machine.ts'
import { describeInLab } from '../lab/require-lab.ts'
import { WebServer } from '../lab/web-server.ts'

/** Lines after `#!ipxe`; each script gets to its end where iPXE finds no fault with it. */
const well: Record<string, string[]> = {
  'failures that are passed over': ['isset ${nothing} ||', 'imgfetch ${nothing} || echo no'],
  'continued lines': ['isset \\', '${mac}'],
  'comments within lines': ['isset ${mac} # and || exit 1'],
  'labels with a command after them': ['goto here', 'exit 1', ':here isset ${mac}'],
  'labels that a variable names': ['set to there', 'goto ${to}', 'exit 1', ':there'],
  'nested variables': ['set n:int32 0', 'isset ${net${n}/mac:hexhyp}'],
  'both operators in a line': ['isset ${nothing} && exit 1 || isset ${mac}'],
  semicolons: ['isset ${nothing} ; isset ${mac}'],
  'lines that end with CR': ['isset ${mac}\r', 'goto end\r', 'exit 1\r', ':end\r'],
  'letters for options': ['imgfetch -n some -t 5000 ${base}/well', 'imgstat some', 'imgfree some'],
  'long lines': [`set long ${'x'.repeat(1_900)}`, 'isset ${long}'],
}

const broken: Record<string, string[]> = {
  'unknown commands': ['kernal ${base}/well'],
  'unknown options': ['imgfetch --autofre ${base}/well'],
  'options without a value': ['prompt --timeout'],
  'too few words': ['iseq ${mac}'],
  'too many words': ['isset ${mac} ${ip}'],
  'labels that are missing': ['goto nowhere', ':somewhere'],
  'operators without blanks': ['isset ${mac}||echo yes'],
  'half an operator': ['isset ${mac} | echo yes'],
  'unknown types': ['set a:int64 1'],
  'labels that are there twice': ['goto a', ':a', 'isset ${b} && exit 0 ||', 'isset ${b} || exit 1', ':a', 'exit 0'],
}

describeInLab('what lint says of scripts is what iPXE makes of them', () => {
  const scripts = Object.entries({ ...well, ...broken }).map(([name, lines], index) => ({
    name,
    index,
    isWell: name in well,
    lines,
  }))
  const outcomes = new Map<number, string>()
  let lab: Lab

  beforeAll(async () => {
    lab = await Lab.open()
    const host = await lab.host('dhcp.lab.example', { ipv4: '10.77.0.1', ipv6: 'fd77::1' })
    const web = await WebServer.start(host)
    const driver = ['#!ipxe', `set base ${web.url}`]
    for (const { index, lines } of scripts) {
      for (const end of ['well', 'failed']) web.put(`${end}-${index}`, end)
      web.put(`script-${index}`, ['#!ipxe', ...lines, ''].join('\n'))
      driver.push(
        `chain --autofree ${web.url}/script-${index} && imgfetch ${web.url}/well-${index} || imgfetch ${web.url}/failed-${index} ||`,
      )
    }
    web.put('well', 'well')
    web.put('boot.ipxe', [...driver, `imgfetch ${web.url}/done ||`, 'poweroff', ''].join('\n'))
    await startDnsmasq(host, { bootUrl: `${web.url}/boot.ipxe` })
    const machine = await Machine.start(lab, { name: 'linted', firmware: 'bios', macs: ['52:54:00:77:0d:01'] })
    await machine.untilConsole('/done', 120)
    for (const { path } of web.requests) {
      const said = /^\/(well|failed)-(\d+)$/.exec(path)
      if (said) outcomes.set(Number(said[2]), said[1] ?? '')
    }
    await machine.kill()
  }, 180_000)

  afterAll(async () => {
    await lab?.close()
  })

  it.each(scripts)('$name', ({ index, isWell, lines }) => {
    const errors = lintScript(['#!ipxe', ...lines, ''].join('\n'), new Set(['base'])).filter(
      ({ severity }) => severity === 'error',
    )
    expect(errors.length === 0).toBe(isWell)
    expect(outcomes.get(index)).toBe(isWell ? 'well' : 'failed')
  })
})
