// UDP datagrams to one port that came through this machine's firewall, whoever has the port: a raw socket gets a copy of
// what the kernel delivers, and takes it away from nobody.
import { decodeIp, decodeUdp, IPPROTO_UDP, type UdpDatagram } from '../wire/ipPacket.ts';
import { assemble, type Step } from './packetFilter.ts';
import { closeSocket, openSocket, receive, setSocketFilter, watchSocket } from './syscalls.ts';

export interface Arrival {
  /** Undefined over IPv6, where a raw socket does not give the header. */
  readonly ends: { readonly source: string; readonly destination: string } | undefined;
  readonly datagram: UdpDatagram;
}

export interface Arrivals {
  close(): void;
}

const domains = { 4: 2, 6: 10 } as const;
const SOCK_RAW = 3;
const packetBytes = 2048;

/** Throws SystemError. */
export function hearArrivals(family: 4 | 6, port: number, onArrival: (arrival: Arrival) => void): Arrivals {
  const object = `raw IPv${family} socket`;
  const fd = openSocket(domains[family], SOCK_RAW, IPPROTO_UDP, object);
  try {
    setSocketFilter(fd, assemble(arrivalProgram(family, port)), object);
  } catch (error) {
    closeSocket(fd);
    throw error;
  }
  const buffer = new Uint8Array(packetBytes);
  const watch = watchSocket(fd, () => {
    for (let length = receive(fd, buffer); length >= 0; length = receive(fd, buffer)) {
      const arrival = arrivalIn(family, buffer.slice(0, length));
      // What came before the filter was in place may be for another port.
      if (arrival?.datagram.destinationPort === port) onArrival(arrival);
    }
  });
  return {
    close() {
      watch.end();
      closeSocket(fd);
    },
  };
}

/** An IPv4 socket gives the packet with its header, an IPv6 one without. */
function arrivalIn(family: 4 | 6, bytes: Uint8Array): Arrival | undefined {
  const packet = family === 4 ? decodeIp(bytes) : undefined;
  if (packet?.ok === false) return undefined;
  const datagram = decodeUdp(packet === undefined ? bytes : packet.value.payload);
  return datagram.ok ? { ends: packet?.value, datagram: datagram.value } : undefined;
}

function arrivalProgram(family: 4 | 6, port: number): Step[] {
  const loadPort: Step[] =
    family === 4
      ? [
          { do: 'headerLength', at: 0 },
          { do: 'loadHalfAfterHeader', at: 2 },
        ]
      : [{ do: 'loadHalf', at: 2 }];
  return [
    ...loadPort,
    { do: 'ifEqual', operand: port, goto: 'take' },
    { do: 'return', bytes: 0 },
    { do: 'label', name: 'take' },
    { do: 'return', bytes: packetBytes },
  ];
}
