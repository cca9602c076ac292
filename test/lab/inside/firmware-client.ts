/*
 * firmware-client.ts OPTIONS: a simulated firmware client, in real time; prints its events, one line of JSON for each.
 * OPTIONS is the JSON of what it is and boots.
 */
import { FirmwareClient, type FirmwareClientOptions } from '../../../storm/firmware/firmware-client.ts'
import { realClock } from '../../../storm/firmware/firmware-clock.ts'

const options = JSON.parse(process.argv[2] ?? '{}') as Pick<FirmwareClientOptions, 'macs' | 'firmware' | 'rootScript'>
const saw = (event: unknown) => process.stdout.write(`${JSON.stringify(event)}\n`)
await new FirmwareClient({ ...options, clock: realClock, observer: { saw } }).run()
