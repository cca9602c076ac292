import { gzipSync } from 'node:zlib'

/*
 * The initial RAM disk of the lab's machines: busybox, the virtio network modules, and an init that gets an address,
 * reports to every `lab.cb=URL` of the kernel command line until one answers, and powers off.
 */

/** Modules of Debian's cloud kernel that a virtio NIC needs, in the order in which they must be loaded. */
export const networkModules = [
  'virtio_ring',
  'virtio',
  'virtio_pci_legacy_dev',
  'virtio_pci_modern_dev',
  'virtio_pci',
  'failover',
  'net_failover',
  'virtio_net',
] as const

/** What the init prints on the console, before a 0, when its report was taken. */
const reportedMark = 'CALLBACK-DONE'

const init = `#!/bin/sh
/bin/busybox mkdir -p /proc /sys /dev /bin
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev 2>/dev/null
for module in ${networkModules.join(' ')}; do insmod /modules/$module.ko; done

urls= bootif=
for word in $(cat /proc/cmdline); do
  case $word in
    lab.cb=*) urls="$urls \${word#lab.cb=}" ;;
    BOOTIF=*) bootif=$(echo "\${word#BOOTIF=}" | tr A-Z- a-z: | sed 's/^01:\\(..:..:..:..:..:..\\)$/\\1/') ;;
  esac
done

# The NIC that BOOTIF names; without one, the first that there is.
nic=
for path in /sys/class/net/*; do
  name=\${path##*/}
  [ "$name" = lo ] && continue
  [ -n "$bootif" ] && [ "$(cat "$path/address")" != "$bootif" ] && continue
  nic=\${nic:-$name}
done
mac=$(cat "/sys/class/net/$nic/address")
ip link set "$nic" up
tries=0
while [ "$(cat "/sys/class/net/$nic/carrier" 2>/dev/null)" != 1 ] && [ $tries -lt 200 ]; do
  usleep 20000
  tries=$((tries + 1))
done
# An IPv6 address the kernel makes itself, from a router's advertisement.
case $urls in
  *//[0-9]*) udhcpc -i "$nic" -n -q -f -t 10 -T 1 -s /dhcp-lease ;;
esac

read -r uptime idle </proc/uptime
# timeout, since Debian's static busybox crashes on its wget's own -T.
result=1 tries=0
while [ $result != 0 ] && [ $tries -lt 10 ]; do
  for url in $urls; do
    if timeout 5 wget -q -O /dev/null --post-data "mac=$mac&uptime=$uptime&cmdline=$(cat /proc/cmdline)" "$url"; then
      result=0
      break
    fi
  done
  tries=$((tries + 1))
  [ $result = 0 ] || sleep 1
done
echo "${reportedMark} $result"
poweroff -f
`

const dhcpLease = `#!/bin/sh
if [ "$1" = bound ]; then
  ip addr add "$ip/$mask" dev "$interface"
  [ -z "$router" ] || ip route add default via "\${router%% *}"
fi
`

/** What goes into the initrd besides its scripts. */
export interface InitrdParts {
  /** A statically linked busybox. */
  busybox: Uint8Array
  /** Kernel modules by name; all of `networkModules`. */
  modules: ReadonlyMap<string, Uint8Array>
}

const directory = 0o040755
const executable = 0o100755
const plain = 0o100644
const link = 0o120777
const characterDevice = 0o020600

/** Builds the initrd, gzip-compressed. */
export function buildInitrd({ busybox, modules }: InitrdParts): Buffer {
  const archive = new CpioArchive()
  for (const name of ['bin', 'dev', 'modules', 'proc', 'sys']) archive.add(name, directory)
  archive.add('dev/console', characterDevice, '', [5, 1])
  archive.add('dev/null', characterDevice, '', [1, 3])
  archive.add('bin/busybox', executable, busybox)
  archive.add('bin/sh', link, 'busybox')
  for (const name of networkModules) {
    const module = modules.get(name)
    if (!module) throw new Error(`kernel module ${name} is missing`)
    archive.add(`modules/${name}.ko`, plain, module)
  }
  archive.add('init', executable, init)
  archive.add('dhcp-lease', executable, dhcpLease)
  return gzipSync(archive.end(), { level: 9 })
}

/** A cpio archive in the "newc" format, the one the kernel unpacks (Documentation/driver-api/early-userspace/buffer-format.rst). */
class CpioArchive {
  readonly #parts: Buffer[] = []
  #inode = 0

  add(name: string, mode: number, content: string | Uint8Array = '', [major, minor]: [number, number] = [0, 0]): void {
    const data = Buffer.from(content)
    const nameBytes = Buffer.from(`${name}\0`)
    this.#inode += 1
    // inode, mode, uid, gid, links, time, size, device (2), device it stands for (2), length of the name, checksum
    const fields = [this.#inode, mode, 0, 0, 1, 0, data.length, 0, 0, major, minor, nameBytes.length, 0]
    const header = `070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`
    this.#parts.push(padded(Buffer.concat([Buffer.from(header), nameBytes]), 4), padded(data, 4))
  }

  end(): Buffer {
    this.add('TRAILER!!!', 0)
    return padded(Buffer.concat(this.#parts), 512)
  }
}

function padded(bytes: Buffer, to: number): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((to - (bytes.length % to)) % to)])
}
