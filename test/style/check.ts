// `npm run check`: types, lint, format and style at the same time, so that one run tells everything that is wrong.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

const checks = ['types', 'lint', 'format', 'style'];
const begun = performance.now();

async function check(name: string): Promise<boolean> {
  const tool = spawn('npm', ['run', '--silent', `check:${name}`], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [said, complained] = await Promise.all([text(tool.stdout), text(tool.stderr), once(tool, 'close')]);
  const seconds = ((performance.now() - begun) / 1_000).toFixed(1);
  const right = tool.exitCode === 0;
  process.stdout.write(right ? `${name}: right (${seconds} s)\n` : `${name}: WRONG (${seconds} s)\n${said}${complained}\n`);
  return right;
}

const outcomes = await Promise.all(checks.map(check));
process.exitCode = outcomes.every(Boolean) ? 0 : 1;
