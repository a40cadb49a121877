import type { DnsPacket, DnsRecord, Sender } from './packet.ts';
import {
	asksFor,
	compareProbes,
	denial,
	hostName,
	instanceName,
	legacyTtl,
	type Offer,
	sameData,
	sameName,
	sharedRecords,
	uniqueRecords,
} from './records.ts';

export interface ClaimOptions extends Offer {
	/** The port of multicast DNS: whoever asks from another one speaks plain DNS. */
	readonly mdnsPort: number;
	/** To everybody on the network, or to one who asked by plain DNS. */
	readonly send: (packet: DnsPacket, to?: Sender) => void;
	/** Calls once after a time in milliseconds; the answer calls it off. */
	readonly after: (delayMs: number, call: () => void) => () => void;
	/** A number in [0, 1). */
	readonly random: () => number;
	/** The name is ours from now on. */
	readonly claimed: (label: string) => void;
	/** Somebody else has the name now, which was ours. */
	readonly lost: (label: string) => void;
}

/** RFC 6762 §8.1: three questions, a quarter of a second apart. */
const probes = 3;
const probeMs = 250;
/** §8.2: whoever gives way asks again after a second. */
const yieldMs = 1000;
/** §8.3: said twice, a second apart. */
const announcements = 2;
const announceMs = 1000;
/** §8.1: after so many names that were taken, slowly. */
const patience = 15;
const slowMs = 5_000;

/**
 * Holds a name on the local network (multicast DNS, RFC 6762): asks whether anybody has it, takes the next one (`mana-2`) if so, announces
 * it with the service behind it (RFC 6763), answers questions, defends it, and says goodbye. Pure: packets come by `heard`, time by `after`.
 */
export class NameClaim {
	readonly #options: ClaimOptions;
	#label: string;
	#state: 'idle' | 'probing' | 'held' | 'lost' | 'stopped' = 'idle';
	#wasHeld = false;
	#conflicts = 0;
	#callOff: (() => void) | null = null;

	constructor(options: ClaimOptions) {
		this.#options = options;
		this.#label = options.label;
	}

	get label(): string {
		return this.#label;
	}

	start(): void {
		this.#probe(this.#options.random() * probeMs);
	}

