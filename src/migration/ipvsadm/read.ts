// What `ipvsadm -Sn` writes, and scripts of the same commands, as rules.
import type { RulesDocument } from '../../rules/document.ts';
import { matchText } from '../../rules/kernelServices.ts';
import type { Ledger, Passage, Reason } from '../ledger.ts';
import { type ServerDraft, type ServiceDraft, settled } from '../serviceDraft.ts';
import type { SourceFile } from '../source.ts';
import { optionsOf } from './options.ts';
import { matchIn, Options, serverIn, serviceIn } from './services.ts';

/** Commands that make no rule. */
const reasons: ReadonlyMap<string, Reason> = new Map([
  ['clear', { why: 'vspair takes away what the rules do not name, and only what it wrote', advice: '' }],
  ['zero', { why: 'counters are no rules', advice: '' }],
  ['set', { why: 'timeouts belong to the configuration', advice: 'write ipvs: { timeouts: { tcp: 15m, tcpFin: 2m, udp: 5m } } into it' }],
  [
    'start-daemon',
    { why: 'the synchronization daemon belongs to the configuration', advice: 'write ipvs: { connectionSync: { dev: eth1 } } into it' },
  ],
  ['stop-daemon', { why: 'the synchronization daemon belongs to the configuration', advice: '' }],
]);

type Growing = Omit<ServiceDraft, 'servers'> & { readonly servers: ServerDraft[] };

export function ipvsadmRules({ file, text }: SourceFile, ledger: Ledger): RulesDocument {
  const services = new Services();
  for (const [index, line] of text.split('\n').entries()) {
    const passage: Passage = { place: { file, line: index + 1, column: 1 }, lastLine: index + 1 };
    if (line.trim() !== '' && !line.trim().startsWith('#')) take(line, passage, services, ledger);
  }
  if (services.all.length > 0 && !/\s(-[xy]|--[ul]-threshold)\b/.test(text))
    ledger.assumed(
      wholeFile(file),
      'no thresholds',
      'ipvsadm -S leaves them out also where there are some',
      'look at ipvsadm -Ln --thresholds',
    );
  return settled(services.all, ledger).document;
}

const wholeFile = (file: string): Passage => ({ place: { file, line: 1, column: 1 }, lastLine: 1 });

function take(line: string, passage: Passage, services: Services, ledger: Ledger): void {
  const found = optionsOf(line, passage.place, ledger);
  const [command] = found ?? [];
  if (found === undefined || command === undefined) return;
  const reason = reasons.get(command.name);
  const options = new Options(found, passage, ledger);
  if (reason !== undefined) ledger.leftOut(passage, line.trim(), reason);
  else if (command.name === 'add-service') takeService(options, services);
  else if (command.name === 'add-server') takeServer(options, services);
  else ledger.wrong(command, `this line begins with --${command.name}`, '-A for a service or -a for a server, as ipvsadm -Sn writes them');
}

function takeService(options: Options, services: Services): void {
  const match = matchIn(options);
  if (match !== undefined) services.add({ ...serviceIn(options, match), servers: [] });
}

function takeServer(options: Options, services: Services): void {
  const match = matchIn(options);
  const server = serverIn(options);
  if (match === undefined || server === undefined) return;
  const service = services.of(match);
  if (service === undefined) options.wrong(undefined, `there is no service ${matchText(match)}`, 'its -A line before this one');
  else service.servers.push(server);
}

/** In the order of their lines; servers go to the first of a name. */
class Services {
  readonly all: Growing[] = [];
  readonly #byName = new Map<string, Growing>();

  add(service: Growing): void {
    const name = matchText(service.match);
    this.all.push(service);
    if (!this.#byName.has(name)) this.#byName.set(name, service);
  }

  of(match: ServiceDraft['match']): Growing | undefined {
    return this.#byName.get(matchText(match));
  }
}
