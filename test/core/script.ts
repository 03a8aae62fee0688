// Runs a conversation between directors that is written as text: commands, then what came of them. The form is that of
// etcd's data-driven tests: blocks of commands, a line of four dashes, what was seen, an empty line.
import type { Advert, CoreEvent, Fact, GroupAdvert, NodeName, Outcome } from '../../src/core/types.ts';
import { type Cluster, createCluster, type Deed } from './cluster.ts';
import { rulesIn, rulesNotIn, type Setup, web } from './director.ts';

interface Block {
  readonly comments: readonly string[];
  readonly commands: readonly string[];
}

/** The text with what is seen now in place of what was expected. */
export function runScript(text: string): string {
  const stage = createStage();
  return `${blocksOf(text)
    .map((block) => [...block.comments, ...block.commands, '----', ...block.commands.flatMap((line) => stage.run(line))].join('\n'))
    .join('\n\n')}\n`;
}

function blocksOf(text: string): readonly Block[] {
  return text
    .trim()
    .split(/\n\n+/)
    .map((block) => {
      const lines = block.split('\n');
      const end = lines.indexOf('----');
      const asked = end === -1 ? lines : lines.slice(0, end);
      return { comments: asked.filter((line) => line.startsWith('#')), commands: asked.filter((line) => !line.startsWith('#')) };
    });
}

interface Stage {
  run(line: string): readonly string[];
}

function createStage(): Stage {
  let cluster: Cluster | undefined;
  let names: readonly NodeName[] = [];
  let interval = 100;
  let requestId = 0;
  let lines: string[] = [];
  const said = new Map<NodeName, string>();

  const seen = (deed: Deed, node: NodeName, at: number, cause: CoreEvent['type']): void => {
    const words = inWords(deed, node, cause);
    if (words !== undefined) lines.push(`${at.toFixed(1).padStart(8)} ${node.padEnd(5)} ${words}`);
  };

  /** An advert of the regular beat that says nothing new is not told. */
  const inWords = (deed: Deed, node: NodeName, cause: CoreEvent['type']): string | undefined => {
    if (deed.type !== 'sendAdvert') return deedInWords(deed);
    const words = advertInWords(deed.advert, interval);
    const old = said.get(node) === words && cause === 'timePassed' && !deed.advert.solicit;
    said.set(node, words);
    return old ? undefined : `says to ${deed.to}: ${words}${deed.advert.solicit ? ', and asks for answers' : ''}`;
  };

  const begin = (words: readonly string[]): void => {
    const setting = (name: string): string | undefined => words.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1);
    const priorities = words.filter((word) => /^vs\w+=/.test(word)).map((word) => word.split('='));
    names = priorities.map(([name = '']) => name);
    interval = Number(setting('interval') ?? 100);
    const setup: Setup = {
      nodes: names,
      priorities: Object.fromEntries(priorities.map(([name = '', priority]) => [name, Number(priority)])),
      interval,
      preempt: words.includes('preempt'),
    };
    cluster = createCluster(setup, Number(setting('latency') ?? 0.5), seen);
    if (words.includes('running')) settle(cluster);
  };

  /** All were started long ago; of that nothing is told. */
  const settle = (at: Cluster): void => {
    for (const name of names) at.boot(name);
    at.run(10_000);
    lines = [];
  };

  const show = (at: Cluster): void => {
    const phases = names.map((name) => `${name} ${at.phase(name)}`).join(', ');
    lines.push(`${phases}; held by ${at.holders().join(' and ') || 'nobody'}; clients send to ${at.announcer() ?? 'nobody'}`);
  };

  const act = (at: Cluster, verb: string, words: readonly string[]): void => {
    const [node = '', second = '', third = ''] = words;
    const tell = (event: CoreEvent): void => void at.tell(node, event);
    switch (verb) {
      case 'run':
        return at.run(Number(node));
      case 'show':
        return show(at);
      case 'boot':
        return at.boot(node);
      case 'crash':
        return at.crash(node);
      case 'poweroff':
        return at.powerOff(node);
      case 'freeze':
        return at.freeze(node);
      case 'thaw':
        return at.thaw(node);
      case 'heal':
        return at.heal();
      case 'cut':
        return cut(at, node, second, third);
      case 'failover':
        requestId += 1;
        return tell({ type: 'failoverRequested', requestId, vrid: web, to: second || undefined });
      case 'maintenance':
        requestId += 1;
        return tell({ type: 'maintenanceRequested', requestId, on: second === 'on' });
      case 'stop':
        return tell({ type: 'shutdownRequested', how: second === 'in' ? 'inPlace' : 'handover' });
      case 'link':
        return tell({ type: second === 'up' ? 'linkCameUp' : 'linkWentDown', dev: 'eth0' });
      case 'rules':
        return tell({ type: 'rulesChanged', rules: second === 'in' ? rulesIn : rulesNotIn });
      default:
        throw new Error(`a script does not know "${verb}"`);
    }
  };

  return {
    run(line) {
      const [verb = '', ...words] = line.split(' ');
      lines = [];
      if (verb === 'cluster') begin(words);
      else if (cluster === undefined) throw new Error('a script begins with "cluster"');
      else act(cluster, verb, words);
      return lines;
    },
  };
}

