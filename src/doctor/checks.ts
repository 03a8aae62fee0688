// Every check, in the order in which they are told: what others rest on comes first.
import type { Check } from './check.ts';
import { addresses } from './checks/addresses.ts';
import { arpSettings } from './checks/arpSettings.ts';
import { capabilities } from './checks/capabilities.ts';
import { clocks } from './checks/clocks.ts';
import { config } from './checks/config.ts';
import { daemon } from './checks/daemon.ts';
import { devices } from './checks/devices.ts';
import { firewallAdverts } from './checks/firewallAdverts.ts';
import { firewallPeer } from './checks/firewallPeer.ts';
import { firewallSync } from './checks/firewallSync.ts';
import { heartbeat } from './checks/heartbeat.ts';
import { ipForward } from './checks/ipForward.ts';
import { ipvs } from './checks/ipvs.ts';
import { ipvsSysctls } from './checks/ipvsSysctls.ts';
import { mtu } from './checks/mtu.ts';
import { peerChannel } from './checks/peerChannel.ts';
import { ports } from './checks/ports.ts';
import { promoteSecondaries } from './checks/promoteSecondaries.ts';
import { realtime } from './checks/realtime.ts';
import { redis } from './checks/redis.ts';
import { rpFilter } from './checks/rpFilter.ts';
import { sameConfig } from './checks/sameConfig.ts';
import { sameVersion } from './checks/sameVersion.ts';
import { schedulers } from './checks/schedulers.ts';
import { secret } from './checks/secret.ts';
import { vipClaims } from './checks/vipClaims.ts';
import { vipOwner } from './checks/vipOwner.ts';
import { vrrp } from './checks/vrrp.ts';
import type { DirectorSeen, MachineSeen } from './seen.ts';

/** They need no configuration. */
export const machineChecks: readonly Check<MachineSeen>[] = [config, daemon, capabilities, realtime, ipvs];

export const checks: readonly Check<DirectorSeen>[] = [
  ...[config, secret, devices, addresses, ports],
  ...[daemon, capabilities, realtime],
  ...[ipvs, schedulers, ipForward, rpFilter, promoteSecondaries, arpSettings, ipvsSysctls],
  ...[heartbeat, firewallAdverts, firewallPeer, firewallSync, mtu, vrrp, vipClaims, vipOwner],
  ...[peerChannel, sameConfig, sameVersion, clocks, redis],
];
