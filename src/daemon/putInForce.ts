// Gives new files to everything that works by them. The keeper comes first: it alone may have to let go of something.

import type { DaemonFiles } from '../cli/world.ts';
import { electionOrder } from '../config/core.ts';
import { VspairError } from '../errors/catalogue.ts';
import type { PeerChannel, PeerChannelConfig } from '../peer/channel.ts';
import type { OnDrift } from '../rules/reconciler.ts';
import type { RulesStore } from '../store/rulesStore.ts';
import { keeperConfig } from './boot.ts';
import type { IpvsSetting, IpvsSettings } from './ipvsSettings.ts';
import type { KeeperThread } from './keeperThread.ts';
import type { Reports } from './reports.ts';
import type { RulesDuty, RulesDutyWishes } from './rulesDuty.ts';
import type { VipWatch } from './vipWatch.ts';

export interface InForceParts {
  readonly keeper: KeeperThread;
  readonly channel: PeerChannel;
  readonly duty: RulesDuty;
  readonly reconciler: { readonly onDrift: (what: OnDrift) => void };
  readonly settings: IpvsSettings;
  readonly settingsOf: (files: DaemonFiles) => readonly IpvsSetting[];
  readonly store: RulesStore;
  readonly watch: VipWatch;
  readonly reports: Pick<Reports, 'reconfigure'>;
}

/** The keeper knows better which life of this process it is. */
const ownIncarnation = 0;

export async function putInForce(parts: InForceParts, files: DaemonFiles): Promise<void> {
  const { config } = files;
  parts.reports.reconfigure(config);
  const outcome = await parts.keeper.reconfigure(keeperConfig(files, ownIncarnation));
  if (!outcome.ok) throw new VspairError({ code: 'VSP_REFUSED', object: 'the keeper', attempt: 'reconfigure', detail: outcome.detail });
  parts.reconciler.onDrift(config.ipvs.onDrift);
  parts.duty.reconfigure(rulesWishes(files));
  parts.settings.change(parts.settingsOf(files), config.ipvs.reconcile);
  parts.watch.change(config.groups.flatMap(({ vips }) => vips));
  parts.store.replica?.reorder(electionOrder(config));
  await parts.channel.reconfigure(channelConfig(files));
}

export const rulesWishes = ({ config: { ipvs, groups } }: DaemonFiles): RulesDutyWishes => ({
  standby: ipvs.standby,
  everyMs: ipvs.reconcile,
  groups: groups.map(({ vrid }) => vrid),
});

export function channelConfig({ config, node, keys }: DaemonFiles): PeerChannelConfig {
  const peers = config.directors.filter(({ name }) => name !== node.name);
  return {
    self: { node: node.name, addresses: node.addresses },
    peers: peers.map(({ name, addresses }) => ({ node: name, addresses })),
    keys,
  };
}
