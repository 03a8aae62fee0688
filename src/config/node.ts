// Which of the directors in the file is this machine?
import { VspairError } from '../errors/catalogue.ts';
import type { Config, DirectorConfig } from './config.ts';

/** `flag` is the value of --node. Throws VSP_NODE_UNKNOWN with the names there are. */
export function findNode(config: Config, flag: string | undefined, hostname: string): DirectorConfig {
  const found = flag === undefined ? byHostname(config.directors, hostname) : config.directors.find(({ name }) => name === flag);
  if (found !== undefined) return found;
  const names = config.directors.map(({ name }) => name).join(', ');
  const detail = `there is no director ${flag ?? `of this host's name ${hostname}`}; the file has ${names}`;
  throw new VspairError({ code: 'VSP_NODE_UNKNOWN', object: config.file, attempt: 'tell which director this is', detail });
}

/** `vs1.example.com` and `vs1` are the same host, as long as only one director answers to it. */
function byHostname(directors: readonly DirectorConfig[], hostname: string): DirectorConfig | undefined {
  const exact = directors.find(({ name }) => name === hostname);
  if (exact !== undefined) return exact;
  const [only, ...others] = directors.filter(
    ({ name }) => (name === short(name) || hostname === short(hostname)) && short(name) === short(hostname),
  );
  return others.length === 0 ? only : undefined;
}

const short = (hostname: string): string => hostname.split('.')[0] ?? '';
