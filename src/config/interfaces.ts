// Does this machine have the interfaces that the configuration names?
import type { Problem } from '../errors/place.ts';
import { suggestion } from '../text/nearest.ts';
import { pathText } from '../text/shape.ts';
import type { Path } from '../text/yaml.ts';
import type { LoadedConfig } from './load.ts';

/** `devices`: the names of this machine's interfaces. */
export function checkInterfaces({ config, placeOf }: LoadedConfig, devices: readonly string[]): Problem[] {
  const usable = devices.filter((device) => device !== 'lo');
  return namedDevices(config)
    .filter(({ dev }) => !devices.includes(dev))
    .map(({ at, dev }) => ({
      place: placeOf(at),
      what: `${pathText(at)} is ${dev}, which this machine does not have`,
      expected: usable.length === 0 ? 'an interface other than lo; this machine has none' : suggestion(dev, usable),
    }));
}

function namedDevices({ groups, ipvs }: LoadedConfig['config']): { at: Path; dev: string }[] {
  const vips = groups.flatMap((group, g) => group.vips.map(({ dev }, v) => ({ at: ['groups', g, 'vips', v, 'dev'], dev })));
  const sync = ipvs.connectionSync === undefined ? [] : [{ at: ['ipvs', 'connectionSync', 'dev'], dev: ipvs.connectionSync.dev }];
  return [...vips, ...sync];
}
