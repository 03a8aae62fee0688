// How a systemd of its own comes up on a host of the lab: a shell script that makes a small machine out of namespaces and
// starts systemd as its first process. It has this machine's files, over which what it writes lies in memory.

export interface SystemdMachine {
  /** An empty folder of this machine, for mounts that nobody else sees. */
  readonly folder: string;
  /** A folder whose files are laid over those of this machine. */
  readonly files: string;
  /** Seen below /opt/vspair, by every user. */
  readonly repository: string;
  /** Of its control group. */
  readonly name: string;
}

/** What the machine's systemd brings up. */
export const target = 'lab.target';

/** For a shell with a mount namespace of its own, in the host's network namespace. Ends when the machine does. */
export const systemdScript = ({ folder, files, repository, name }: SystemdMachine): string => `set -e
umask 022
mount -t tmpfs tmpfs ${folder}
cd ${folder}
mkdir above work root groups repository-above repository-work
mount -t overlay -o lowerdir=/,upperdir=above,workdir=work overlay root
mkdir -p root/opt/vspair
mount -t overlay -o lowerdir=${repository},upperdir=repository-above,workdir=repository-work overlay root/opt/vspair
chmod 755 root/opt/vspair
chmod -R go+rX root/opt/vspair/dist
find ${files} -type d -exec chmod 755 {} +
cp -r ${files}/. root/
mount -t cgroup2 cgroup2 groups
mkdir groups/${name}
echo $$ > groups/${name}/cgroup.procs
unshare --cgroup --pid --ipc --uts --mount --fork --kill-child sh -c '${inside}' || true
echo $$ > groups/cgroup.procs
find groups/${name} -depth -type d -exec rmdir {} +
`;

// Units that this machine has enabled are not there, nor what systemd does for a real one: it would set the sysctls of the
// kernel that the machine shares with this one.
const inside = `set -e
cd root
mount -t proc proc proc
mount -t sysfs -o ro sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
for at in run tmp usr/lib/systemd/system/sysinit.target.wants usr/lib/systemd/system/timers.target.wants; do
  mount -t tmpfs tmpfs $at
done
ln -s ../systemd-journald.service usr/lib/systemd/system/sysinit.target.wants/
mkdir tmp/units
find etc/systemd/system -maxdepth 1 -name "vspair*" -exec cp -at tmp/units {} +
mount -t tmpfs tmpfs etc/systemd/system
cp -a tmp/units/. etc/systemd/system/
printf "[Unit]\\nRequires=basic.target\\nAfter=basic.target\\n" > etc/systemd/system/${target}
mount -t tmpfs -o mode=755 tmpfs dev
for node in null zero full random urandom tty; do
  touch dev/$node
  mount --bind /dev/$node dev/$node
done
mkdir dev/shm dev/pts
mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
ln -s pts/ptmx dev/ptmx
mkdir -p tmp/old
pivot_root . tmp/old
umount -l /tmp/old
mount --make-rshared /
systemd-sysusers /opt/vspair/systemd/vspair.sysusers
export container=vspair-lab
exec /lib/systemd/systemd --system --unit=${target}`;
