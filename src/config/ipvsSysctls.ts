// The sysctls of IPVS (Documentation/networking/ipvs-sysctl.rst of Linux), and the two of forwarding that nat needs: what
// each is for, and which values the kernel understands. Most of them it does not check itself.

export interface Sysctl {
  /** Below /proc/sys. */
  readonly path: string;
  readonly from: number;
  readonly to: number;
  /** Two values rather than one. */
  readonly isPair: boolean;
  /** One sentence, for people. */
  readonly purpose: string;
}

const ipvs = (name: string, from: number, to: number, purpose: string): Sysctl => ({
  path: `net/ipv4/vs/${name}`,
  from,
  to,
  isPair: false,
  purpose,
});

const onOff = (name: string, purpose: string): Sysctl => ipvs(name, 0, 1, purpose);

const most = 0x7fff_ffff;

/** By the names that the configuration uses. */
export const ipvsSysctls: Readonly<Record<string, Sysctl>> = {
  conntrack: onOff('conntrack', 'Connections of IPVS are tracked by netfilter too, for firewalls and for NAT rules that look at them.'),
  snat_reroute: onOff('snat_reroute', 'Answers of nat servers are routed again by their new source address.'),
  conn_reuse_mode: ipvs('conn_reuse_mode', 0, 3, 'A client that uses a port again may be given to another server.'),
  expire_nodest_conn: onOff('expire_nodest_conn', 'Connections to a removed server end at once, so that clients connect again.'),
  expire_quiescent_template: onOff('expire_quiescent_template', 'Persistent clients of a server with weight 0 go to another one.'),
  sloppy_tcp: onOff('sloppy_tcp', 'A TCP connection may begin in the middle, as it does for a director that takes it over without sync.'),
  sloppy_sctp: onOff('sloppy_sctp', 'An SCTP association may begin in the middle, as for a director that takes it over without sync.'),
  schedule_icmp: onOff('schedule_icmp', 'ICMP errors that belong to no known connection are scheduled too.'),
  nat_icmp_send: onOff('nat_icmp_send', 'Unknown answers of nat servers are refused by ICMP.'),
  ignore_tunneled: onOff('ignore_tunneled', 'Packets that came out of a tunnel are not scheduled again.'),
  backup_only: onOff(
    'backup_only',
    'A backup of the connection synchronisation forwards nothing by itself, which keeps dr pairs from loops.',
  ),
  pmtu_disc: onOff('pmtu_disc', 'Tunnelled packets keep their "do not fragment" bit, so that clients learn the smaller MTU.'),
  cache_bypass: onOff('cache_bypass', 'Without a server, packets of a transparent cache go to their origin.'),
  run_estimation: onOff('run_estimation', 'The kernel computes rates of connections and packets, for which it needs time.'),
  sync_ports: ipvs('sync_ports', 1, 8, 'Threads and UDP ports of the connection synchronisation.'),
  sync_threshold: {
    ...ipvs('sync_threshold', 0, most, 'With [3, 50] a connection is synchronised with its third packet and then with every 50th.'),
    isPair: true,
  },
  sync_persist_mode: onOff('sync_persist_mode', 'Of persistent connections only their template is synchronised.'),
  // More would not fit the kernel's own unit.
  sync_refresh_period: ipvs(
    'sync_refresh_period',
    0,
    86_400,
    'Seconds after which an unchanged connection is synchronised again; 0 means by packets.',
  ),
  sync_retries: ipvs('sync_retries', 0, 3, 'How often a synchronisation is repeated within a refresh period.'),
  sync_qlen_max: ipvs('sync_qlen_max', 1, most, 'Messages of the connection synchronisation that may wait to be sent.'),
  sync_sock_size: ipvs(
    'sync_sock_size',
    0,
    most,
    'Bytes of the socket buffer of the connection synchronisation; 0 leaves it to the system.',
  ),
  sync_version: ipvs('sync_version', 0, 1, 'The version of the synchronisation messages: 0 is for kernels before 2.6.39.'),
  drop_entry: ipvs('drop_entry', 0, 3, 'Half-open connections are dropped at random when memory gets short, against floods.'),
  drop_packet: ipvs('drop_packet', 0, 3, 'Packets are dropped when memory gets short, against floods.'),
  secure_tcp: ipvs('secure_tcp', 0, 3, 'TCP uses shorter timeouts when memory gets short, against floods.'),
  amemthresh: ipvs('amemthresh', 0, most, 'Pages of free memory below which the three defences begin.'),
  am_droprate: ipvs('am_droprate', 1, most, 'Every how many packets one is dropped in mode 3 of drop_packet.'),
  ip_forward: {
    ...onOff('', 'The director routes IPv4, as nat needs it for the answers of the servers.'),
    path: 'net/ipv4/ip_forward',
  },
  ip6_forwarding: {
    ...onOff('', 'The director routes IPv6, as nat needs it for the answers of the servers.'),
    path: 'net/ipv6/conf/all/forwarding',
  },
};
