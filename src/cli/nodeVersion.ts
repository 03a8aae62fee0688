// Whether the Node that runs this is new enough. It imports nothing: an older Node would not get past what others import.

const needed = 24;

/** The complaint about a version such as `v20.11.1`; undefined when it will do. */
export function complaintAboutNode(version: string, path: string): string | undefined {
  const major = Number(/^v(\d+)\./.exec(version)?.[1]);
  if (major >= needed) return undefined;
  return `vspair: needs Node ${needed} or newer; this is ${version} (${path})
  put a newer one first in PATH: npm has brought one along, as node_modules/.bin/node; or install the Debian package, which has its own`;
}
