// What keepalived has and vspair does not: why, and what to do about it.
import type { Reason } from '../ledger.ts';
import { checks, mail, reasonsOf } from '../reasons.ts';

const quorum: Reason = { why: 'without checks there is no quorum', advice: '' };
const sorry: Reason = {
  why: 'IPVS has no sorry server: keepalived swaps it in when its checks fail',
  advice: 'without a server that has weight clients are refused',
};
const scripts: Reason = {
  why: 'vspair calls scripts as alert channels, for every group at once',
  advice: 'have it called as keepalived does: alerts: [{ notify: /path }], or { notify: { master: /path, backup: /path } }',
};
const names: Reason = { why: 'it only names the service for others', advice: '' };
const announcements: Reason = { why: 'vspair announces virtual IPs by rules of its own', advice: '' };
const wire: Reason = {
  why: "it shapes VRRP's packets, and vspair speaks signed UDP of its own",
  advice: 'open UDP and TCP port 1112 between the directors',
};
const macs: Reason = {
  why: "virtual IPs stay on the hosts' own MAC addresses, announced by gratuitous ARP",
  advice: 'a neighbour that ignores gratuitous ARP needs another way',
};
const tracking: Reason = {
  why: 'vspair watches the interfaces of the virtual IPs and nothing else',
  advice: 'have what is tracked call vspair maintenance on, or vspair failover',
};
const routing: Reason = { why: 'vspair moves addresses only', advice: 'set routes and rules up by other means on both directors' };
const process: Reason = { why: "it is about keepalived's own processes", advice: '' };

/** Inside and outside of real_server: keepalived takes most of them in both. */
const checkKeywords =
  'HTTP_GET SSL_GET TCP_CHECK SMTP_CHECK DNS_CHECK MISC_CHECK PING_CHECK UDP_CHECK BFD_CHECK FILE_CHECK ' +
  'delay_loop retry delay_before_retry warmup connect_timeout inhibit_on_failure virtualhost alpha';

export const virtualServerReasons = reasonsOf(
  [checks, `${checkKeywords} ha_suspend`],
  [quorum, 'omega quorum quorum_up quorum_down hysteresis'],
  [sorry, 'sorry_server sorry_server_inhibit sorry_server_lvs_method'],
  [mail, 'smtp_alert'],
  [names, 'snmp_name'],
  [{ why: 'IPVS has no such setting any more', advice: '' }, 'nat_mask hashed'],
);

export const realServerReasons = reasonsOf(
  [checks, checkKeywords],
  [{ why: 'vspair runs no scripts when servers come and go', advice: '' }, 'notify_up notify_down'],
  [mail, 'smtp_alert'],
  [names, 'snmp_name'],
);

export const instanceReasons = reasonsOf(
  [tracking, 'track_interface track_script track_file track_process track_bfd track_src_ip dont_track_primary linkbeat_use_polling'],
  [scripts, 'notify notify_master notify_backup notify_fault notify_stop notify_master_rx_lower_pri notify_priority_changes'],
  [mail, 'smtp_alert'],
  [
    { why: 'every packet is signed by the secret of the cluster', advice: 'make one by vspair keygen and copy it to both directors' },
    'authentication',
  ],
  [macs, 'use_vmac use_vmac_addr vmac_xmit_base use_ipvlan'],
  [
    wire,
    'version mcast_dst_ip unicast_ttl unicast_fault_no_peer check_unicast_src old_unicast_checksum native_ipv6 skip_check_adv_addr strict_mode kernel_rx_buf_size vrf',
  ],
  [
    announcements,
    'garp_master_delay garp_master_repeat garp_lower_prio_delay garp_lower_prio_repeat garp_master_refresh garp_master_refresh_repeat garp_extra_if',
  ],
  [
    { why: 'a director is taken for dead after three intervals and a skew', advice: '' },
    'down_timer_adverts lower_prio_no_advert higher_prio_send_advert',
  ],
  [routing, 'virtual_routes virtual_rules promote_secondaries'],
  [{ why: 'directors take packets to their virtual IPs', advice: 'keep them out by the packet filter where they must not' }, 'no_accept'],
  [{ why: 'so it is with vspair always', advice: '' }, 'accept preempt'],
  [process, 'debug'],
);