	/** Takes in what somebody said on the network; what we said ourselves comes back here too. */
	heard(packet: DnsPacket, from: Sender): void {
		if (this.#state !== 'probing' && this.#state !== 'held') return;
		if (packet.type === 'response') this.#check([...(packet.answers ?? []), ...(packet.additionals ?? [])]);
		else if (this.#state === 'held') this.#answer(packet, from);
		else this.#compare(packet.authorities ?? []);
	}

	/** Takes everything back that was announced. */
	stop(): void {
		this.#callOff?.();
		if (this.#state === 'held')
			this.#respond([...this.#unique(), ...this.#shared()].map((record): DnsRecord => ({ ...record, ttl: 0 })));
		this.#state = 'stopped';
	}

	#probe(delayMs: number): void {
		this.#state = 'probing';
		this.#later(delayMs, () => this.#ask(0));
	}

	#ask(asked: number): void {
		if (asked === probes) return this.#hold();
		const names = [hostName(this.#label), instanceName(this.#label)];
		this.#options.send({
			type: 'query',
			questions: names.map((name) => ({ name, type: 'ANY' })),
			authorities: uniqueRecords(this.#offer()),
		});
		this.#later(probeMs, () => this.#ask(asked + 1));
	}

	#hold(): void {
		this.#state = 'held';
		this.#announce(announcements);
		if (this.#wasHeld) return;
		this.#wasHeld = true;
		this.#options.claimed(this.#label);
	}

	#announce(times: number): void {
		this.#respond([...this.#unique(), ...this.#shared()]);
		if (times > 1) this.#later(announceMs, () => this.#announce(times - 1));
	}

	/** Somebody else has the name when there is a record of it that is none of ours (§8.1), or one of ours with other data (§9). */
	#check(records: readonly DnsRecord[]): void {
		const ours = uniqueRecords(this.#offer());
		const probing = this.#state === 'probing';
		const taken = records.some((record) => {
			const own = ours.filter(({ name, type }) => sameName(name, record.name) && (probing || type === record.type));
			return own.length > 0 && record.ttl !== 0 && record.type !== 'NSEC' && !own.some((mine) => sameData(mine, record));
		});
		if (!taken) return;
		// Somebody may only have been cut off from us until now: whoever is the first to answer our question keeps the name.
		if (!probing) return this.#probe(0);
		if (this.#wasHeld) return this.#lose();
		this.#conflicts += 1;
		this.#label = nextLabel(this.#label);
		this.#probe(this.#conflicts >= patience ? slowMs : 0);
	}

	#compare(authorities: readonly DnsRecord[]): void {
		const names = [hostName(this.#label), instanceName(this.#label)];
		for (const name of names) {
			const theirs = authorities.filter((record) => sameName(record.name, name));
			const ours = uniqueRecords(this.#offer()).filter((record) => sameName(record.name, name));
			if (theirs.length > 0 && compareProbes(ours, theirs) < 0) return this.#probe(yieldMs);
		}
	}

	#lose(): void {
		this.#callOff?.();
		this.#state = 'lost';
		this.#options.lost(this.#label);
	}

	#answer({ id = 0, questions = [], answers: known = [] }: DnsPacket, from: Sender): void {
		const legacy = from.port !== this.#options.mdnsPort;
		const records = [...this.#unique(), ...this.#shared()];
		const wanted = records
			.filter((record) => questions.some((question) => asksFor(question, record)))
			.filter((record) => legacy || !known.some((other) => isKnown(other, record)));
		const nothing = questions
			.filter(({ name }) => sameName(name, hostName(this.#label)))
			.filter((question) => !records.some((record) => asksFor(question, record)))
			.map(({ name }) => ({ ...denial(name, ['A']), flush: true }));
		const answers = [...wanted, ...nothing];
		if (answers.length === 0) return;
		const additionals = wanted.some(({ type }) => type === 'PTR' || type === 'SRV')
			? this.#unique().filter((record) => !wanted.includes(record) && !wanted.some((other) => sameRecord(other, record)))
			: [];
		if (!legacy) this.#respond(answers, additionals);
		else {
			const plain = (record: DnsRecord): DnsRecord => ({ ...record, flush: false, ttl: legacyTtl });
			this.#options.send(
				{ type: 'response', id, questions, answers: answers.map(plain), additionals: additionals.map(plain) },
				from,
			);
		}
	}

	#respond(answers: DnsRecord[], additionals: DnsRecord[] = []): void {
		this.#options.send({ type: 'response', answers, additionals });
	}

	#unique(): DnsRecord[] {
		return uniqueRecords(this.#offer()).map((record) => ({ ...record, flush: true }));
	}

	#shared(): DnsRecord[] {
		return sharedRecords(this.#offer());
	}

	#offer(): Offer {
		return { ...this.#options, label: this.#label };
	}

	#later(delayMs: number, call: () => void): void {
		this.#callOff?.();
		this.#callOff = this.#options.after(delayMs, call);
	}
}

/** `mana` becomes `mana-2`, and that `mana-3`. */
export function nextLabel(label: string): string {
	const [, stem = label, number] = /^(.*?)(?:-(\d+))?$/.exec(label) ?? [];
	return `${stem}-${Number(number ?? 1) + 1}`;
}

/** §7.1: whoever knows it, and for a while yet, need not be told. */
function isKnown(known: DnsRecord, record: DnsRecord): boolean {
	return sameRecord(known, record) && (known.ttl ?? 0) >= (record.ttl ?? 0) / 2;
}

function sameRecord(one: DnsRecord, other: DnsRecord): boolean {
	return sameName(one.name, other.name) && sameData(one, other);
}
