import type { Dice } from '@mana/sync/simulator/dice';
import type { Cut } from './proxy.ts';
import type { Cluster } from './cluster.ts';

/** One kind of harm. `begin` does it; what it returns mends it. Both may be called at any moment. */
export interface Harm {
	readonly name: string;
	readonly begin: (cluster: Cluster, dice: Dice) => Promise<() => Promise<void>>;
}

const nothing = async (): Promise<void> => undefined;

/** What a run may be troubled by. A run takes a random part of them, so that some things happen undisturbed by others. */
export const harms: readonly Harm[] = [
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
