// Metrics of the daemon beside the keeper: store, alerts, events, the build, the process under the names that every exporter has.
import { asNumber, counter, type Family, gauge, only, type Sample } from './family.ts';
import type { ChannelSeen, Seen } from './seen.ts';

export const daemonFamilies: readonly Family[] = [
  gauge('vspair_store_connected', ['backend'], 'Whether the store of the rules is connected.', ({ daemon: { store } }) => [
    { labels: { backend: store.backend }, value: asNumber(store.connected) },
  ]),
  gauge('vspair_alerts_queued', ['channel'], 'Alerts that wait for their delivery.', (seen) => ofChannels(seen, ({ waiting }) => waiting)),
  counter('vspair_alerts_delivered_total', ['channel'], 'Alerts that were delivered.', (seen) =>
    ofChannels(seen, ({ delivered }) => delivered),
  ),
  counter('vspair_alerts_failed_total', ['channel'], 'Alerts that were given up, or pushed out by newer ones.', (seen) =>
    ofChannels(seen, ({ failed }) => failed),
  ),
  counter('vspair_events_total', ['type'], 'Events of this director.', (seen) => seen.counts.events),
  gauge('vspair_keeper_realtime', [], 'Whether the kernel gave the keeper real-time scheduling.', ({ keeper }) =>
    only(asNumber(keeper.realtime.startsWith('SCHED_FIFO'))),
  ),
  gauge('vspair_incarnation', [], 'Which start of this director it is; grows with every one.', ({ keeper }) => only(keeper.incarnation)),
  gauge('vspair_build_info', ['version', 'node_version'], 'Always 1: what runs is in the labels.', ({ daemon }) => [
    { labels: { version: daemon.version, node_version: process.version }, value: 1 },
  ]),
  counter('process_cpu_seconds_total', [], 'Processor time of the daemon with all its threads.', (seen) => only(seen.process.cpuSeconds)),
  gauge('process_resident_memory_bytes', [], 'Resident memory of the daemon.', (seen) => only(seen.process.residentBytes)),
  gauge('process_start_time_seconds', [], 'When the daemon started.', (seen) => only(seen.process.startedAt)),
  gauge('process_open_fds', [], 'Open file descriptors of the daemon.', (seen) => only(seen.process.openDescriptors)),
];

const ofChannels = ({ alerts }: Seen, read: (channel: ChannelSeen) => number): readonly Sample[] =>
  alerts.map((channel) => ({ labels: { channel: channel.name }, value: read(channel) }));
