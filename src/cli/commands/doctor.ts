// `vspair doctor`: everything that makes pairs fail in practice, each with the reason and the fix.
import type { Finding } from '../../doctor/check.ts';
import { diagnose, diagnoseMachine, hasProblem } from '../../doctor/diagnosis.ts';
import type { Complaint } from '../../doctor/seen.ts';
import { VspairError } from '../../errors/catalogue.ts';
import { type ExitCode, exitCodes } from '../../errors/exit-codes.ts';
import type { Examination, ExaminedDirector } from '../../observe/observe.ts';
import { parseDuration } from '../../text/duration.ts';
import type { Choose, Parser } from '../cli.ts';
import { type GlobalOptions, socketOf } from '../options.ts';
import { type Readiness, readinessOf } from '../readiness.ts';
import { doctorText } from '../renderDoctor.ts';
import type { World } from '../world.ts';

interface DoctorOptions extends GlobalOptions {
  readonly listen: string;
}

const shortestListenMs = 200;
const longestListenMs = 300_000;

export function addDoctor(parser: Parser, choose: Choose): void {
  parser.command(
    'doctor',
    'Look for everything that makes pairs fail in practice; changes nothing',
    (command) =>
      command
        .option('listen', { type: 'string', default: '3s', requiresArg: true, describe: 'How long to listen to the network' })
        .example('$0 doctor', 'on each director, as root; before the first start and whenever something is odd')
        .example('$0 doctor --listen 30s', 'to meet a VRRP router or a stranger that speaks seldom')
        .example('$0 doctor --json', 'for programs'),
    (options) => choose((world) => doctor(options, world)),
  );
}

async function doctor(options: DoctorOptions, world: World): Promise<ExitCode> {
  const examination = examinationOf(options, world);
  // Only the doctor pays for loading all that observes.
  const { observe } = await import('../../observe/observe.ts');
  const { machine, director } = await observe(examination, options.json ? () => undefined : (what) => world.err(`${what} ...`));
  const findings = director === undefined ? diagnoseMachine(machine) : diagnose(director);
  world.out(options.json ? JSON.stringify(doctorJson(findings), null, 2) : doctorText(findings, world.paint.out));
  return hasProblem(findings) ? exitCodes.problemsFound : exitCodes.ok;
}

function examinationOf(options: DoctorOptions, world: World): Examination {
  const listenMs = listeningTime(options.listen);
  const readiness = readinessOrComplaint(options, world);
  const { problems = [], warnings = [] } = readiness;
  return {
    config: { file: options.config, problems, warnings, complaints: readiness.complaints },
    version: world.version,
    socket: socketOf(options),
    connect: world.connect,
    director: directorOf(readiness, options.stateDir, listenMs),
  };
}

interface Readable extends Partial<Readiness> {
  readonly complaints: readonly Complaint[];
}

/** A file that is not there is a finding, as a mistake in it is. */
function readinessOrComplaint(options: GlobalOptions, world: World): Readable {
  try {
    const readiness = readinessOf(options, world);
    const ofNode = readiness.failures.filter(({ code }) => code === 'VSP_NODE_UNKNOWN');
    return { ...readiness, complaints: ofNode.map(complaintOf) };
  } catch (error) {
    if (error instanceof VspairError) return { complaints: [complaintOf(error)] };
    throw error;
  }
}

function directorOf({ loaded, node, keys, failures = [] }: Readable, stateDir: string, listenMs: number): ExaminedDirector | undefined {
  if (loaded === undefined || node === undefined) return undefined;
  const [secret] = failures.filter(({ code }) => code !== 'VSP_NODE_UNKNOWN').map(complaintOf);
  return { loaded, self: node, keys, secret, stateDir, listenMs };
}

const complaintOf = ({ message, advice }: VspairError): Complaint => ({ text: message, advice });

function listeningTime(text: string): number {
  const ms = parseDuration(text);
  if (ms !== undefined && ms >= shortestListenMs && ms <= longestListenMs) return ms;
  throw new VspairError({
    code: 'VSP_USAGE',
    object: `--listen ${text}`,
    attempt: 'listen so long',
    detail: 'expected a time with its unit from 200ms to 5m, such as 3s',
  });
}

const doctorJson = (findings: readonly Finding[]) => ({ ok: !hasProblem(findings), findings });
