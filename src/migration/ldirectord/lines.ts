// The lines of an ldirectord.cf: settings, and below a `virtual` those of its section (ldirectord(8), "SYNTAX").
import type { Ledger, Passage } from '../ledger.ts';
import type { SourceFile } from '../source.ts';

export interface Setting extends Passage {
  readonly key: string;
  readonly value: string;
  /** A `virtual` or `virtual6`: the indented settings that follow it. */
  readonly section: readonly Setting[];
}

interface Growing extends Setting {
  readonly section: Growing[];
}

/** A section ends with its first line that is not indented, be it a blank one; ldirectord takes four blanks or a tab for that. */
export function settingsOf({ file, text }: SourceFile, ledger: Ledger): readonly Setting[] {
  const settings: Growing[] = [];
  let open: Growing | undefined;
  for (const [index, raw] of text.split('\n').entries()) {
    if (/^\s*#/.test(raw)) continue;
    const line = raw.replace(/\r$/, '').replace(/#.*/, '').replaceAll('\t', '    ');
    const indented = /^ {4}/.test(line);
    const passage: Passage = { place: { file, line: index + 1, column: raw.search(/\S|$/) + 1 }, lastLine: index + 1 };
    if (line.trim() === '') open = indented ? open : undefined;
    else {
      const setting = settingIn(line.trim(), passage, ledger);
      if (!indented) open = setting !== undefined && /^virtual6?$/.test(setting.key) ? setting : undefined;
      else if (open === undefined)
        ledger.wrong(passage, 'this line is indented and belongs to no virtual', 'a virtual = ... above it, without a blank line between');
      if (setting !== undefined && (!indented || open !== undefined))
        (indented && open !== undefined ? open.section : settings).push(setting);
    }
  }
  return settings;
}

function settingIn(line: string, passage: Passage, ledger: Ledger): Growing | undefined {
  const [, key, value] = /^(\w+)\s*=\s*(.*)$/.exec(line) ?? [];
  if (line === 'supervised') return { ...passage, key: 'supervised', value: 'yes', section: [] };
  if (key !== undefined && value !== undefined) return { ...passage, key, value, section: [] };
  ledger.wrong(passage, `this is no setting: ${line.slice(0, 40)}`, 'name = value');
  return undefined;
}
