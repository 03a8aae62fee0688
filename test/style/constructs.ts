// Constructs of the language and calls that a folder must do without. A construct goes by the name that `namesOf` gives it.
import ts from 'typescript';
import type { Finding } from './finding.ts';
import { lineOf, type Source } from './source.ts';

export interface ConstructRule {
  /** Path prefixes the rule holds for, and those it does not. */
  readonly within: readonly string[];
  readonly except?: readonly string[];
  readonly banned: readonly string[];
  readonly instead: string;
}

const pure = ['src/core/', 'src/wire/'];
/** The files of the keeper that touch the outside world; the simulator runs all others. */
const keeperShell = ['src/keeper/worker.ts', 'src/keeper/runtime.ts', 'src/keeper/advertSockets.ts'];

export const constructRules: readonly ConstructRule[] = [
  {
    within: [...pure, 'src/keeper/', 'test/sim/'],
    except: [...keeperShell, 'test/sim/main.ts'],
    banned: ['performance.now', 'process.hrtime', 'new Date'],
    instead: 'take `now` as an argument: time comes in with each event, or a run cannot be replayed',
  },
  {
    within: [...pure, 'test/sim/'],
    except: ['test/sim/main.ts'],
    banned: ['Date.now'],
    instead: 'take `now` as an argument: time comes in with each event, or a run cannot be replayed',
  },
  {
    within: [...pure, 'src/keeper/', 'test/sim/'],
    except: keeperShell,
    banned: ['Math.random', 'randomBytes', 'randomInt', 'randomUUID', 'crypto.randomUUID', 'crypto.getRandomValues'],
    instead: 'no randomness here: draw it outside and pass it in, or a seed does not repeat its run',
  },
  {
    within: [...pure, 'src/keeper/', 'test/sim/'],
    except: [...keeperShell, 'test/sim/main.ts'],
    banned: ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'process.nextTick'],
    instead: 'timers are state: keep a deadline and let the runtime ask for it',
  },
  {
    within: pure,
    banned: ['process.*', 'console.*', 'fetch'],
    instead: 'return it as a value or an effect: the runtime talks to the world',
  },
  { within: pure, banned: ['async', 'await'], instead: 'stay synchronous: nothing here waits' },
  { within: ['src/core/'], banned: ['throw'], instead: 'return a refusal or report a fact: the election never throws' },
  {
    within: ['src/'],
    except: ['src/main.ts', 'src/cli/', 'src/daemon/daemon.ts', 'src/keeper/worker.ts'],
    banned: ['process.exit'],
    instead:
      'throw a VspairError or end by the last effect, so that logs and alerts are written first; only the ends of the two threads exit',
  },
  {
    within: ['src/'],
    except: ['src/main.ts', 'src/cli/'],
    banned: ['console.*'],
    instead: 'log it (src/log), or write to the stream that was passed in',
  },
  { within: ['src/', 'test/'], banned: ['any'], instead: 'name the type, or take `unknown` and narrow it' },
  { within: ['src/', 'test/'], banned: ['!'], instead: 'handle undefined, or assert with a sentence that says why it cannot be' },
  { within: ['src/', 'test/'], banned: ['as unknown as'], instead: 'narrow by a check, or give the source the right type' },
  { within: ['src/', 'test/'], banned: ['catch {}'], instead: 'say by a value or a comment why the error does not matter' },
  {
    within: ['test/'],
    banned: ['vi.mock', 'vi.doMock', 'vi.spyOn', 'vi.fn'],
    instead: 'write a fake that remembers what it was told: our own modules are not mocked',
  },
  {
    within: ['test/'],
    banned: ['test', 'it', 'describe'].flatMap((kind) =>
      ['only', 'skip', 'skipIf', 'runIf', 'todo', 'fails'].map((way) => `${kind}.${way}`),
    ),
    instead: 'every test runs: repair it, or delete it with its reason in the commit',
  },
];

export function bannedConstructs(source: Source, rules: readonly ConstructRule[] = constructRules): Finding[] {
  const here = rules.filter((rule) => holdsFor(rule, source.path));
  const findings: Finding[] = [];
  const visit = (node: ts.Node): void => {
    for (const name of namesOf(node)) {
      const rule = here.find(({ banned }) => banned.some((pattern) => matches(pattern, name)));
      if (rule !== undefined) findings.push({ file: source.path, line: lineOf(source, node), banned: name, instead: rule.instead });
    }
    ts.forEachChild(node, visit);
  };
  visit(source.tree);
  return findings;
}

function holdsFor(rule: ConstructRule, path: string): boolean {
  return rule.within.some((prefix) => path.startsWith(prefix)) && !(rule.except ?? []).some((prefix) => path.startsWith(prefix));
}

const matches = (pattern: string, name: string): boolean =>
  pattern.endsWith('.*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;

function namesOf(node: ts.Node): string[] {
  if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression)) return [`${node.expression.text}.${node.name.text}`];
  if (ts.isCallExpression(node) && ts.isIdentifier(node.expression)) return [node.expression.text];
  if (ts.isNewExpression(node) && ts.isIdentifier(node.expression)) return [`new ${node.expression.text}`];
  if (ts.isThrowStatement(node)) return ['throw'];
  if (ts.isAwaitExpression(node)) return ['await'];
  if (ts.isNonNullExpression(node)) return ['!'];
  if (ts.isAsExpression(node) && ts.isAsExpression(node.expression)) return ['as unknown as'];
  if (ts.isCatchClause(node) && isSilent(node)) return ['catch {}'];
  if (node.kind === ts.SyntaxKind.AnyKeyword) return ['any'];
  if (node.kind === ts.SyntaxKind.AsyncKeyword) return ['async'];
  if ((ts.isPropertyDeclaration(node) || ts.isVariableDeclaration(node)) && node.exclamationToken !== undefined) return ['!'];
  return [];
}

const isSilent = (clause: ts.CatchClause): boolean => clause.block.statements.length === 0 && !/\/[/*]/.test(clause.block.getText());
