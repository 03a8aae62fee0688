// A vspair configuration as far as another program's files give it. What they do not give is a gap, never an invention.

/** What the operator has to fill in, in a few words: `the host name of the other director`. */
export interface Gap {
  readonly fillIn: string;
}

export const isGap = (value: unknown): value is Gap => typeof value === 'object' && value !== null && 'fillIn' in value;

export interface DirectorDraft {
  readonly name: string | Gap;
  readonly priority: number | Gap;
  /** One for each heartbeat link. */
  readonly addresses: readonly (string | Gap)[];
}

export interface GroupDraft {
  readonly name: string;
  readonly vrid: number | Gap;
  readonly vips: readonly { readonly address: string; readonly prefix: number; readonly dev: string | Gap }[];
  readonly preempt: boolean;
  readonly preemptDelayMs: number;
  /** By position of the director: only those that differ from the director's own. */
  readonly priorities: ReadonlyMap<number, number>;
}

/** What is undefined the file does not say: the kernel's own stays. */
export interface ConnectionSyncDraft {
  readonly dev: string;
  readonly syncId: number;
  readonly maxLength?: number;
  readonly group?: string;
  readonly port?: number;
  readonly ttl?: number;
}

export interface ConfigDraft {
  readonly cluster: string;
  /** Only where it is not the default. */
  readonly secretFile?: string;
  readonly directors: readonly DirectorDraft[];
  readonly intervalMs: number;
  readonly groups: readonly GroupDraft[];
  readonly connectionSync: ConnectionSyncDraft | undefined;
  /** In seconds. */
  readonly timeouts:
    | { readonly tcp: number | undefined; readonly tcpFin: number | undefined; readonly udp: number | undefined }
    | undefined;
  /** By the names of the configuration. */
  readonly sysctls?: Readonly<Record<string, number>>;
}
