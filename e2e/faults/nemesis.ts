import type { Dice } from '@mana/sync/simulator/dice';
import type { Cut } from '@mana/store/testing/line';
import type { Cluster } from './cluster.ts';

/** One kind of harm. `begin` does it; what it returns mends it. Both may be called at any moment. */
export interface Harm {
	readonly name: string;
	readonly begin: (cluster: Cluster, dice: Dice) => Promise<() => Promise<void>>;
}

const nothing = async (): Promise<void> => undefined;

/** What may happen to clients and their lines. */
const ofClients: readonly Harm[] = [
	...(['up', 'down', 'both'] as const satisfies readonly Cut[]).map((way): Harm => ({
		name: `cut ${way}`,
		async begin(cluster, dice) {
			const links = cluster.seats.filter(() => dice.chance(0.5)).map(({ link }) => link);
			for (const link of links) link.cut(way);
			return async () => links.forEach((link) => link.mend());
		},
	})),
	{
		name: 'break connections',
		async begin(cluster, dice) {
			for (const { link } of cluster.seats) if (dice.chance(0.5)) link.break();
			return nothing;
		},
	},
	{
		name: 'kill a client',
		async begin(cluster, dice) {
			const seat = dice.pick(cluster.seats);
			// Its seat may be empty from an earlier harm, whose mending will fill it.
			if (!seat.client) return nothing;
			await cluster.killClient(seat);
			return () => cluster.startClient(seat);
		},
	},
	{
		name: 'pause clients',
		async begin(cluster, dice) {
			const paused = cluster.seats.filter(() => dice.chance(0.3)).map(({ client }) => client);
			await Promise.all(paused.map((client) => client?.pause()));
			return async () => void (await Promise.all(paused.map((client) => client?.resume())));
		},
	},
];

/** What a run may be troubled by. A run takes a random part of them, so that some things happen undisturbed by others. */
export const harms: readonly Harm[] = [
	...ofClients,
	{
		name: 'kill the server',
		async begin(cluster) {
			await cluster.killServer();
			return () => cluster.startServer();
		},
	},
	{
		name: 'pause the server',
		async begin({ server }) {
			server.signal('SIGSTOP');
			return async () => server.signal('SIGCONT');
		},
	},
	{
		name: 'fill the disk',
		async begin({ server }) {
			if (!server.smallDisk) return nothing;
			server.fillDisk();
			return async () => server.freeDisk();
		},
	},
	{
		name: 'slow the disk',
		async begin({ server }, dice) {
			server.slowDisk(dice.int(20, 300));
			return async () => server.quickDisk();
		},
	},
];

/** The same for several nodes on one PostgreSQL. */
export const nodeHarms: readonly Harm[] = [
	...ofClients,
	{
		name: 'kill a node',
		async begin(cluster, dice) {
			const node = dice.int(0, cluster.servers.length - 1);
			if (!cluster.servers[node]!.running) return nothing;
			await cluster.killServer(node);
			return () => cluster.startServer(node);
		},
	},
	{
		name: 'pause a node',
		async begin(cluster, dice) {
			const node = dice.int(0, cluster.servers.length - 1);
			const server = cluster.servers[node]!;
			server.signal('SIGSTOP');
			// Somebody notices, or not.
			if (dice.chance(0.5)) moveFrom(cluster, node);
			return async () => server.signal('SIGCONT');
		},
	},
	{
		name: 'move clients',
		async begin(cluster, dice) {
			for (const seat of cluster.seats) if (dice.chance(0.5)) cluster.move(seat, dice.int(0, cluster.servers.length - 1));
			return nothing;
		},
	},
	...(['up', 'down', 'both'] as const satisfies readonly Cut[]).map((way): Harm => ({
		name: `cut the database ${way}`,
		async begin(cluster, dice) {
			const node = dice.int(0, cluster.servers.length - 1);
			const link = cluster.database!.links[node]!;
			link.cut(way);
			if (dice.chance(0.5)) moveFrom(cluster, node);
			return async () => link.mend();
		},
	})),
	{
		name: 'break connections to the database',
		async begin({ database }, dice) {
			dice.pick(database!.links).break();
			return nothing;
		},
	},
	{
		name: 'lose hints',
		async begin({ database }) {
			const losing = setInterval(() => void database!.loseHints().catch(() => undefined), 50);
			return async () => clearInterval(losing);
		},
	},
	{
		name: 'crash the database',
		async begin({ database }) {
			await database!.crash();
			return nothing;
		},
	},
];

/** As a proxy that asks nodes whether they are ready. */
function moveFrom(cluster: Cluster, node: number): void {
	for (const seat of cluster.seats) if (seat.node === node) cluster.move(seat, (node + 1) % cluster.servers.length);
}
