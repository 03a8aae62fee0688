// The configuration after it was read, checked and resolved: what the rest of the program takes as given.
import type { GroupSpec, Millis, NodeName } from '../core/types.ts';

export interface DirectorConfig {
  readonly name: NodeName;
  readonly priority: number;
  /** One per heartbeat link, in the same order on every director; canonical text. */
  readonly addresses: readonly string[];
}

export type StateBackend =
  | {
      readonly backend: 'redis';
      readonly url: string;
      readonly prefix: string;
      readonly poll: Millis;
      readonly passwordFile: string | undefined;
    }
  | { readonly backend: 'none' };

export type AlertChannel =
  | { readonly kind: 'webhook'; readonly url: string; readonly timeout: Millis }
  | { readonly kind: 'exec'; readonly command: string; readonly timeout: Millis };

export interface SyncConfig {
  readonly dev: string;
  readonly syncId: number;
}

export interface Config {
  readonly file: string;
  readonly cluster: string;
  readonly secretFile: string;
  readonly directors: readonly DirectorConfig[];
  readonly heartbeat: { readonly port: number; readonly interval: Millis };
  readonly groups: readonly GroupSpec[];
  readonly state: StateBackend;
  readonly ipvs: { readonly standby: 'warm' | 'cold'; readonly connectionSync: SyncConfig | undefined };
  readonly alerts: readonly AlertChannel[];
  readonly control: { readonly socket: string; readonly peerPort: number };
  readonly log: { readonly level: 'error' | 'warn' | 'info' | 'debug'; readonly format: 'readable' | 'json' };
}