function cut(at: Cluster, from: NodeName, way: string, to: NodeName): void {
  at.cut(from, to);
  if (way === '<>') at.cut(to, from);
}

function deedInWords(deed: Exclude<Deed, { type: 'sendAdvert' }>): string | undefined {
  switch (deed.type) {
    case 'vipsAdded':
      return 'adds the virtual IPs';
    case 'vipsRemoved':
      return 'removes the virtual IPs';
    case 'announce':
      return 'announces them';
    case 'announceSelf':
      return undefined;
    case 'answer':
      return `answers the operator: ${outcomeInWords(deed.outcome)}`;
    case 'report':
      return factInWords(deed.fact);
    case 'exit':
      return 'ends';
  }
}

function advertInWords(advert: Advert, interval: number): string {
  const patience = advert.interval === interval ? '' : `, interval ${advert.interval} ms`;
  return advert.groups.map(groupInWords).join('; ') + patience;
}

function groupInWords({ phase, priority, holding, handover }: GroupAdvert): string {
  const unusual = phase === 'active' ? ' loading' : ' holding';
  const held = holding === (phase === 'active') ? '' : unusual;
  const handing = { ask: 'take over', loading: 'I load for it', taken: 'I have it' };
  return `${phase} ${priority}${held}${handover === undefined ? '' : `, ${handover.peer}: ${handing[handover.phase]}`}`;
}

function factInWords(fact: Fact): string {
  switch (fact.type) {
    case 'becameActive':
      return `IS ACTIVE (${fact.reason}, after ${fact.evidence.lastHeardAgo?.toFixed(1) ?? '-'} ms of silence)`;
    case 'becameBackup':
      return `is backup (${fact.reason})`;
    case 'enteredFault':
      return `is in fault (${fact.reason})`;
    case 'enteredMaintenance':
      return 'is in maintenance';
    case 'stopped':
      return fact.released ? 'has let go' : 'has stopped';
    case 'handoverStarted':
      return `hands over to ${fact.to}`;
    case 'handoverCompleted':
      return `has handed over to ${fact.to} in ${fact.took.toFixed(1)} ms`;
    case 'handoverCalledOff':
      return `calls off the handover to ${fact.to}`;
    case 'takeoverWithheld':
      return 'withholds the takeover: no rules';
    case 'bothActive':
      return `sees ${fact.peer} active, too`;
    case 'peerHeard':
      return `hears ${fact.peer}`;
    case 'peerLost':
      return `has lost ${fact.peer}, ${fact.lastHeardAgo.toFixed(1)} ms silent`;
  }
}

const outcomeInWords = (outcome: Outcome): string => (outcome.ok ? outcome.detail : `${outcome.reason}: ${outcome.detail}`);
