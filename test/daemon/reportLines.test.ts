// What the main thread's parts tell, as an operator reads it.

import { describe, expect, test } from 'vitest';
import type { ChannelReport } from '../../src/alerts/channelQueue.ts';
import {
  alertReportLine,
  fileProblemLine,
  neighbourLine,
  peerLine,
  rulesLine,
  settingLine,
  storeLine,
} from '../../src/daemon/reportLines.ts';
import { eventOf } from '../../src/events/draft.ts';
import type { LogLine } from '../../src/log/line.ts';
import { revised, rules } from '../rules/documents.ts';

const text = ({ level, message }: LogLine): string => `${level}: ${message}`;
const revision = { ...revised(rules(), 3), digest: '00112233aabbccdd' };
const failure = { object: 'service tcp 10.0.0.1:80 rr', attempt: 'add', errno: 'ENOENT' };

describe('of the rules', () => {
  test.each([
    [{ type: 'rulesIn', revision, written: 4 }, 'info: rules: revision 3 (00112233aabbccdd) is in the kernel, 4 requests written'],
    [{ type: 'rulesIn', revision, written: 0 }, 'info: rules: revision 3 (00112233aabbccdd) is in the kernel, as it was'],
    [
      { type: 'rulesPrepared', revision, requests: 2 },
      'info: rules: revision 3 (00112233aabbccdd) is prepared, 2 requests to be written at a takeover',
    ],
    [
      { type: 'rulesNotIn', revision, failures: [failure], detail: 'add service tcp 10.0.0.1:80 rr: ENOENT' },
      'error: rules: revision 3 (00112233aabbccdd) is not all in the kernel: add service tcp 10.0.0.1:80 rr: ENOENT',
    ],
    [
      { type: 'rulesDrifted', revision, differences: ['a is 1, should be 2', 'b: is missing'], isRepaired: true },
      'warn: rules: somebody else changed our services in the kernel, and it was put right: a is 1, should be 2; b: is missing',
    ],
    [
      { type: 'rulesDrifted', revision, differences: ['a is 1, should be 2'], isRepaired: false },
      'warn: rules: somebody else changed our services in the kernel, and it stands: a is 1, should be 2',
    ],
    [
      { type: 'rulesLeft', failures: [{ ...failure, attempt: 'remove', errno: 'EPERM' }] },
      'error: rules: not all taken out of the kernel: cannot remove service tcp 10.0.0.1:80 rr: EPERM',
    ],
  ] as const)('%j', (event, line) => {
    expect(text(rulesLine(event))).toBe(line);
  });

  test('a machine finds revision and failures in fields', () => {
    expect(rulesLine({ type: 'rulesNotIn', revision, failures: [failure], detail: '' }).fields).toEqual({
      type: 'rulesNotIn',
      revision: 3,
      digest: '00112233aabbccdd',
      failures: [failure],
    });
  });
});

const entry = {
  revision: 3,
  digest: '00112233aabbccdd',
  author: 'op',
  time: '2026-11-23T10:00:00.000Z',
  message: '',
  services: 1,
  servers: 2,
} as const;

test.each([
  [{ type: 'connected' }, 'info: redis: connected'],
  [{ type: 'disconnected', detail: 'ECONNREFUSED' }, 'warn: redis: not connected: ECONNREFUSED; the last good rules stay in use'],
  [{ type: 'noticesRefused', detail: 'NOPERM' }, 'warn: redis: change notices are refused: NOPERM; changes arrive with the poll only'],
  [
    { type: 'trouble', what: 'gone', detail: 'the store has no rules any more' },
    'error: redis: the store has no rules any more; the last good rules stay in use',
  ],
  [
    { type: 'editLost', lost: { ...entry, superseded: true }, director: 'vsbak', current: { revision: 4, digest: 'ffeeddccbbaa0099' } },
    'error: rules: revision 3 (00112233aabbccdd) by op on vsbak lost against revision 4 (ffeeddccbbaa0099); vspair rules show --revision 00112233aabbccdd shows it',
  ],
  [
    { type: 'peerRefused', detail: 'vsbak runs a version that shares no rules with its peers' },
    'error: rules: not shared: vsbak runs a version that shares no rules with its peers; the rules here stay in use',
  ],
  [
    { type: 'unreached', revision: 3, directors: [{ director: 'vsbak', detail: 'it is not connected' }] },
    'warn: rules: revision 3 is not everywhere yet: vsbak: it is not connected',
  ],
] as const)('of the store: %j', (event, line) => {
  expect(text(storeLine(event))).toBe(line);
});

