// What must be true at every moment of every simulation, whatever breaks: each judge looks at one side of it.

import { createAccountJudge } from './accountJudge.ts';
import { createCustodyJudge } from './custodyJudge.ts';
import type { Observe } from './happening.ts';
import { createKernelJudge } from './kernelJudge.ts';
import { createLoadJudge } from './loadJudge.ts';
import { createPromisesJudge } from './promisesJudge.ts';
import { createRivalsJudge } from './rivalsJudge.ts';
import { createRoles } from './roles.ts';
import { createSpeechJudge } from './speechJudge.ts';
import type { World } from './world.ts';

export function createInvariants(world: World): Observe {
  const roles = createRoles();
  const judges = [
    createSpeechJudge(world),
    createKernelJudge(world, roles),
    createLoadJudge(world, roles),
    createCustodyJudge(world),
    createRivalsJudge(world, roles),
    createPromisesJudge(world),
    createAccountJudge(world, roles),
  ];
  return (happening) => {
    roles.observe(happening);
    for (const judge of judges) judge(happening);
  };
}
