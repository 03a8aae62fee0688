// A process of its own around node-arp: whatever that does (throw for a missing program, print, wait), it does it here.
// Started with the address as its argument; answers with one message.
import { getMAC } from 'node-arp';

const [, , address = ''] = process.argv;
getMAC(address, (failed, answer) => {
  process.send?.(failed ? `error ${String(answer)}` : String(answer), () => process.disconnect());
});
