import type { ImageUrlRule } from '../../config/image-url-map.ts'
import type { BootNodeStore, NodeStateStore } from '../../model/stores.ts'
import type { Logger } from '../../observe/logger.ts'
import type { FleetRings } from '../../ring/fleet-rings.ts'
import type { ConductorClient, Handler } from '../../rpc/contract.ts'
import type { BootCopies } from '../boot-copies.ts'
import { InTurn } from '../in-turn.ts'
import type { IronicFiles } from '../ironic-files.ts'
import type { OwnNames } from '../own-names.ts'
import { BootFileIndex } from './boot-file-index.ts'
import { CopyStore } from './copy-store.ts'
import { getBootFile, listBootFiles } from './handlers.ts'
import { IndexKeeper, type Pace, usualPace } from './index-keeper.ts'
import { longestWaitSeconds } from './limits.ts'
import { urlReplacer } from './replace-urls.ts'
import { Replicator, type ReplicatorPace, usualReplicatorPace } from './replicator.ts'
import { ServedCopies } from './served-copies.ts'
import { sweep } from './sweep.ts'

export interface ReplicationOptions {
  files: Pick<IronicFiles, 'find' | 'nodeUuids'>
  /** `[deploy]http_root` and `[pxe]tftp_root`. */
  httpRoot: string
  tftpRoot: string
  nodes: NodeStateStore & BootNodeStore
  rings: Pick<FleetRings, 'owner' | 'conductors' | 'refresh'>
  names: Pick<OwnNames, 'registered'>
  /** Calls other hosts' bootring conductors by the names under which Ironic's are registered. */
  client: ConductorClient
  /** `[bootring]replica_path`. */
  replicaPath: string
  /** `[bootring]image_url_map`. */
  imageUrlMap: readonly ImageUrlRule[]
  log: Logger
  pace?: Partial<Pace & ReplicatorPace & { sweepSeconds: number; diskRetrySeconds: number }>
}

export interface Replication {
  /** For `get_boot_config`. */
  readonly copies: BootCopies
  /** For the RPC server, beside `get_boot_config`. */
  readonly handlers: { list_boot_files: Handler<'list_boot_files'>; get_boot_file: Handler<'get_boot_file'> }
  /** Before the RPC server is closed: it answers those who wait for changes. */
  stop(): Promise<void>
}

/** Files fetched from all other conductors at once. */
const fetchesAtOnce = 8

/** Starts to list this host's boot files for others, and to copy theirs. Throws `ConfigInvalid` where the copies can't be kept. */
export async function startReplication(options: ReplicationOptions): Promise<Replication> {
  const { client, files, log, names, nodes, rings } = options
  const pace = { ...usualPace, ...usualReplicatorPace, sweepSeconds: 60, diskRetrySeconds: 30, ...options.pace }
  const isOwn = async (hostname: string) => (await names.registered()).some((own) => own.hostname === hostname)
  const roots = { http: options.httpRoot, tftp: options.tftpRoot }
  const store = new CopyStore({ path: options.replicaPath, log, retrySeconds: pace.diskRetrySeconds })
  await store.open()

  const index = new BootFileIndex({
    files,
    roots,
    nodes,
    rings,
    isOwn,
    otherWrittenAt: (uuid, name) => store.get(uuid, name)?.writtenAtMilliseconds,
    onWritten: ({ name, nodeUuid }) => store.remove({ name, nodeUuid }),
    log,
  })
  const keeper = new IndexKeeper({ index, files, roots, rings, isOwn, log }, pace)
  const replicator = new Replicator(
    {
      client,
      store,
      nodes,
      rings,
      isOwn,
      roots: Object.values(roots),
      onNewer: (uuid) => keeper.touch(uuid),
      fetching: new InTurn(fetchesAtOnce),
      waitSeconds: longestWaitSeconds,
      log,
    },
    pace,
  )
  const sweeper = setInterval(() => {
    sweep(store, nodes).catch((error: Error) =>
      log.debug({ err: error }, 'copies of boot files were not looked through'),
    )
  }, pace.sweepSeconds * 1000).unref()
  keeper.start()
  replicator.start()

  return {
    copies: new ServedCopies({
      store,
      roots: Object.values(roots),
      replaceUrls: urlReplacer(options.imageUrlMap),
      log,
    }),
    handlers: { list_boot_files: listBootFiles(index, keeper), get_boot_file: getBootFile(index) },
    async stop() {
      clearInterval(sweeper)
      await Promise.all([keeper.stop(), replicator.stop()])
      await store.close()
    },
  }
}
