// What is left to do after `vspair init`, as exact commands: copy to the other director, check and start both, prepare the real
// servers, apply the rules, see the pair hand over.
import { dirname, join } from 'node:path';
import { oneOf } from '../../text/nearest.ts';
import type { Answers } from './answers.ts';
import type { PairFiles } from './files.ts';
import { realServerSteps } from './realServers.ts';

export interface Step {
  readonly what: string;
  readonly commands: readonly string[];
}

const defaultConfig = '/etc/vspair/vspair.yaml';

export function nextSteps(answers: Answers, { places, rules }: PairFiles): Step[] {
  const isDefault = places.config === defaultConfig;
  const option = isDefault ? '' : ` --config ${places.config}`;
  const { commands, beside } = realServerSteps(answers);
  const servers =
    answers.servers.length === 0 ? 'each real server' : oneOf(answers.servers.map(({ text }) => text)).replace(/ or /, ' and ');
  const apply = rules === undefined ? 'vspair rules apply FILE' : `vspair rules apply ${places.rules}`;
  return [
    { what: `Copy the files to ${answers.peer}`, commands: copyCommands(answers, places) },
    {
      what: `On ${answers.node} and on ${answers.peer}, between which ${portsText(answers)} must be open`,
      commands: [`vspair check${option}`, `vspair doctor${option}`, isDefault ? 'systemctl enable --now vspair' : `vspair run${option}`],
    },
    { what: `On ${servers} (${answers.forward}); for the next boot in the network configuration too${beside && `; ${beside}`}`, commands },
    {
      what: `On ${answers.node} or ${answers.peer}${rules === undefined ? '; config/rules.yaml of vspair shows what a file has' : ''}`,
      commands: [`${apply} -m "first rules"`, 'vspair status', 'vspair drill'],
    },
  ];
}

const portsText = ({ sync }: Answers): string => `UDP and TCP port 1112${sync === undefined ? '' : `, and UDP port 8848 on ${sync},`}`;

/** By its first heartbeat address: its name may not be in DNS. -p keeps the mode of the secret. */
function copyCommands({ peerAddresses }: Answers, { config, secret }: PairFiles['places']): string[] {
  const [peer] = peerAddresses;
  const host = `root@${peer?.text ?? ''}`;
  const directory = dirname(config);
  return [
    `ssh ${host} install -d -m 0755 ${directory}`,
    `scp -p ${config} ${secret} ${peer?.family === 6 ? `root@[${peer.text}]` : host}:${join(directory, '/')}`,
  ];
}

export const stepLines = (steps: readonly Step[]): string[] =>
  steps.flatMap(({ what, commands }, index) => [`${index + 1}. ${what}:`, ...commands.map((command) => `     ${command}`)]);
