// The page of one tab: a client with the browser's own disk, locks and channels.
import { Dice } from '@mana/sync/simulator/dice';
import { browserPlatform } from '@mana/sync/client/browser/platform';
import { openMana } from '@mana/sync/client/open';
import { socketConnector } from '@mana/sync/client/transport';
import { keys, marks } from './model.ts';
import { Replica, type Told } from './replica.ts';

const asked = new URL(location.href).searchParams;
const told = (name: string): string => asked.get(name) ?? '';
const tell = (word: Told): void => console.debug(JSON.stringify(word));
const tokenMs = 600_000;

const mana = await openMana({
	account: { person: 'ada' },
	models: [keys, marks],
	platform: {
		...browserPlatform(),
		network: async () => ({
			connector: socketConnector(() => new WebSocket(`${told('server').replace('http', 'ws')}/socket`)),
		}),
		token: async () => ({ token: told('token'), expiresAt: Date.now() + tokenMs }),
	},
});
const dice = new Dice(Number(told('seed')));
const replica = new Replica(mana, told('writer'), () => dice.next(), tell);
let writing: ReturnType<typeof setTimeout> | undefined;

function write(): void {
	writing = setTimeout(write, -Math.log(1 - dice.next()) * (1000 / Number(told('rate'))));
	replica.step();
}

const deeds: Readonly<Record<string, () => void>> = {
	write,
	stop: () => clearTimeout(writing),
	wake: () => dispatchEvent(new Event('online')),
	state: () => tell(replica.state()),
};

addEventListener('message', ({ data }) => deeds[String(data)]?.());
tell({ kind: 'ready' });
