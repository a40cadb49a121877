import type { Dice } from '@mana/sync/simulator/dice';
import type { Player, StartPlayer, Word } from './player.ts';
import { type Link, openLink } from '@mana/store/testing/line';
import type { Told } from './replica.ts';
import { type Issuer, startIssuer, TEST_ORIGIN } from '../../infra/sync/testing.ts';
import { Database } from './database.ts';
import { Server } from './server.ts';

/** A place for a client: its line to the server, and whoever sits there now. */
export interface Seat {
	readonly link: Link;
	/** The node that it is led to, where that runs. */
	node: number;
	client: Player | null;
	writer: string;
}

export interface ClusterOptions {
	/** Nodes on one PostgreSQL; `null`: one server with a disk of its own. */
	readonly nodes: number | null;
	/** Transactions a second, of each client. */
	readonly rate: number;
	readonly dice: Dice;
	readonly startPlayer: StartPlayer;
	/** The origin of the clients' pages, where they have some. */
	readonly origin?: string;
}

/** Servers and clients in processes of their own, each behind a line that can be cut. */
export class Cluster {
	readonly servers: readonly Server[];
	readonly database: Database | null;
	readonly seats: Seat[] = [];
	/** What each writer was told is on the server's disk, and what on its own. */
	readonly acked = new Map<string, number>();
	readonly saved = new Map<string, number>();
	readonly faults: string[];
	readonly #dice: Dice;
	readonly #rate: number;
	readonly #token: string;
	readonly #issuer: Issuer;
	/** Where each node listens since its last start. */
	readonly #urls: string[] = [];
	readonly #startPlayer: StartPlayer;
	readonly #states = new Map<Seat, (told: Told & { kind: 'state' }) => void>();
	#writers = 0;
	#writing = false;
	#over = false;

	private constructor(
		servers: readonly Server[],
		database: Database | null,
		issuer: Issuer,
		token: string,
		faults: string[],
		{ dice, rate, startPlayer }: ClusterOptions,
	) {
		this.servers = servers;
		this.database = database;
		this.#issuer = issuer;
		this.faults = faults;
		this.#token = token;
		this.#dice = dice;
		this.#rate = rate;
		this.#startPlayer = startPlayer;
	}

	/** A cluster in which nothing runs yet. */
	static async make(options: ClusterOptions): Promise<Cluster> {
		const faults: string[] = [];
		const { nodes, origin } = options;
		const issuer = await startIssuer();
		const token = await issuer.token('ada', { seconds: 3600, issuer: origin ?? TEST_ORIGIN });
		const database = nodes === null ? null : await Database.start(nodes);
		const servers = Array.from({ length: nodes ?? 1 }, (_, node) =>
			Server.make({ issuer, origin, databaseUrl: database?.urlFor(node) ?? null, died: (how) => void faults.push(how) }),
		);
		return new Cluster(servers, database, issuer, token, faults, options);
	}

	/** The first server: the only one where there are no nodes. */
	get server(): Server {
		return this.servers[0]!;
	}

	/** Starts the servers, and as many clients. */
	async start(clients: number): Promise<void> {
		for (const node of this.servers.keys()) await this.startServer(node);
		for (let index = 0; index < clients; index++)
			this.seats.push({ link: await openLink(), node: index % this.servers.length, client: null, writer: '' });
		this.#lead();
		await Promise.all(this.seats.map((seat) => this.startClient(seat)));
	}

	/** Who starts needs its database: a cut line to it is mended. */
	async startServer(node = 0): Promise<void> {
		this.database?.links[node]!.mend();
		this.#urls[node] = await this.servers[node]!.start();
		this.#lead();
	}

	async killServer(node = 0): Promise<void> {
		await this.servers[node]!.kill();
		this.#lead();
	}

	/** Leads a seat to another node from now on, as a proxy does that has given one up. */
	move(seat: Seat, node: number): void {
		seat.node = node;
		this.#lead();
		seat.link.break();
	}

	/** New connections go to the node of the seat, or to another one while that is gone. */
	#lead(): void {
		for (const { link, node } of this.seats) {
			const running = this.servers[node]!.running ? node : this.servers.findIndex(({ running }) => running);
			link.lead(this.#urls[running] ?? this.#urls[node]!);
		}
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
		for (const server of this.servers) await server.close();
		await this.database?.close();
		await this.#issuer.close();
	}
}
