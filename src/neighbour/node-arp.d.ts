// node-arp brings no types.
declare module 'node-arp' {
  /** `answer` is whatever stands in a column of `arp -n`, also "(incomplete)" and undefined. */
  export function getMAC(address: string, answered: (failed: boolean, answer: unknown) => void): void;
}
