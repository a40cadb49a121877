import type { Dice } from '@mana/sync/simulator/dice';
import type { Player, StartPlayer, Word } from './player.ts';
import { type Link, openLink } from './proxy.ts';
import type { Told } from './replica.ts';
import { Server } from './server.ts';

/** A place for a client: its line to the server, and whoever sits there now. */
export interface Seat {
	readonly link: Link;
	client: Player | null;
	writer: string;
}

export interface ClusterOptions {
	/** Transactions a second, of each client. */
	readonly rate: number;
	readonly dice: Dice;
	readonly startPlayer: StartPlayer;
	/** The origin of the clients' pages, where they have some. */
	readonly origin?: string;
}

/** A server and clients in processes of their own, each behind a line that can be cut. */
export class Cluster {
	readonly server: Server;
	readonly seats: Seat[] = [];
	/** What each writer was told is on the server's disk, and what on its own. */
	readonly acked = new Map<string, number>();
	readonly saved = new Map<string, number>();
	readonly faults: string[];
	readonly #dice: Dice;
	readonly #rate: number;
	readonly #token: string;
	readonly #startPlayer: StartPlayer;
	readonly #states = new Map<Seat, (told: Told & { kind: 'state' }) => void>();
	#writers = 0;
	#url = '';
	#writing = false;
	#over = false;

	private constructor(server: Server, token: string, faults: string[], { dice, rate, startPlayer }: ClusterOptions) {
		this.server = server;
		this.faults = faults;
		this.#token = token;
		this.#dice = dice;
		this.#rate = rate;
		this.#startPlayer = startPlayer;
	}

	/** A cluster in which nothing runs yet. */
	static async make(options: ClusterOptions): Promise<Cluster> {
		const faults: string[] = [];
		const server = await Server.make((how) => faults.push(how), options.origin);
		return new Cluster(server, await server.token(), faults, options);
	}

	/** Starts the server, and as many clients. */
	async start(clients: number): Promise<void> {
		await this.startServer();
		for (let index = 0; index < clients; index++) {
			const link = await openLink();
			link.lead(this.#url);
			this.seats.push({ link, client: null, writer: '' });
		}
		await Promise.all(this.seats.map((seat) => this.startClient(seat)));
	}

	async startServer(): Promise<void> {
		this.#url = await this.server.start();
		for (const { link } of this.seats) link.lead(this.#url);
	}

	killServer(): Promise<void> {
		return this.server.kill();
	}

	/** Somebody new in the seat. */
	async startClient(seat: Seat): Promise<void> {
		const writer = `w${this.#writers++}`;
		seat.writer = writer;
		const client = await this.#startPlayer({
			seat: this.seats.indexOf(seat),
			writer,
			seed: this.#dice.int(0, 2 ** 31),
			rate: this.#rate,
			url: seat.link.url,
			token: this.#token,
			heard: (told) => {
				if (told.kind === 'acked') this.acked.set(writer, told.count);
				else if (told.kind === 'saved') this.saved.set(writer, told.count);
				else if (told.kind === 'fault') this.faults.push(told.what);
				else if (told.kind === 'state' && seat.writer === writer) this.#states.get(seat)?.(told);
			},
			ended: (how) => void this.faults.push(`${writer} ${how}`),
		});
		if (this.#over) return client.kill();
		seat.client = client;
		if (this.#writing) seat.client.tell('write');
	}

	async killClient(seat: Seat): Promise<void> {
		const { client } = seat;
		seat.client = null;
		await client?.kill();
	}

	/** Tells every client a word: `write`, `stop`, `wake`. */
	tell(word: Exclude<Word, 'state'>): void {
		if (word !== 'wake') this.#writing = word === 'write';
		for (const { client } of this.seats) client?.tell(word);
	}

	/** What every client shows now, in the order of the seats. */
	states(): Promise<(Told & { kind: 'state' })[]> {
		return Promise.all(
			this.seats.flatMap((seat) => {
				if (!seat.client) return [];
				const { promise, resolve } = Promise.withResolvers<Told & { kind: 'state' }>();
				this.#states.set(seat, resolve);
				seat.client.tell('state');
				return [promise];
			}),
		);
	}

	/** Ends all of it, and whatever was about to start. */
	async close(): Promise<void> {
		this.#over = true;
		for (const seat of this.seats) {
			await this.killClient(seat);
			seat.link.close();
		}
		await this.server.close();
	}
}
