import { RestClient } from '../clients/rest-client.ts'
import type { IronicInstallation } from './ironic-installation.ts'

/** Asks Ironic which node has the address, and reports, as an agent does. Ironic then finds nobody at its address. */
export async function callAsAgent({ apiUrl }: IronicInstallation, mac: string): Promise<void> {
  const rest = new RestClient(apiUrl)
  const { config, node } = (await rest.ask('GET', `/lookup?addresses=${mac}`)) as {
    config: { agent_token: string }
    node: { uuid: string }
  }
  await rest.ask('POST', `/heartbeat/${node.uuid}`, {
    callback_url: 'https://127.0.0.77:1',
    agent_token: config.agent_token,
    agent_version: '9.4.0',
  })
}
