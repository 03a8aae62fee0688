// Every error that vspair can end with or report: a stable code, the exit code of a command that ends with it, and what
// the reader can do about it. EXIT-CODES.md lists the same for people.
import type { ExitName } from './exit-codes.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { type Place, type Problem, placeText } from './place.ts';

interface Entry {
  readonly exit: ExitName;
  readonly advice: string;
}

export const catalogue = {
  VSP_UNEXPECTED: { exit: 'unexpected', advice: 'this is a mistake in vspair: report it with the lines above' },
  VSP_USAGE: { exit: 'usage', advice: 'see vspair --help' },
  VSP_FILE_UNREADABLE: { exit: 'configInvalid', advice: 'check the path and that the file can be read' },
  VSP_FILE_EXISTS: { exit: 'usage', advice: 'choose another file, or replace it with --force' },
  VSP_FILE_UNWRITABLE: { exit: 'unexpected', advice: 'check that the directory exists, can be written and has free space' },
  VSP_FORMAT_NEWER: {
    exit: 'refused',
    advice: 'run the newer version on this director too, or move the file away to begin without it',
  },
  VSP_CONFIG_INVALID: { exit: 'configInvalid', advice: 'correct the places above, then run vspair check' },
  VSP_NODE_UNKNOWN: { exit: 'configInvalid', advice: 'name this director by --node, or add it to directors in the configuration' },
  VSP_SECRET_MISSING: {
    exit: 'configInvalid',
    advice: 'copy the secret of the other directors here, or make the first one: vspair keygen --out FILE',
  },
  VSP_SECRET_UNSAFE: {
    exit: 'configInvalid',
    advice: "let only its owner read the secret file: chmod 600, owned by root or the daemon's user",
  },
  VSP_SECRET_INVALID: { exit: 'configInvalid', advice: 'make a new secret by vspair keygen and copy it to every director' },
  VSP_RULES_INVALID: { exit: 'rulesInvalid', advice: 'correct the places above; the rules in use stay as they are' },
  VSP_IMPORT_INVALID: { exit: 'rulesInvalid', advice: 'correct the places above; nothing was written' },
  VSP_RULES_UNCONFIRMED: { exit: 'storeUnavailable', advice: 'look at vspair rules show before applying again' },
  VSP_RULES_CONFLICT: {
    exit: 'refused',
    advice: 'bring both changes together: vspair rules show > FILE, make yours again, apply it; or replace the other one by --force',
  },
  VSP_RULES_UNKNOWN: { exit: 'refused', advice: 'vspair rules history lists the revisions, vspair rules show the services and servers' },
  VSP_RULES_NOT_EVERYWHERE: {
    exit: 'notEverywhere',
    advice: 'the revision is in use where it has arrived, and comes to the others by itself when they can have it; see vspair status',
  },
  VSP_REFUSED: { exit: 'refused', advice: 'nothing was changed; vspair status shows what stands against it' },
  VSP_DRILL_ABORTED: { exit: 'aborted', advice: 'vspair status shows what is wrong; the drill can be given again once it is well' },
  VSP_DAEMON_NOT_REACHABLE: {
    exit: 'daemonNotReachable',
    advice: 'see whether it runs: systemctl status vspair, journalctl -u vspair; or name another socket by --socket',
  },
  VSP_DAEMON_ANSWER: {
    exit: 'daemonNotReachable',
    advice: 'command and daemon do not understand each other: run the same version of both',
  },
  VSP_PEER_NOT_REACHABLE: { exit: 'refused', advice: "check the peer's daemon and that its TCP port is open between the directors" },
  VSP_STORE_UNAVAILABLE: {
    exit: 'storeUnavailable',
    advice: 'check the state section of the configuration and that the store answers; running directors go on with their last rules',
  },
  VSP_ALREADY_RUNNING: {
    exit: 'alreadyRunning',
    advice: 'another daemon answers on this socket: stop it first, or give this one its own --socket and --state-dir',
  },
  VSP_STATE_DIR: { exit: 'configInvalid', advice: 'give a directory that this user can write by --state-dir' },
  VSP_ADDRESS_UNUSABLE: {
    exit: 'configInvalid',
    advice: 'check that this director has the heartbeat address and that no other program uses the port',
  },
  VSP_KERNEL: {
    exit: 'kernel',
    advice: 'check that the kernel has ip_vs (modprobe ip_vs) and that the daemon has CAP_NET_ADMIN and CAP_NET_RAW',
  },
  VSP_ALERT_FAILED: { exit: 'unexpected', advice: 'check the receiver of the alert; the takeover itself was not held up' },
  VSP_PERMISSION: { exit: 'permission', advice: 'run as root, or as a member of the group that owns the socket or file' },
} as const satisfies Readonly<Record<string, Entry>>;

export type ErrorCode = keyof typeof catalogue;

export const exitCodeOf = (code: ErrorCode): ExitCode => exitCodes[catalogue[code].exit];

export interface ErrorFacts {
  readonly code: ErrorCode;
  /** The thing it is about: a file, a socket, an address. */
  readonly object: string;
  /** What was tried, as an infinitive: "read", "connect". */
  readonly attempt: string;
  /** Why it failed, in words; without it the message of `cause` is used. Never a secret. */
  readonly detail?: string;
  readonly place?: Place;
  /** Every mistake in the file, when that is what failed. */
  readonly problems?: readonly Problem[];
  /** What to do next, where the advice of the code does not fit. */
  readonly advice?: string | undefined;
  readonly cause?: unknown;
}

export class VspairError extends Error {
  override readonly name = 'VspairError';
  readonly code: ErrorCode;
  readonly object: string;
  readonly attempt: string;
  readonly place: Place | undefined;
  readonly problems: readonly Problem[] | undefined;
  readonly advice: string;

  readonly #facts: ErrorFacts;

  constructor(facts: ErrorFacts) {
    super(messageOf(facts), facts.cause === undefined ? undefined : { cause: facts.cause });
    this.#facts = facts;
    this.code = facts.code;
    this.object = facts.object;
    this.attempt = facts.attempt;
    this.place = facts.place;
    this.problems = facts.problems;
    this.advice = facts.advice ?? catalogue[facts.code].advice;
  }

  /** The same error, with other advice from whoever knows better what to do next. */
  advising(advice: string): VspairError {
    return new VspairError({ ...this.#facts, advice });
  }

  get exitCode(): ExitCode {
    return exitCodeOf(this.code);
  }
}

function messageOf(facts: ErrorFacts): string {
  const where = facts.place === undefined ? facts.object : placeText(facts.place);
  const why = facts.detail ?? reasonOf(facts.cause);
  return `${where}: cannot ${facts.attempt}${why === '' ? '' : `: ${why}`}`;
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : typeof cause === 'string' ? cause : '';
}
