// Whose certificates are trusted: Node trusts the authorities that it brings along, and here those of the system too, to
// which an operator adds one of the house (update-ca-certificates).
import { getCACertificates, setDefaultCACertificates } from 'node:tls';

let done = false;

/** For the whole process. Reading them takes a moment: it is done when the first of them is needed. */
export function trustSystemAuthorities(): void {
  if (done) return;
  done = true;
  setDefaultCACertificates([...new Set([...getCACertificates('default'), ...getCACertificates('system')])]);
}
