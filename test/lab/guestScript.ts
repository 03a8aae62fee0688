// What a user-mode-linux guest does as its first process: make a small system around one program, run it, say how it ended.

/** Lines on the guest's console around the program's own output: before them and after is the kernel's talk. */
export const guestBegins = '-- the program begins --';
export const guestEnds = '-- the program ended --';

export interface GuestScript {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** The file for the exit code: the machine outside cannot see the guest's processes. */
  readonly status: string;
}

const ofIpvs = ['rr', 'wrr', 'lc', 'wlc', 'lblc', 'lblcr', 'sh', 'dh', 'mh', 'sed', 'nq', 'fo', 'ovf', 'pe_sip'];

export const guestScript = ({ argv, env, cwd, status }: GuestScript): string => `#!/bin/sh
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TMPDIR=/run
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t tmpfs tmpfs /run
mkdir -p /lib/modules
mount --bind /usr/lib/uml/modules /lib/modules
echo 1 > /proc/sys/kernel/printk
ip link set lo up
modprobe -a ip_vs ipip ${ofIpvs.map((name) => `ip_vs_${name}`).join(' ')}
${Object.entries(env)
  .map(([name, value]) => `export ${name}=${quoted(value)}`)
  .join('\n')}
cd ${quoted(cwd)}
stty -opost < /dev/console
echo '${guestBegins}'
${argv.map(quoted).join(' ')} < /dev/null
echo $? > ${quoted(status)}
sync
echo '${guestEnds}'
sleep 60
`;

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
