// Reads the stream that `tcpdump -w -` writes (pcap savefile format, draft-ietf-opsawg-pcap), as the bytes come.

export interface Packet {
  /** Wall-clock milliseconds, with fractions: the kernel's time stamp. */
  readonly at: number;
  readonly bytes: Buffer;
}

const fileHeaderBytes = 24;
const packetHeaderBytes = 16;
const microseconds = 0xa1b2c3d4;

/** Give it the pieces of the stream; it returns the packets that each piece completes. */
export function pcapReader(): (piece: Buffer) => readonly Packet[] {
  let rest: Buffer = Buffer.alloc(0);
  let begun = false;
  return (piece) => {
    rest = Buffer.concat([rest, piece]);
    if (!begun && rest.length >= fileHeaderBytes) {
      if (rest.readUInt32LE(0) !== microseconds) throw new Error('not a pcap stream with time stamps in microseconds');
      rest = rest.subarray(fileHeaderBytes);
      begun = true;
    }
    const packets: Packet[] = [];
    for (let packet = begun ? firstOf(rest) : undefined; packet !== undefined; packet = firstOf(rest)) {
      packets.push(packet);
      rest = rest.subarray(packetHeaderBytes + packet.bytes.length);
    }
    return packets;
  };
}

function firstOf(stream: Buffer): Packet | undefined {
  if (stream.length < packetHeaderBytes) return undefined;
  const end = packetHeaderBytes + stream.readUInt32LE(8);
  if (stream.length < end) return undefined;
  const at = stream.readUInt32LE(0) * 1000 + stream.readUInt32LE(4) / 1000;
  return { at, bytes: stream.subarray(packetHeaderBytes, end) };
}
