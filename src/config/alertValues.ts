// Values of the `alerts` section that are written as one text.
import type { Script, SyslogReceiver } from './alertChannel.ts';

/** Without a password, which everyone who may read the configuration or a status report would see. */
export function readUrl(text: string): string | undefined {
  const url = URL.parse(text);
  return url !== null && ['http:', 'https:'].includes(url.protocol) && url.hostname !== '' && url.password === '' ? text : undefined;
}

/** `port` is undefined where the kind of connection decides it. */
export function readServer(text: string): { readonly host: string; readonly port: number | undefined } | undefined {
  const url = /^[\w.:[\]-]+$/.test(text) ? URL.parse(`smtp://${text}`) : null;
  if (url === null || url.hostname === '') return undefined;
  return { host: bare(url.hostname), port: url.port === '' ? undefined : Number(url.port) };
}

/** Words between white space; keepalived's quoting around all of it is YAML's here. */
export function readScript(text: string): Script | undefined {
  const [path, ...words] = text.trim().split(/\s+/);
  return path === undefined || !path.startsWith('/') ? undefined : [path, ...words];
}

const defaultPorts = { udp: 514, tcp: 514, tls: 6514 } as const;

/** The authority for `tls` stands beside it. */
export function readReceiver(text: string): SyslogReceiver | undefined {
  if (text === 'local') return { transport: 'unix', path: '/dev/log' };
  const [, path] = /^unix:(\/.+)$/.exec(text) ?? [];
  // sun_path of a unix socket holds 108 bytes with its closing zero.
  if (path !== undefined) return Buffer.byteLength(path) <= 107 ? { transport: 'unix', path } : undefined;
  const url = URL.parse(text);
  const transport = url?.protocol.slice(0, -1);
  if (url === null || url.hostname === '' || !/^(?:\/?|)$/.test(url.pathname)) return undefined;
  if (transport !== 'udp' && transport !== 'tcp' && transport !== 'tls') return undefined;
  const [host, port] = [bare(url.hostname), Number(url.port || defaultPorts[transport])];
  return transport === 'tls' ? { transport, host, port, ca: undefined } : { transport, host, port };
}

const bare = (hostname: string): string => hostname.replace(/^\[|\]$/g, '');
