// Do packets of full size come through between the directors, and do all interfaces of a network agree on what that is?
import { type Check, note, ok, type Verdict, warning } from '../check.ts';
import { forwardsBy } from '../rulesAspects.ts';
import type { DirectorSeen, PathSeen } from '../seen.ts';
import { notSeen } from '../unseen.ts';

type Needs = Pick<DirectorSeen, 'site' | 'paths' | 'devices' | 'rules'>;

const ethernet = 1500;

export const mtu: Check<Needs> = {
  id: 'mtu',
  group: 'network',
  what: 'packets as large as the interface takes, on each heartbeat link there and back; the MTU of the interfaces of virtual IPs',
  why: 'small packets come through and large ones vanish: rules and synchronised connections do not arrive, downloads hang',
  fix: 'ip link set DEV mtu BYTES: the same on both directors and on the switch between them',
  judge: (seen) => [...seen.paths.map(onPath), ...ofTunnels(seen)],
};

function onPath({ peer, link, remote, device, echo }: PathSeen): Verdict {
  const name = `${peer} on link ${link + 1} (${remote})`;
  if (device === undefined) return notSeen({ why: 'the heartbeat address is not on this machine' }, `MTU to ${name}`);
  if (!echo.known) return notSeen(echo, `MTU to ${name}`);
  if (!echo.value.small)
    return note(`MTU to ${name} is not known: it does not answer ICMP`, { fix: 'accept ICMP echo requests between the directors' });
  if (echo.value.large) return ok(`packets of ${device.mtu} bytes reach ${name} and come back`);
  return warning(`packets of ${device.mtu} bytes, the MTU of ${device.dev}, do not reach ${name} and come back; small ones do`, {
    fix: `find the smaller MTU on the way (ip link show on both, the switch), then: ip link set ${device.dev} mtu BYTES`,
  });
}

/** IPIP puts 20 bytes in front. */
function ofTunnels(seen: Needs): Verdict[] {
  if (!forwardsBy(seen, 'tun')) return [];
  const devices = new Set(seen.site.config.groups.flatMap(({ vips }) => vips.map(({ dev }) => dev)));
  const tight = seen.devices.filter((device) => devices.has(device.dev) && device.mtu <= ethernet);
  return tight.map((device) =>
    note(`services forward by tun, and the MTU of ${device.dev} is ${device.mtu}`, {
      why: 'a tunnel takes 20 bytes and more of each packet; clients are told so by ICMP, which some networks drop',
      fix: 'on the servers: ip route change default advmss 1436, or a larger MTU between directors and servers',
    }),
  );
}
