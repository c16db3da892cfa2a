#!/usr/bin/env bash
# Becomes the first process of the machine on which the guide is followed; started by run.sh in namespaces of its own.
set -euo pipefail
room=$1 repository=$2
root=$room/layers/root

mount --make-rprivate /
mkdir "$room/layers"
mount -t tmpfs layers "$room/layers"
mkdir "$room/layers/upper" "$room/layers/work" "$root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$room/layers/upper,workdir=$room/layers/work" "$root"

# Of the kernel this machine sees what a container does: nothing that it could change.
mount -t proc proc "$root/proc"
mount --bind "$root/proc/sys" "$root/proc/sys"
mount -o remount,bind,ro "$root/proc/sys"
mount -t sysfs -o ro sysfs "$root/sys"
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
mount -t tmpfs -o mode=755 run "$root/run"
mount -t tmpfs -o mode=1777 tmp "$root/tmp"
mount -t tmpfs -o mode=755 dev "$root/dev"
for device in null zero full random urandom tty; do
  touch "$root/dev/$device"
  mount --bind "/dev/$device" "$root/dev/$device"
done
mkdir "$root/dev/shm" "$root/dev/pts" "$root/dev/mqueue" "$root/dev/hugepages"
mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"

mkdir "$root/walk" "$root/repository"
cp -r "$room/walk/." "$root/walk/"
mount --bind "$repository" "$root/repository"
mount -o remount,bind,ro "$root/repository"

# Of the disk's services none is started but the journal: what else was enabled belongs to the other machine.
rm -rf "$root"/etc/systemd/system/*.wants "$root"/etc/systemd/system/*.requires "$root/etc/systemd/system/default.target"
for unit in /lib/systemd/system/{sysinit,local-fs,sockets,timers,basic,multi-user}.target.wants/*; do
  name=${unit##*/}
  case $name in
    systemd-journald* | systemd-tmpfiles-setup.service) ;;
    *) ln -sf /dev/null "$root/etc/systemd/system/$name" ;;
  esac
done
# As if the packages had just been unpacked.
rm -f "$root/etc/systemd/system/caddy.service" "$root/etc/caddy/Caddyfile"
rm -rf "$root"/var/lib/caddy/.local "$root"/var/log/journal
command -v sudo >/dev/null || { printf '#!/bin/sh\nexec "$@"\n' >"$root/usr/local/bin/sudo" && chmod +x "$root/usr/local/bin/sudo"; }
install -m 755 "$room/walk/nano" "$root/usr/local/bin/nano"
: >"$root/etc/resolv.conf.new" && mv "$root/etc/resolv.conf.new" "$root/etc/resolv.conf"
printf '%s\n' '127.0.0.1 localhost' '192.0.2.1 mcp.example.com' '192.0.2.2 acme-v02.api.letsencrypt.org' >"$root/etc/hosts"

ip link set lo up
touch "$room/booting"
cd "$root"
mkdir outside
pivot_root . outside
umount --lazy /outside
exec env -i container=test PATH=/usr/sbin:/usr/bin:/sbin:/bin \
  /lib/systemd/systemd --unit=multi-user.target --log-target=journal --show-status=no
