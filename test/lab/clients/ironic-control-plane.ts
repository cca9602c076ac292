import { IronicInstallation } from '../ironic/ironic-installation.ts'
import type { IronicRelease } from '../ironic/ironic-release.ts'
import { type ControlPlane, clientSettings } from './control-plane.ts'

/**
 * A real Ironic in bootring's place. Nothing starts it by itself: whoever wants to know what Ironic does in a test of the
 * clients puts it into that test instead of `startBootringControlPlane`.
 */
export async function startIronicControlPlane(release: IronicRelease = 'newest'): Promise<ControlPlane> {
  const ironic = await IronicInstallation.start({
    release,
    database: 'sqlite',
    conductors: [{}],
    ini: clientSettings,
  })
  return {
    endpoint: ironic.apiUrl,
    conductor: ironic.conductorName(0),
    kernel: `file://${ironic.kernel}`,
    ramdisk: `file://${ironic.ramdisk}`,
    cleanStep: { interface: 'vendor', step: 'log_passthrough' },
    logs: () => ironic.logs(),
    stop: () => ironic.stop(),
  }
}
