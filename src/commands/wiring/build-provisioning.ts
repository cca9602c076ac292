import { BootFilesFollow } from '../../conductor/boot-files/boot-files-follow.ts'
import type { UpkeepTask } from '../../conductor/conductor.ts'
import type { SessionSource } from '../../conductor/membership/live-session.ts'
import { managementHandlers } from '../../conductor/methods/management-handlers.ts'
import { provisioningHandlers } from '../../conductor/methods/provisioning-handlers.ts'
import { Provisioning } from '../../conductor/provision/provisioning.ts'
import { stateEvent } from '../../conductor/provision/state-event.ts'
import { buildWorks } from '../../conductor/provision/works.ts'
import { ExclusiveTasks } from '../../conductor/tasks/exclusive-tasks.ts'
import { NodeTasks } from '../../conductor/tasks/node-tasks.ts'
import { Workers } from '../../conductor/tasks/workers.ts'
import { finishToDo } from '../../conductor/upkeep/finish-to-do.ts'
import { OwnNodes } from '../../conductor/upkeep/own-nodes.ts'
import { pickUp } from '../../conductor/upkeep/pick-up.ts'
import { recoverPower } from '../../conductor/upkeep/recover-power.ts'
import { PowerSync } from '../../conductor/upkeep/sync-power.ts'
import { checkWaitTimeouts, type WaitTimeouts } from '../../conductor/upkeep/wait-timeouts.ts'
import type { Config } from '../../config/config.ts'
import type { HardwareRegistry } from '../../drivers/hardware-registry.ts'
import type { BootEventSink } from '../../model/boot-events.ts'
import type { Database } from '../../model/stores.ts'
import type { Logger } from '../../observe/logger.ts'
import type { FleetRings } from '../../ring/fleet-rings.ts'
import type { Handlers } from '../../rpc/contract.ts'

export interface ProvisioningSetting {
  config: Pick<Config, 'conductor'>
  database: Pick<Database, 'management' | 'reservations'>
  hardware: HardwareRegistry
  hostname: string
  rings: FleetRings
  sessions: SessionSource
  /** Removes all boot files of one node from this disk. */
  removeBootFiles(uuid: string): Promise<void>
  /** Takes changes of state. */
  events?: BootEventSink | undefined
  log: Logger
}

/** What manages nodes, of a conductor. */
export interface BuiltProvisioning {
  tasks: NodeTasks
  workers: Workers
  handlers: Omit<Handlers, 'get_boot_config'>
  upkeep: UpkeepTask[]
  pickUp(): Promise<void>
}

/** Puts together what a conductor manages nodes with: its tasks, their methods, and what it sees to from time to time. */
export function buildProvisioning(setting: ProvisioningSetting): BuiltProvisioning {
  const { database, events, hardware, hostname, log, removeBootFiles, rings, sessions } = setting
  const options = setting.config.conductor
  const workers = new Workers(options.workers_pool_size)
  const tasks = new NodeTasks({
    store: database.management,
    hardwareOf: (node) => hardware.hardwareOf(node),
    keepsHistory: options.node_history && options.node_history_max_entries > 0,
    onTransition: events && ((transition) => events.record(stateEvent(transition, hostname))),
    log,
    exclusive: new ExclusiveTasks(database.reservations, sessions),
    retry: { attempts: options.node_locked_retry_attempts, intervalSeconds: options.node_locked_retry_interval },
    workers,
  })
  const provisioning = new Provisioning(buildWorks({ automatedClean: options.automated_clean }))
  const own = new OwnNodes({ hostname, rings, management: database.management })
  const upkeep = { own, isLeaving: () => workers.isClosed, log }
  const takeUpWork = pickUp(upkeep, tasks, provisioning)
  const finish = finishToDo(upkeep, tasks)
  const takeUp = async () => {
    await takeUpWork()
    await finish()
  }
  const power = new PowerSync(upkeep, tasks, {
    force: options.force_power_state_during_sync,
    maxRetries: options.power_state_sync_max_retries,
    workers: options.sync_power_state_workers,
  })
  const checkWaits = checkWaitTimeouts(upkeep, tasks, provisioning, waitTimeouts(options))
  const prune = () => database.management.pruneHistory(options.node_history_max_entries)
  const bootFiles = new BootFilesFollow({ tasks, rings, hostname, remove: removeBootFiles, log })
  return {
    tasks,
    workers,
    handlers: {
      ...managementHandlers({
        tasks,
        store: database.management,
        sessions,
        hardware,
        rings,
        bootFiles,
        softPowerOffTimeoutSeconds: options.soft_power_off_timeout,
        mayDeleteAvailable: options.allow_deleting_available_nodes,
        log,
      }),
      ...provisioningHandlers(tasks, provisioning),
    },
    upkeep: [
      { name: 'waits', intervalSeconds: options.check_provision_state_interval, run: checkWaits },
      { name: 'work that was left', intervalSeconds: options.check_provision_state_interval, run: takeUp },
      { name: 'power', intervalSeconds: options.sync_power_state_interval, run: () => power.run() },
      {
        name: 'power failures',
        intervalSeconds: options.power_failure_recovery_interval,
        run: recoverPower(upkeep, tasks),
      },
      // Without a limit that says how much is kept, nothing goes, as in Ironic.
      {
        name: 'node history',
        intervalSeconds: options.node_history_max_entries > 0 ? options.node_history_cleanup_interval : 0,
        run: prune,
      },
    ],
    pickUp: takeUp,
  }
}

function waitTimeouts(options: Config['conductor']): WaitTimeouts {
  return new Map([
    ['wait call-back', options.deploy_callback_timeout],
    ['clean wait', options.clean_callback_timeout],
    ['rescue wait', options.rescue_callback_timeout],
    ['inspect wait', options.inspect_wait_timeout],
    ['service wait', options.service_callback_timeout],
  ])
}
