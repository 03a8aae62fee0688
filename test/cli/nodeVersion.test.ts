// A Node that is too old is named, with the way out, in place of an error about something else.
import { expect, test } from 'vitest';
import { complaintAboutNode } from '../../src/cli/nodeVersion.ts';

test.each(['v20.20.2', 'v22.18.0', 'v4.0.0', 'nonsense'])('%s will not do', (version) => {
  expect(complaintAboutNode(version, '/usr/bin/node')).toMatch(/needs Node 24 .* \(\/usr\/bin\/node\)\n .*PATH/);
});

test.each(['v24.0.0', 'v25.1.0', 'v100.0.0', process.version])('%s will', (version) => {
  expect(complaintAboutNode(version, '/usr/bin/node')).toBeUndefined();
});