test.each([
  [{ type: 'connected', peer: 'vsbak', address: '10.0.0.3' }, 'info: peer channel: connected to vsbak at 10.0.0.3'],
  [
    { type: 'lost', peer: 'vsbak', detail: 'ECONNRESET' },
    'warn: peer channel: connection to vsbak lost: ECONNRESET (a hint only: adverts decide)',
  ],
  [
    { type: 'unreachable', peer: 'vsbak', address: '10.0.0.3', detail: 'ECONNREFUSED' },
    'warn: peer channel: vsbak cannot be reached at 10.0.0.3: ECONNREFUSED',
  ],
  [
    { type: 'refused', cause: 'wrong-key', count: 3, from: '10.0.0.66' },
    'warn: peer channel: 3 connections from 10.0.0.66 refused: wrong-key',
  ],
  [{ type: 'listening', address: '10.0.0.2' }, 'debug: peer channel: listening on 10.0.0.2'],
  [{ type: 'listenFailed', address: '10.0.0.2', detail: 'EADDRINUSE' }, 'error: peer channel: cannot listen on 10.0.0.2: EADDRINUSE'],
  [{ type: 'handlerFailed', method: 'status', error: new Error('oops') }, 'error: peer channel: request status failed: oops'],
] as const)('of the peer channel: %j', (event, line) => {
  expect(text(peerLine(event))).toBe(line);
});

test.each([
  [{ mac: '02:00:0a:00:00:03', detail: undefined }, 'info: 10.0.0.1 on eth0 is answered by 02:00:0a:00:00:03'],
  [{ mac: undefined, detail: 'nobody' }, 'debug: 10.0.0.1 on eth0: no owner in the neighbour table: nobody'],
])('of who answers for a virtual IP: %j', (seen, line) => {
  expect(text(neighbourLine({ address: '10.0.0.1', dev: 'eth0', ...seen }))).toBe(line);
});

test.each([
  [undefined, 'error: /state/rules.json: corrupt: it is cut off'],
  ['/state/rules.json.corrupt-1', 'error: /state/rules.json: corrupt: it is cut off; set aside as /state/rules.json.corrupt-1'],
])('of a file of the state directory, set aside as %s', (setAside, line) => {
  expect(text(fileProblemLine({ file: '/state/rules.json', problem: 'corrupt', detail: 'it is cut off', setAside }))).toBe(line);
});

test.each([
  [{ type: 'delivered', attempts: 1 }, 'debug: alerts[0] exec /bin/page: delivered: vs1 not heard'],
  [
    { type: 'failed', attempts: 4, detail: 'exit code 3' },
    'warn: alerts[0] exec /bin/page: not delivered after 4 attempts: exit code 3: vs1 not heard',
  ],
] as const)('of an alert: %j', (outcome, line) => {
  const teller = { cluster: 'web', node: 'vsbak', groups: new Map([[51, 'web']]) };
  const event = eventOf({ id: 'b2c3', type: 'takeover', vrid: 51, peer: 'vs1', reason: 'active-down', text: 'vs1 not heard' }, teller);
  const report: ChannelReport = { channel: 'alerts[0] exec /bin/page', event, ...outcome };
  expect(text(alertReportLine(report))).toBe(line);
  expect(alertReportLine(report).fields).toMatchObject({ event: 'b2c3' });
});

test.each([
  [
    { type: 'settingPut', name: 'timeout udp', found: '300s', wanted: '60s', first: true },
    'info: ipvs: timeout udp is now 60s; it was 300s',
  ],
  [
    { type: 'settingPut', name: 'timeout udp', found: '30s', wanted: '60s', first: false },
    'warn: ipvs: timeout udp had been changed to 30s by somebody else; it is 60s again',
  ],
  [
    { type: 'settingRefused', failure: { object: 'sysctl net.ipv4.vs.conntrack', attempt: 'set', errno: 'ENOENT' } },
    'error: ipvs: cannot set sysctl net.ipv4.vs.conntrack: ENOENT; it is tried again',
  ],
] as const)('of the settings of IPVS: %j', (event, line) => {
  expect(text(settingLine(event))).toBe(line);
});
