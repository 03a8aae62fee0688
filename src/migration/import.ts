// Rules that another program wrote, whichever: a document, or all that is wrong with them, and the account of both.
import type { Problem } from '../errors/place.ts';
import type { RulesDocument } from '../rules/document.ts';
import { ipvsadmRules } from './ipvsadm/read.ts';
import { statementsIn } from './keepalived/file.ts';
import { keepalivedRules } from './keepalived/rules.ts';
import { ldirectordRules } from './ldirectord/rules.ts';
import { inReadingOrder, Ledger, type Remark } from './ledger.ts';
import type { FindFiles, SourceFile } from './source.ts';

export const formats = ['ipvsadm', 'keepalived', 'ldirectord'] as const;
export type Format = (typeof formats)[number];

export interface ImportWishes {
  /** Undefined: by the content. */
  readonly format: Format | undefined;
  /** For the lines of a keepalived.conf that are for one node only. */
  readonly configId: string | undefined;
  readonly findFiles: FindFiles;
}

export interface Imported {
  /** Undefined when it could not be told. */
  readonly format: Format | undefined;
  /** As far as it could be read: of use only without problems. */
  readonly document: RulesDocument;
  readonly account: readonly Remark[];
  readonly problems: readonly Problem[];
}

export function importRules(source: SourceFile, wishes: ImportWishes): Imported {
  const ledger = new Ledger();
  const format = wishes.format ?? formatOf(source.text);
  if (format === undefined)
    ledger.wrong(
      { place: { file: source.file, line: 1, column: 1 } },
      'what wrote this file cannot be seen in it',
      `--from ${formats.join(', --from ')}`,
    );
  const document = format === undefined ? { services: [] } : readAs(format, source, wishes, ledger);
  return { format, document, account: inReadingOrder(ledger.remarks), problems: inReadingOrder(ledger.problems) };
}

function readAs(format: Format, source: SourceFile, wishes: ImportWishes, ledger: Ledger): RulesDocument {
  switch (format) {
    case 'ipvsadm':
      return ipvsadmRules(source, ledger);
    case 'keepalived':
      return keepalivedRules(statementsIn(source, wishes, ledger), ledger);
    case 'ldirectord':
      return ldirectordRules(source, ledger);
  }
}

/** By the first line that only one of them can have. */
export function formatOf(text: string): Format | undefined {
  for (const line of text.split('\n').map((one) => one.trim())) {
    if (/^[#!]/.test(line)) continue;
    if (/^(?:(?:\S*\/)?ipvsadm(?:\s|$)|-[ACDEadeRSZ]\s|-[CZ]$|--(?:add|edit|delete)-\w)/.test(line)) return 'ipvsadm';
    if (/^[^=]*\{/.test(line) || /^[$@~]|^include\s|^(?:virtual_server|vrrp_\w+|global_defs)\b/.test(line)) return 'keepalived';
    if (/^[a-z]\w*\s*=/.test(line)) return 'ldirectord';
  }
  return undefined;
}
