// One client in a process of its own: `bun replica-process.ts WRITER SEED RATE SERVER TOKEN KIND`. Told what to do by lines on its input.
import { Dice } from '@mana/sync/simulator/dice';
import { webEnvironment } from '@mana/sync/client/environment';
import { MemoryDisk } from '@mana/sync/client/memory-disk';
import { memoryNotes } from '@mana/sync/client/memory-notes';
import { openMana } from '@mana/sync/client/open';
import { exchangeConnector } from '@mana/sync/client/exchange';
import { fallbackConnector, socketConnector } from '@mana/sync/client/transport';
import { keys, marks } from './model.ts';
import { Replica, type Told } from './replica.ts';

const [writer = '', seed = '', rate = '', server = '', token = ''] = process.argv.slice(2);
const tokenMs = 600_000;
const env = webEnvironment();
const tell = (told: Told): void => void process.stdout.write(`${JSON.stringify(told)}\n`);
let wake: () => void = () => undefined;

const mana = await openMana({
	account: { person: 'ada' },
	models: [keys, marks],
	platform: {
		env,
		locks: { hold: (_name, _signal, work) => void work() },
		network: async () => ({
			connector: fallbackConnector(
				socketConnector(() => new WebSocket(`${server.replace('http', 'ws')}/socket`)),
				exchangeConnector((body, waitMs, signal) =>
					fetch(`${server}/exchange?wait=${waitMs}`, { method: 'POST', body: body.slice(), signal }),
				),
				env.elapsed,
			),
		}),
		token: async () => ({ token, expiresAt: Date.now() + tokenMs }),
		spacesUrl: `${server}/spaces`,
		notes: memoryNotes(),
		openDisk: async () => new MemoryDisk(true),
		deleteDisk: async () => undefined,
		channel: () => ({ post: () => undefined, listen: () => undefined, close: () => undefined }),
		persist: () => undefined,
		storage: async () => ({ usedBytes: 0, quotaBytes: Infinity }),
		onLeave: () => () => undefined,
		onWake(callback) {
			wake = callback;
			return () => undefined;
		},
		report: (error) =>
			tell({ kind: 'fault', what: `${writer} reported ${error instanceof Error ? error.message : String(error)}` }),
	},
});
const dice = new Dice(Number(seed));
const replica = new Replica(mana, writer, () => dice.next(), tell);
let writing: ReturnType<typeof setTimeout> | undefined;

/** Open loop: the next transaction does not wait for the last one. */
function write(): void {
	writing = setTimeout(write, -Math.log(1 - dice.next()) * (1000 / Number(rate)));
	replica.step();
}

const deeds: Readonly<Record<string, () => void>> = {
	write,
	stop: () => clearTimeout(writing),
	wake: () => wake(),
	state: () => tell(replica.state()),
};

tell({ kind: 'ready' });
for await (const line of console) deeds[line.trim()]?.();
