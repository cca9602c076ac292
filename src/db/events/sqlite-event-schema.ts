/**
 * The same columns as on a server. Indexes by node, address and client are made of blocks of ids: new entries of an index of
 * all events by node go all over it, and each batch would write as many pages as it has events. Within the block that is
 * being filled they are close together, and a reader goes through the blocks, some hundred for a million events.
 */
export const blockBits = 12

export const sqliteEventSchema = `
create table if not exists bootring_boot_event (
  id integer primary key autoincrement,
  at integer not null,
  kind text not null,
  mac text,
  node_uuid text,
  node_name text,
  client text,
  server text not null,
  request_id text,
  outcome text not null,
  code text,
  reason text,
  name text,
  provision_state text,
  owner text,
  conductor text,
  milliseconds real not null,
  steps text,
  bytes integer,
  sha256 text,
  user_agent text
);
create index if not exists bootring_boot_event_node_block_idx on bootring_boot_event (id >> ${blockBits}, node_uuid);
create index if not exists bootring_boot_event_mac_block_idx on bootring_boot_event (id >> ${blockBits}, mac);
create index if not exists bootring_boot_event_client_block_idx on bootring_boot_event (id >> ${blockBits}, client);
create index if not exists bootring_boot_event_at_idx on bootring_boot_event (at);
create table if not exists bootring_boot_minute (
  minute integer not null,
  outcome text not null,
  code text not null,
  duration_class integer not null,
  scripts integer not null,
  primary key (minute, outcome, code, duration_class)
) without rowid;
`
