#!/bin/sh
# systemd-in-namespaces.sh FOLDER CHECKOUT: runs a real systemd as process 1 of namespaces of its own, in place of this
# process, with the units in FOLDER/units and nothing else to start. Needs root. What it writes goes to memory, and to
# FOLDER; all of it is gone with the namespaces.
#   FOLDER/units    unit files and drop-ins
#   FOLDER/etc      laid over /etc
#   FOLDER/prepare.sh   run before systemd starts
#   FOLDER/logs     what the units print, a file each
#   FOLDER/cgroup   an empty folder; the caller removes the control groups below it
set -eu
folder=$1 checkout=$2

if [ "${3-}" != inside ]; then
  mount -t cgroup2 cgroup2 "$folder/cgroup"
  group=$folder/cgroup/bootring-test-$$
  mkdir "$group"
  echo $$ >"$group/cgroup.procs"
  umount "$folder/cgroup"
  exec unshare --mount --pid --fork --kill-child --cgroup --net --uts --ipc "$0" "$folder" "$checkout" inside
fi

mount --make-rprivate /
ip link set lo up
mount --rbind "$folder" /mnt
# The checkout may lie in a home folder, which the units can't see.
mount -t tmpfs tmpfs /opt
mkdir /opt/bootring
mount --bind "$checkout" /opt/bootring
mount -t tmpfs tmpfs /srv
mkdir /srv/upper /srv/work
cp -R /mnt/etc/. /srv/upper/
mount -t overlay overlay -o lowerdir=/etc,upperdir=/srv/upper,workdir=/srv/work /etc
mount -t tmpfs tmpfs /usr/local/bin
ln -s /opt/bootring/bin/bootring /usr/local/bin/bootring
for path in /run /tmp /var/tmp /var/lib; do mount -t tmpfs tmpfs "$path"; done
# None of this machine's own services: neither their units nor what is made of their scripts.
for path in /usr/lib/systemd/system /etc/systemd/system /usr/lib/systemd/system-generators; do mount -t tmpfs tmpfs "$path"; done
cp -R /mnt/units/. /etc/systemd/system/
for target in sysinit basic network-online multi-user shutdown; do
  printf '[Unit]\nDefaultDependencies=no\n' >"/usr/lib/systemd/system/$target.target"
done
mkdir /usr/lib/systemd/system/service.d
printf '[Service]\nStandardOutput=append:/mnt/logs/%%n\nStandardError=inherit\n' >/usr/lib/systemd/system/service.d/log.conf
systemd-sysusers /mnt/sysusers.conf
systemd-tmpfiles --create /mnt/tmpfiles.conf
/mnt/prepare.sh
mount -t proc proc /proc
mount -t tmpfs tmpfs /sys/fs/cgroup
mount -t cgroup2 cgroup2 /sys/fs/cgroup
# Whatever is not mounted above stays as it is.
mount -o remount,bind,ro /
container=bootring-test
export container
exec /usr/lib/systemd/systemd --system --unit=multi-user.target --log-target=console --show-status=no
