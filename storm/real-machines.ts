import type { Lab } from '../test/lab/lab.ts'
import { Machine } from '../test/lab/machine.ts'
import type { WebServer } from '../test/lab/web-server.ts'
import type { RealMachine } from './fleet-file.ts'

const bootSeconds = 300

/** How a machine in QEMU fared. */
export interface RealBoot {
  readonly name: string
  readonly firmware: 'bios' | 'uefi'
  /** From power-on to its Linux's report; undefined: it never came. */
  readonly seconds: number | undefined
  readonly why?: string
}

/** The machines with real firmware: QEMU and iPXE, from DHCP to a Linux that reports back. */
export class RealMachines {
  readonly #lab: Lab
  readonly #web: WebServer
  readonly #waiting: RealMachine[]
  readonly #boots: Promise<RealBoot>[] = []

  constructor(lab: Lab, web: WebServer, machines: readonly RealMachine[]) {
    this.#lab = lab
    this.#web = web
    this.#waiting = [...machines]
  }

  /** Switches the next ones on, and does not wait for them. */
  powerOn(count: number): void {
    for (const machine of this.#waiting.splice(0, count)) this.#boots.push(this.#boot(machine))
  }

  /** Switches on whatever was not, and waits for all. */
  async finish(): Promise<RealBoot[]> {
    this.powerOn(this.#waiting.length)
    return await Promise.all(this.#boots)
  }

  async #boot({ firmware, mac, name }: RealMachine): Promise<RealBoot> {
    const startedAt = performance.now()
    const machine = await Machine.start(this.#lab, { name, firmware, macs: [mac] })
    try {
      const isReport = ({ body, method, path }: { body: string; method: string; path: string }) =>
        method === 'POST' && path === '/report' && body.startsWith(`mac=${mac}&`)
      await this.#web.untilRequest(`the report of ${name}`, isReport, bootSeconds)
      return { name, firmware, seconds: (performance.now() - startedAt) / 1000 }
    } catch {
      return { name, firmware, seconds: undefined, why: machine.console.slice(-2_000) }
    } finally {
      await machine.kill()
    }
  }
}
