#!/bin/bash
# A full virtual machine with Debian's own kernel, for what a container on a foreign kernel cannot show: audit, AppArmor,
# cgroup v2, the kernel's own modes of /proc/sys. Emulated: slow, and the same everywhere.
# usage: vm.sh ROOT_DIR SCRIPT CACHE_DIR TIMEOUT_S     runs SCRIPT as root in the booted VM and prints its output
#   ROOT_DIR   a Debian root with systemd; not changed: the VM works on a copy in its memory
#   CACHE_DIR  where the kernel and its modules are kept between runs
# needs (apt): qemu-system-x86 cpio kmod, and apt lists that know linux-image-amd64 of ROOT_DIR's release
set -euo pipefail
base=$(realpath "$1") script=$(realpath "$2") c=$3 tmo=$4
mkdir -p "$c"; cd "$c"
if [ ! -d k/boot ]; then
  pkg=$(apt-cache depends linux-image-amd64 | awk '/Depends: linux-image/{print $2; exit}')
  mkdir -p dl; chmod 755 dl; (cd dl && apt-get download -o APT::Sandbox::User=root -qq "$pkg"); rm -rf k.new; dpkg-deb -x dl/linux-image*.deb k.new; mv k.new k
  rm -rf dl
fi
kv=$(basename k/lib/modules/*)
if [ ! -s modules.cpio ]; then       # only what a virtual machine needs
  rm -rf m; mkdir -p m/lib; cp -a k/lib/modules m/lib/; (cd "m/lib/modules/$kv/kernel" &&
    rm -rf sound drivers/{gpu,media,infiniband,scsi,usb,iio,staging,hwmon,isdn,net/wireless,net/ethernet,nvme,ata,md} fs/{ocfs2,xfs,btrfs,ceph,nfs,nfsd,smb,cifs})
  depmod -b m "$kv"; (cd m && find lib/modules | cpio -o -H newc --quiet) > modules.new; mv modules.new modules.cpio; rm -rf m
fi
w=$(mktemp -d "$c/run.XXXX"); trap 'rm -rf "$w"' EXIT
mkdir -p "$w"/j/{job,etc/systemd/system/graphical.target.wants}; cp "$script" "$w/j/job/run.sh"
u=$w/j/etc/systemd/system
cat > "$u/job.service" <<'U'
[Unit]
After=multi-user.target
[Service]
Type=oneshot
TimeoutStartSec=infinity
StandardOutput=tty
StandardError=tty
TTYPath=/dev/ttyS0
ExecStart=/bin/sh -c 'echo ==BEGIN; bash /job/run.sh; echo ==END rc=$?; poweroff -f'
U
ln -s /dev/null "$u/serial-getty@ttyS0.service"; ln -s /dev/null "$u/getty@tty1.service"
ln -s ../job.service "$u/graphical.target.wants/"
ln -s /sbin/init "$w/j/init"
# several cpio archives one after the other: the later ones add to the earlier
{ (cd "$base" && find . -path ./usr/share/doc -prune -o -path ./usr/share/man -prune -o -path ./usr/share/locale -prune \
     -o -path ./var/lib/apt -prune -o -path ./var/cache -prune -o -print | cpio -o -H newc --quiet)
  cat modules.cpio; (cd "$w/j" && find . -mindepth 1 | cpio -o -H newc --quiet); } > "$w/i.cpio"
timeout "$tmo" qemu-system-x86_64 -accel tcg,thread=multi -cpu max -smp 2 -m 3072 -nographic -no-reboot -nic none \
  -kernel k/boot/vmlinuz-* -initrd "$w/i.cpio" \
  -append "console=ttyS0 panic=-1 rdinit=/sbin/init quiet lsm=landlock,lockdown,yama,integrity,apparmor,bpf audit=1 systemd.show_status=0" \
  </dev/null | sed -u -n '/==BEGIN/,/==END/p' | tr -d '\r'
