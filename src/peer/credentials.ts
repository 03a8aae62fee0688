// Who may speak on the peer channel: TLS 1.3 with a pre-shared key (RFC 8446 4.2.11), one for each direction of a pair of
// directors, derived from the shared secret. The identity is sent in clear: it names the key, the asker and the answerer.
import { hkdfSync } from 'node:crypto';
import type { NodeName } from '../core/types.ts';
import type { SecretKey } from '../keeper/messages.ts';

/** The direction of a connection, and which key of the secret it uses. */
export interface PeerIdentity {
  readonly keyId: number;
  readonly from: NodeName;
  readonly to: NodeName;
}

/**
 * A PSK without a named hash belongs to SHA-256 suites. OpenSSL offers it with an ephemeral key exchange only (psk_dhe_ke),
 * so that a secret that leaks later opens no recorded conversation.
 */
export const tlsVersion = 'TLSv1.3';
export const tlsCiphers = 'TLS_AES_128_GCM_SHA256';

const version = 'vspair1';

/** Both names are in the key: an answer for one director never opens a connection meant for another, nor its mirror image. */
export function presharedKey(cluster: string, secret: SecretKey, { keyId, from, to }: PeerIdentity): Buffer {
  const purpose = JSON.stringify(['vspair peer channel', 1, keyId, from, to]);
  return Buffer.from(hkdfSync('sha256', secret.key, cluster, purpose, 32));
}

export const identityText = ({ keyId, from, to }: PeerIdentity): string =>
  [version, keyId, from, to].map((part) => encodeURIComponent(part)).join(' ');

/** Undefined when it is not an identity of this protocol. */
export function parseIdentity(text: string): PeerIdentity | undefined {
  const [found, keyId, from, to, ...rest] = text.split(' ').map(decoded);
  if (found !== version || keyId === undefined || !/^\d{1,3}$/.test(keyId) || from === undefined || to === undefined || rest.length > 0)
    return undefined;
  return { keyId: Number(keyId), from, to };
}

function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}
