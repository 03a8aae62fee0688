// A draft of the configuration as a file that the loader reads. A gap stands in it as `<fill in: ...>`, which no key takes:
// vspair check names every one that is left.
import { Document, visit } from 'yaml';
import { ipvsSysctls } from '../config/ipvsSysctls.ts';
import { type ConfigDraft, type DirectorDraft, type Gap, type GroupDraft, isGap } from '../migration/configDraft.ts';

type Value = string | number | Gap;

export const gapText = ({ fillIn }: Gap): string => `<fill in: ${fillIn}>`;

export function configText(draft: ConfigDraft): string {
  const config = new Document({
    cluster: draft.cluster,
    ...(draft.secretFile === undefined ? {} : { secretFile: draft.secretFile }),
    directors: Object.fromEntries(draft.directors.map((director) => [written(director.name), directorForm(director)])),
    heartbeat: { interval: timeText(draft.intervalMs) },
    groups: draft.groups.map((group) => groupForm(group, draft.directors)),
    ...ipvsForm(draft),
  });
  visit(config, {
    Map(_, map) {
      map.flow =
        ['priority', 'address', 'dev', 'interval', 'tcp', 'tcpFin', 'udp', ...Object.keys(ipvsSysctls)].some((key) => map.has(key)) &&
        !map.has('groups');
    },
    Seq(key, seq) {
      seq.flow = key !== 'value' ? false : seq.items.every((item) => !('items' in Object(item)));
    },
  });
  return config.toString({ lineWidth: 0 }).trimEnd();
}

const written = (value: Value): string | number => (isGap(value) ? gapText(value) : value);

const directorForm = ({ priority, addresses }: DirectorDraft) => ({ priority: written(priority), addresses: addresses.map(written) });

function groupForm({ name, vrid, vips, preempt, preemptDelayMs, priorities }: GroupDraft, directors: readonly DirectorDraft[]) {
  const overrides = [...priorities].map(([position, priority]): [string, number] => [
    String(written(directors[position]?.name ?? '')),
    priority,
  ]);
  return {
    name,
    vrid: written(vrid),
    vips: vips.map(({ address, prefix, dev }) => ({ address: `${address}/${prefix}`, dev: written(dev) })),
    preempt,
    ...(preemptDelayMs === 0 ? {} : { preemptDelay: timeText(preemptDelayMs) }),
    ...(overrides.length === 0 ? {} : { priorities: Object.fromEntries(overrides) }),
  };
}

function ipvsForm({ connectionSync, timeouts, sysctls = {} }: ConfigDraft) {
  const times = (['tcp', 'tcpFin', 'udp'] as const).flatMap((key): [string, string][] => {
    const seconds = timeouts?.[key];
    return seconds === undefined ? [] : [[key, `${seconds}s`]];
  });
  const settings = Object.keys(sysctls).length === 0 ? {} : { sysctls };
  if (connectionSync === undefined && times.length === 0 && Object.keys(settings).length === 0) return {};
  return {
    ipvs: {
      ...(connectionSync === undefined ? {} : { connectionSync }),
      ...(times.length === 0 ? {} : { timeouts: Object.fromEntries(times) }),
      ...settings,
    },
  };
}

/** In the largest unit that leaves it whole. */
const timeText = (ms: number): string => (ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`);
