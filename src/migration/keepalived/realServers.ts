// `real_server` of keepalived.conf.
import { parseAddress } from '../../text/address.ts';
import type { Ledger } from '../ledger.ts';
import type { ServerDraft } from '../serviceDraft.ts';
import { type Forwarding, forwardingIn } from './forwarding.ts';
import { blockOf, into, readStatements, surplus, titleOf, wholeIn } from './reading.ts';
import { realServerReasons } from './reasons.ts';
import type { Statement } from './statements.ts';

/** What a real server takes from its virtual server when it does not say it itself. */
export interface ServerDefaults {
  readonly forwarding: Forwarding;
  readonly weight: number;
}

/** u_threshold and l_threshold of the kernel. */
const largestThreshold = 0xffff_ffff;

export function realServerIn(statement: Statement, defaults: ServerDefaults, ledger: Ledger): ServerDraft[] {
  const head = headOf(statement, ledger);
  const found = { ...defaults, upperThreshold: 0, lowerThreshold: 0 };
  const method = into(found, 'forwarding', (one) => forwardingIn(one, ledger));
  const read = new Map([
    ['weight', into(found, 'weight', (one) => wholeIn(one, 0, 65_535, ledger))],
    ['uthreshold', into(found, 'upperThreshold', (one) => wholeIn(one, 0, largestThreshold, ledger))],
    ['lthreshold', into(found, 'lowerThreshold', (one) => wholeIn(one, 0, largestThreshold, ledger))],
    ['lvs_method', method],
    ['lb_kind', method],
  ]);
  readStatements(blockOf(statement, ledger), { read, reasons: realServerReasons }, 'in real_server', ledger);
  const { forwarding, ...numbers } = found;
  const { place, lastLine } = statement;
  return head === undefined ? [] : [{ place, lastLine, ...head, ...forwarding, ...numbers }];
}

/** `real_server ADDRESS [PORT]` */
function headOf(statement: Statement, ledger: Ledger): Pick<ServerDraft, 'address' | 'port'> | undefined {
  const [first, second] = statement.words;
  const address = parseAddress(first?.text ?? '');
  const port = second === undefined ? undefined : Number(/^\d{1,5}$/.exec(second.text)?.[0] ?? Number.NaN);
  surplus(statement, 2, ledger);
  if (address === undefined) ledger.wrong(first ?? statement, titleOf(statement), 'real_server ADDRESS PORT');
  if (port !== undefined && !(port <= 65_535))
    ledger.wrong(second ?? statement, `the port of ${titleOf(statement)}`, 'a port from 0 to 65535');
  return address === undefined || !(port === undefined || port <= 65_535) ? undefined : { address: address.text, port };
}
