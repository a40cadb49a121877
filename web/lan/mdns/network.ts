import multicastDns from 'multicast-dns';
import { NameClaim } from './claim.ts';
import type { DnsPacket } from './packet.ts';

export interface NameOptions {
	/** The name that is wanted, without `.local`. */
	readonly label: string;
	/** This machine's addresses on the local network; the name is spoken of on the network of the first. */
	readonly addresses: readonly [string, ...string[]];
	/** Where https is answered. */
	readonly port: number;
	/** A port and group of a test's own. */
	readonly mdnsPort?: number;
	/** Somebody else has taken the name; it is not answered for any more. */
	readonly lost: (label: string) => void;
	/** What could not be sent or understood, for the log. */
	readonly trouble: (error: Error) => void;
}

/** A name that is held on the local network until it is closed. */
export interface HeldName {
	/** What was free: the wanted one, or the next. */
	readonly label: string;
	/** Says goodbye, so that nobody keeps asking. */
	close(): Promise<void>;
}

const group = '224.0.0.251';
const standardPort = 5353;
/** An answer is given by whoever has the name (RFC 6762 §18.4). */
const authoritative = 1 << 10;

/**
 * Takes a name on the local network and answers for it.
 *
 * @throws when multicast DNS cannot be spoken here
 */
export async function holdName({ mdnsPort = standardPort, addresses, lost, trouble, ...offer }: NameOptions): Promise<HeldName> {
	const network = multicastDns({ ip: group, port: mdnsPort, interface: addresses[0], bind: '0.0.0.0', loopback: true });
	await new Promise<void>((resolve, reject) => {
		network.once('ready', resolve);
		network.once('error', reject);
	});
	network.on('error', trouble);
	network.on('warning', trouble);
	const { promise, resolve } = Promise.withResolvers<string>();
	let sent: Promise<void> = Promise.resolve();
	const claim = new NameClaim({
		...offer,
		addresses,
		mdnsPort,
		send(packet, to) {
			sent = new Promise((done) =>
				network.send(packet.type === 'response' ? { ...packet, flags: authoritative } : packet, to ?? null, (error) => {
					if (error) trouble(error);
					done();
				}),
			);
		},
		after(delayMs, call) {
			const timer = setTimeout(call, delayMs);
			return () => clearTimeout(timer);
		},
		random: Math.random,
		claimed: resolve,
		lost,
	});
	network.on('packet', (packet: DnsPacket, from) => claim.heard(packet, from));
	claim.start();
	return {
		label: await promise,
		async close() {
			claim.stop();
			await sent;
			await new Promise<void>((done) => network.destroy(done));
		},
	};
}
