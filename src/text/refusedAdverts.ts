// Why the adverts of a director arrive and are not believed, and what to do: said alike by the status and the doctor.

export interface Refusal {
  /** Of the sender, as "it ...". */
  readonly what: string;
  /** What to do next; undefined when the cause alone does not tell. */
  readonly fix: string | undefined;
}

/** `cause`: a DropCause of the keeper, or what the doctor finds on the wire. */
export const refusalOf = (cause: string): Refusal => known[cause] ?? { what: `its adverts are ${cause}`, fix: undefined };

const oneSecret = 'copy /etc/vspair/secret from one director to the other, then systemctl reload vspair on both';
const oneConfiguration = 'copy the configuration file from one director to the other, then vspair check and systemctl restart vspair';

const known: Readonly<Record<string, Refusal>> = {
  'wrong-key': { what: 'it signs with another key: the secret files differ', fix: oneSecret },
  'unknown-key': { what: 'it signs with a key that is not in our secret file', fix: oneSecret },
  'unknown-cluster': { what: 'it is of another cluster: the keys `cluster` differ', fix: oneConfiguration },
  'unknown-sender': { what: 'it has a name that is not in our configuration', fix: oneConfiguration },
  'bad-content': { what: 'its adverts contradict our configuration', fix: oneConfiguration },
  'unknown-version': {
    what: 'its version of vspair speaks another protocol',
    fix: 'install the same version of vspair on both directors',
  },
  ttl: { what: 'its adverts come through a router (TTL below 255)', fix: undefined },
};