export const syncGroupReasons = reasonsOf(
  [tracking, 'track_interface track_script track_file track_process track_bfd sync_group_tracking_weight global_tracking'],
  [scripts, 'notify notify_master notify_backup notify_fault notify_stop notify_priority_changes'],
  [mail, 'smtp_alert'],
);

export const globalReasons = reasonsOf(
  [
    mail,
    'notification_email notification_email_from smtp_server smtp_helo_name smtp_connect_timeout smtp_alert smtp_alert_vrrp smtp_alert_checker no_email_faults no_checker_emails',
  ],
  [checks, 'checker_log_all_failures rs_init_notifies'],
  [
    scripts,
    'script_user enable_script_security startup_script startup_script_timeout shutdown_script shutdown_script_timeout notify_fifo notify_fifo_script vrrp_notify_fifo vrrp_notify_fifo_script lvs_notify_fifo lvs_notify_fifo_script vrrp_notify_priority_changes fifo_write_vrrp_states_on_reload',
  ],
  [
    announcements,
    'vrrp_garp_master_delay vrrp_garp_master_repeat vrrp_garp_lower_prio_delay vrrp_garp_lower_prio_repeat vrrp_garp_master_refresh vrrp_garp_master_refresh_repeat vrrp_garp_interval vrrp_gna_interval vrrp_min_garp vrrp_garp_extra_if',
  ],
  [
    wire,
    'vrrp_mcast_group4 vrrp_mcast_group6 vrrp_version vrrp_strict vrrp_skip_check_adv_addr vrrp_check_unicast_src vrrp_iptables vrrp_ipsets nftables nftables_counters nftables_ifindex nftables_priority disable_local_igmp log_unknown_vrids vrrp_down_timer_adverts vrrp_lower_prio_no_advert vrrp_higher_prio_send_advert vrrp_startup_delay vmac_prefix vmac_addr_prefix',
  ],
  [
    { why: 'vspair leaves services alone that it did not write, and keeps its own over a restart', advice: '' },
    'lvs_flush lvs_flush_onstop lvs_flush_on_stop',
  ],
  [
    { why: 'vspair writes every service of a group by itself', advice: '' },
    'nftables_ipvs nftables_ipvs_priority nftables_ipvs_start_fwmark',
  ],
  [
    { why: 'vspair gives its state by vspair status --json', advice: '' },
    'enable_snmp_vrrp enable_snmp_checker enable_snmp_rfc enable_snmp_rfcv2 enable_snmp_rfcv3 enable_traps enable_snmp_keepalived snmp_socket enable_dbus dbus_service_name dbus_no_interface_name',
  ],
  [
    process,
    'process_names process_name vrrp_process_name checker_process_name bfd_process_name vrrp_priority checker_priority bfd_priority vrrp_no_swap checker_no_swap bfd_no_swap vrrp_rt_priority checker_rt_priority bfd_rt_priority vrrp_cpu_affinity checker_cpu_affinity bfd_cpu_affinity vrrp_rlimit_rttime checker_rlimit_rttime bfd_rlimit_rttime max_auto_priority min_auto_priority_delay tmp_config_directory config_save_dir data_use_instance dynamic_interfaces use_pid_dir random_seed reload_check_config reload_file reload_repeat reload_time_file umask include_check vrrp_rx_bufs_policy vrrp_rx_bufs_multiplier child_wait_time lvs_netlink_cmd_rcv_bufs lvs_netlink_cmd_rcv_bufs_force lvs_netlink_monitor_rcv_bufs lvs_netlink_monitor_rcv_bufs_force vrrp_netlink_cmd_rcv_bufs vrrp_netlink_cmd_rcv_bufs_force vrrp_netlink_monitor_rcv_bufs vrrp_netlink_monitor_rcv_bufs_force process_monitor_rcv_bufs process_monitor_rcv_bufs_force',
  ],
);

/** Blocks and settings outside of all blocks. */
export const topReasons = reasonsOf(
  [
    tracking,
    'vrrp_script vrrp_track_process track_process vrrp_track_file track_file bfd_instance linkbeat_interfaces interface_up_down_delays track_group static_track_group linkbeat_use_polling',
  ],
  [routing, 'static_ipaddress static_routes static_rules'],
  [checks, 'SSL'],
  [announcements, 'garp_group'],
  [
    { why: 'vspair runs in the network namespace that it is started in', advice: '' },
    'net_namespace net_namespace_ipvs namespace_with_ipsets',
  ],
  [process, 'instance use_pid_dir child_wait_time'],
);
