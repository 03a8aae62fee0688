// Is the configuration right, and is this machine in it?
import { placeText } from '../../errors/place.ts';
import { type Check, faultsOr, problem, warning } from '../check.ts';
import type { MachineSeen } from '../seen.ts';

export const config: Check<Pick<MachineSeen, 'config'>> = {
  id: 'config',
  group: 'configuration',
  what: 'the configuration file, this director in it, the interfaces that it names',
  why: 'the daemon does not start with it, or does not do what was meant',
  fix: 'correct the place, then: vspair check',
  judge({ config: { file, problems, warnings, complaints } }) {
    const faults = [
      ...problems.map(({ place, what, expected }) =>
        problem(`${placeText(place)}: ${what}`, { fix: `expected ${expected}; then: vspair check` }),
      ),
      ...complaints.map(({ text, advice }) => problem(text, { fix: advice })),
      ...warnings.map(({ place, what, expected }) => warning(`${placeText(place)}: ${what}`, { fix: `expected ${expected}` })),
    ];
    return faultsOr(faults, `${file} is in order`);
  },
};
