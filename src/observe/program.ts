// Programs of the system that only look: run to their end, with a bound.
import { execFile } from 'node:child_process';
import { known, type Seen, unknown } from '../doctor/seen.ts';

const outputBytes = 16 * 1024 * 1024;
const withinMs = 5_000;

/** Administrators' programs are not in everybody's PATH. */
const path = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin:/usr/bin:/bin`;

/** What it wrote to standard output. Without a shell: nothing of `args` is interpreted. */
export function outputOf(program: string, args: readonly string[]): Promise<Seen<string>> {
  return new Promise((resolve) => {
    execFile(
      program,
      args,
      { env: { PATH: path, LC_ALL: 'C.UTF-8' }, timeout: withinMs, maxBuffer: outputBytes },
      (error, out, complaint) => {
        if (error === null) resolve(known(out));
        else
          resolve(
            unknown(
              error.code === 'ENOENT'
                ? `there is no program ${program}`
                : `${program}: ${complaint.trim().split('\n')[0] ?? error.message}`,
            ),
          );
      },
    );
  });
}
