// The commands that set a sysctl now and at every boot.

/** `path` is below /proc/sys. */
export function sysctlFix(path: string, value: string): string {
  // An interface's name may have dots of its own; with slashes the name is never misread.
  const name = path.includes('.') ? path : path.replaceAll('/', '.');
  return `sysctl -w ${name}=${value}; to keep it, the line ${name}=${value} in /etc/sysctl.d/90-vspair.conf`;
}
