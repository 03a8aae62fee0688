// Rows of text under each other, every column as wide as its widest cell. No frames: they are in the way of grep and awk.
import { stripVTControlCharacters } from 'node:util';

/** The first row is the heading; alone it is nothing. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  if (rows.length < 2) return [];
  const count = Math.max(...rows.map((row) => row.length));
  const widths = Array.from({ length: count }, (_, column) => Math.max(...rows.map((row) => widthOf(row[column] ?? ''))));
  return rows.map((row) =>
    row
      .map((cell, column) => cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - widthOf(cell))))
      .join('  ')
      .trimEnd(),
  );
}

/** Colours take no place. */
const widthOf = (cell: string): number => stripVTControlCharacters(cell).length;
