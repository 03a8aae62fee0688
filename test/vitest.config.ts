// Three projects, one after the other, because what a test needs decides what may run beside it: `unit` needs nothing and
// runs in parallel; `kernel` builds hosts from network namespaces and measures, so it has the machine to itself; `uml`
// boots user-mode-linux, one at a time, for the IPVS that most hosts lack.
import { defineConfig } from 'vitest/config';

const umlTests = ['test/ipvs/**/*.test.ts', 'test/**/*.uml.test.ts'];
const kernelTests = ['test/kernel/**/*.test.ts', 'test/lab/**/*.test.ts', 'test/lab-tests/**/*.test.ts', 'test/**/*.kernel.test.ts'];

export default defineConfig({
  test: {
    reporters: process.env['CI'] === undefined ? ['default'] : ['verbose'],
    globalSetup: ['test/lab/program.ts'],
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...kernelTests, ...umlTests],
          testTimeout: 20_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'kernel',
          include: kernelTests,
          exclude: umlTests,
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: 'uml',
          include: umlTests,
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 300_000,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
