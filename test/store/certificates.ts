// An authority and certificates of it, made by openssl for one test.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Certificate } from './redisServer.ts';

export interface Authority {
  /** For a server at 127.0.0.1, or for a client; `name` is its common name and a host name that it is good for. */
  issue(name: string): Promise<Certificate>;
}

const openssl = (...args: readonly string[]) => promisify(execFile)('openssl', args);
const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-x509', '-days', '2'];

export async function authority(folder: string, name = 'authority'): Promise<Authority> {
  const [ca, caKey] = [join(folder, `${name}.pem`), join(folder, `${name}.key`)];
  await openssl('req', ...newKey, '-subj', `/CN=${name}`, '-out', ca, '-keyout', caKey);
  return {
    async issue(holder) {
      const [certificate, key] = [join(folder, `${name}-${holder}.pem`), join(folder, `${name}-${holder}.key`)];
      const names = `subjectAltName=DNS:${holder},IP:127.0.0.1`;
      const constraints = ['-addext', names, '-addext', 'basicConstraints=critical,CA:FALSE'];
      await openssl(
        'req',
        ...newKey,
        '-CA',
        ca,
        '-CAkey',
        caKey,
        '-subj',
        `/CN=${holder}`,
        ...constraints,
        '-out',
        certificate,
        '-keyout',
        key,
      );
      return { ca, certificate, key };
    },
  };
}
