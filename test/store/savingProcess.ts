// A process that saves one revision after the other, and says each that is saved: node savingProcess.ts DIRECTORY
import { revisionOf } from '../../src/rules/revision.ts';
import { openLocalCopy } from '../../src/store/localCopy.ts';
import { server, service } from '../rules/documents.ts';

const [, , directory = ''] = process.argv;
const services = Array.from({ length: 200 }, (_, index) => service(`10.0.${index}.1`, [server('10.0.0.11')]));

const copy = await openLocalCopy({
  directory,
  version: '0.1.0',
  onProblem({ file, detail }) {
    throw new Error(`${file}: ${detail}`);
  },
  limits: { revisions: 5, bytes: 2 ** 20 },
});
for (let number = (copy.initial?.revision ?? 0) + 1; ; number += 1) {
  const facts = { revision: number, writtenBy: '0.1.0', author: 'op', time: new Date().toISOString(), message: '' };
  await copy.save(revisionOf({ services }, facts));
  process.stdout.write(`${number}\n`);
}
