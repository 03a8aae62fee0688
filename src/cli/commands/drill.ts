// `vspair drill`: a handover there and back, to know that it works before it has to. Begins only with a healthy pair, and goes
// on only while it is one.
import type { ControlClient } from '../../control/client.ts';
import type { GroupOutcome } from '../../control/protocol.ts';
import type { StatusReport } from '../../control/status.ts';
import type { NodeName } from '../../core/types.ts';
import { VspairError } from '../../errors/catalogue.ts';
import { type ExitCode, exitCodes } from '../../errors/exit-codes.ts';
import { askDaemon } from '../ask.ts';
import type { Choose, Parser } from '../cli.ts';
import { reportFailure } from '../failure.ts';
import { carryOut } from '../handover/carryOut.ts';
import { commandText, demandConsent } from '../handover/consent.ts';
import { demandGroups } from '../handover/moves.ts';
import { defaultWaitMs, untilProtected } from '../handover/patience.ts';
import { outcomeJson } from '../handover/render.ts';
import type { GlobalOptions } from '../options.ts';
import type { World } from '../world.ts';

interface DrillOptions extends GlobalOptions {
  readonly group: string | undefined;
  readonly yes: boolean;
}

interface Trip {
  readonly group: string;
  readonly home: NodeName;
  readonly away: NodeName;
}

/** What became of one trip; a way that was not gone is undefined. */
interface Drilled {
  readonly group: string;
  there?: GroupOutcome;
  back?: GroupOutcome;
}

export function addDrill(parser: Parser, choose: Choose): void {
  parser.command(
    'drill',
    'Hand every group over and back again, and report both gaps',
    (command) =>
      command
        .option('group', { type: 'string', requiresArg: true, describe: 'Only this group  [default: every group, one after the other]' })
        .option('yes', { type: 'boolean', default: false, alias: 'y', describe: 'Do not ask' })
        .example('$0 drill', 'says what it will do, and asks')
        .example('$0 drill --yes --json', 'every month, by a timer'),
    (options) => choose((world) => drill(options, world)),
  );
}

async function drill(options: DrillOptions, world: World): Promise<ExitCode> {
  const agreed = demandConsent(commandText('drill', { group: options.group }), options, world);
  return askDaemon(options, world, async (client) => {
    const trips = tripsOf(demandHealthy(await client.ask('status', {}), 'begin', 'nothing was changed'), options.group);
    for (const trip of trips) (options.json ? world.err : world.out)(planText(trip));
    if (await agreed('Begin?')) return drillAll(client, trips, options, world);
    world.err('vspair: nothing was changed');
    return exitCodes.refused;
  });
}

const planText = ({ group, home, away }: Trip): string =>
  `${group}: will be handed over from ${home} to ${away}, and back to ${home} once the pair is whole again; one of them serves all the time`;

/** Throws VspairError when there is something that a failure in the middle would find. */
function demandHealthy(report: StatusReport, attempt: string, consequence: string): StatusReport {
  if (report.healthy) return report;
  const detail = `${consequence}, since the pair is not healthy: ${report.problems.join('; ')}`;
  const code = attempt === 'begin' ? 'VSP_REFUSED' : 'VSP_DRILL_ABORTED';
  throw new VspairError({ code, object: 'drill', attempt, detail, advice: report.verdict.advice ?? 'see vspair status' });
}

function tripsOf(report: StatusReport, name: string | undefined): readonly Trip[] {
  const { self, peers } = report.self.keeper;
  return demandGroups(report, name).flatMap(({ name: group, vrid, active, phase }) => {
    const ready = peers.filter((peer) => peer.groups.some((one) => one.vrid === vrid && one.phase === 'backup')).map(({ node }) => node);
    const away = phase === 'backup' ? self : ready[0];
    return active === undefined || away === undefined ? [] : [{ group, home: active, away }];
  });
}

async function drillAll(client: ControlClient, trips: readonly Trip[], options: DrillOptions, world: World): Promise<ExitCode> {
  const drilled: Drilled[] = [];
  try {
    for (const trip of trips) {
      const one: Drilled = { group: trip.group };
      drilled.push(one);
      await goThereAndBack(client, { trip, one, options, world });
    }
  } catch (error) {
    if (!(error instanceof VspairError)) throw error;
    return reportFailure(error, options.json, world, { ok: false, groups: drilled.map(drilledJson) });
  }
  if (options.json) world.out(JSON.stringify({ ok: true, groups: drilled.map(drilledJson) }, null, 2));
  else world.out(`${drilled.map(({ group }) => group).join(', ')}: handed over there and back`);
  return exitCodes.ok;
}

interface Walk {
  readonly trip: Trip;
  readonly one: Drilled;
  readonly options: DrillOptions;
  readonly world: World;
}

async function goThereAndBack(client: ControlClient, { trip, one, options, world }: Walk): Promise<void> {
  const { group, home, away } = trip;
  const go = async (to: NodeName): Promise<GroupOutcome | undefined> => (await carryOut(client, { group, to }, options, world))[0];
  const there = await go(away);
  if (there !== undefined) one.there = there;
  if (there?.outcome.ok !== true) throw stopped(`hand ${group} over to ${away}`, there, `${home} goes on serving it`);
  const aside = `${group} is served by ${away}: vspair failover --group ${group} --to ${home} brings it back`;
  demandHealthy(await untilProtected(client, defaultWaitMs), 'go on', aside);
  const back = await go(home);
  if (back !== undefined) one.back = back;
  if (back?.outcome.ok !== true) throw stopped(`hand ${group} back to ${home}`, back, aside);
  demandHealthy(await untilProtected(client, defaultWaitMs), 'end well', `${group} is served by ${home}`);
}

function stopped(attempt: string, outcome: GroupOutcome | undefined, consequence: string): VspairError {
  const why = outcome?.outcome.detail ?? 'there was no answer about it';
  return new VspairError({ code: 'VSP_DRILL_ABORTED', object: 'drill', attempt, detail: `${why}; ${consequence}` });
}

const drilledJson = ({ group, there, back }: Drilled) => ({
  group,
  there: there === undefined ? null : outcomeJson(there),
  back: back === undefined ? null : outcomeJson(back),
});
