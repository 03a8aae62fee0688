// Does the daemon run, as the version that asks, and does its kernel do what it is told?
import { type Check, note, ok, problem, type Verdict, warning } from '../check.ts';
import type { MachineSeen } from '../seen.ts';

export const daemon: Check<Pick<MachineSeen, 'daemon' | 'version'>> = {
  id: 'daemon',
  group: 'daemon',
  what: 'the daemon answers on its control socket, and the kernel refuses it nothing',
  why: 'without it this director takes nothing over',
  fix: 'systemctl start vspair',
  judge({ daemon: seen, version }) {
    switch (seen.state) {
      case 'absent':
        return [note(`no daemon runs here: ${seen.detail}`)];
      case 'unknown':
        return [
          warning(`the daemon does not answer: ${seen.detail}`, { fix: 'run vspair doctor as root; else: systemctl restart vspair' }),
        ];
      case 'running': {
        const { keeper, daemon: running } = seen.report.self;
        const refused = [...keeper.kernelFailures, ...running.settingsRefused];
        const faults: Verdict[] = [
          ...refused.map(({ object, attempt, errno }) =>
            problem(`the kernel refused to ${attempt} ${object}: ${errno}`, {
              why: 'what this director could not write is missing from its service',
              fix: 'see the findings on ipvs and capabilities, then: vspair status',
            }),
          ),
          ...running.rules.errors.map((error) =>
            problem(`rules: ${error}`, { why: 'these rules are not in the kernel', fix: 'vspair rules show, and correct them' }),
          ),
          ...(running.version === version ? [] : [restart(running.version, version)]),
        ];
        return faults.length > 0 ? faults : [ok(`vspair ${running.version} runs, pid ${running.pid}`)];
      }
    }
  },
};

const restart = (running: string, installed: string): Verdict =>
  warning(`the daemon is vspair ${running}, this command is ${installed}`, {
    why: 'an upgrade takes effect with the next start of the daemon',
    fix: 'systemctl kill --kill-whom=main -s SIGUSR2 vspair (a restart that moves no virtual IP)',
  });
