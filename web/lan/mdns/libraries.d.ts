// What we use of two libraries that come without types. Those of others know neither the question for all types nor what may be left out.
declare module 'dns-packet' {
	import type { DnsPacket } from './packet.ts';

	const packet: { encode(packet: DnsPacket): Uint8Array };
	export default packet;
}

declare module 'multicast-dns' {
	import type { DnsPacket, Sender } from './packet.ts';

	interface Options {
		readonly ip: string;
		readonly port: number;
		readonly interface: string;
		readonly bind: string;
		readonly loopback: boolean;
	}

	interface MulticastDns {
		once(event: 'ready', call: () => void): void;
		once(event: 'error', call: (error: Error) => void): void;
		on(event: 'error' | 'warning', call: (error: Error) => void): void;
		on(event: 'packet', call: (packet: DnsPacket, from: Sender) => void): void;
		send(packet: DnsPacket, to: Sender | null, done: (error?: Error | null) => void): void;
		destroy(done: () => void): void;
	}

	export default function multicastDns(options: Options): MulticastDns;
}
