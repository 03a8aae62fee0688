// Rows of text under each other, every column as wide as its widest cell. No frames: they are in the way of grep and awk.

/** The first row is the heading; alone it is nothing. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  if (rows.length < 2) return [];
  const count = Math.max(...rows.map((row) => row.length));
  const widths = Array.from({ length: count }, (_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
