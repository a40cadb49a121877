import { expect, test } from 'bun:test';
import { openNotifier } from '@mana/service';
import { Database } from 'bun:sqlite';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ChannelName } from './channels/channel.ts';
import type { DeliveryState } from './store.ts';
import { environmentOf, identityOf, startMailbox, startTestAuth, until } from './testing.ts';
import { type ReceiverName, type Receivers, startReceivers } from './testing-receivers.ts';

/** Twenty in every run; `MANA_TEST_KILLS=50` for the count that the README tells. */
const KILLS = Number(process.env['MANA_TEST_KILLS'] ?? 20);
/** Worlds of their own, side by side: one waits for its process to start while another one works. */
const WORLDS = 2;

/** Mulberry32: the same kills for the same seed. */
function seeded(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

/** What became of everything that a world's mana-notify was told, counted at the far sides. */
interface Toll {
	readonly messages: number;
	readonly deliveries: number;
	readonly delivered: number;
	readonly failed: number;
	/** Nobody knows, and it is not sent again. */
	readonly doubtful: number;
	/** Deliveries of which nobody knew at some time whether they had arrived. */
	readonly doubted: number;
	/** Arrived again under the same id, by which the far side can tell. */
	readonly repeated: number;
	/** Arrived twice where the far side cannot tell, or under two ids. */
	readonly doubled: number;
	/** Delivered by our word, and not there; or not known at all. */
	readonly lost: number;
}

async function world(program: string, kills: number, seed: number): Promise<Toll> {
	const random = seeded(seed);
	const home = await mkdtemp(join(tmpdir(), 'mana-notify-kill-'));
	const [auth, mailbox, far] = [await startTestAuth(), await startMailbox(), startReceivers()];
	const env = environmentOf({ smtp: mailbox.url, privateTargets: true });
	const start = async () => {
		const child = Bun.spawn([process.execPath, program, JSON.stringify({ home, auth: auth.url, env })], {
			stdin: 'pipe',
			stdout: 'pipe',
			stderr: 'inherit',
		});
		const { value } = await child.stdout.getReader().read();
		if (value === undefined) throw new Error('mana-notify did not start.');
		return { url: new TextDecoder().decode(value).trim(), child };
	};
	const send = (url: string, key: string) =>
		openNotifier({ address: url, identity: identityOf('mana-auth') }).send({
			topic: 'new-device',
			to: { person: 'ada' },
			data: { name: 'Ada', device: key, place: '192.0.2.1', at: 1, link: '/' },
			key,
		});
	const arrivals = () => mailbox.received.length + far.received.length;
	const accepted = new Set<string>();
	let next = 0;
	try {
		let life = await start();
		await addChannels(life.url, far, await auth.token('ada'));
		for (let kill = 0; kill < kills; kill++) {
			const { url, child } = life;
			// Whoever sends keeps what was not accepted, and sends it again with its key.
			const batch = Array.from({ length: 5 }, () => `message ${next++}`).map((key) =>
				send(url, key).then(
					() => void accepted.add(key),
					() => undefined,
				),
			);
			// The point is drawn in things that arrived, and some steps behind that: it means the same on a slow machine.
			const point = arrivals() + Math.floor(random() * 24);
			await until(() => arrivals() >= point, 20_000);
			for (let step = Math.floor(random() * 40); step > 0; step--) await new Promise(setImmediate);
			child.kill('SIGKILL');
			await child.exited;
			await Promise.all(batch);
			life = await start();
		}
		for (let n = 0; n < next; n++) {
			await send(life.url, `message ${n}`);
			accepted.add(`message ${n}`);
		}
		const database = new Database(join(home, 'mana-notify', 'mana-notify.sqlite'), { readonly: true });
		await until(() => unfinished(database) === 0, 20_000).catch((error: unknown) => {
			throw new Error(
				`Still open: ${JSON.stringify(database.query(`select channel, state, tries, reason from delivery where state in ('waiting', 'sending') limit 5`).all())}`,
				{ cause: error },
			);
		});
		life.child.kill('SIGTERM');
		await life.child.exited;
		const mails = mailbox.received.map(({ mail }) => ({
			by: 'email' as const,
			id: mail.messageId ?? '',
			text: mail.subject ?? '',
		}));
		const others = far.received.map(({ by, id, body }) => ({ by, id, text: JSON.stringify(body) }));
		const toll = count(database, accepted, [...mails, ...others]);
		database.close();
		return toll;
	} finally {
		await Promise.all([mailbox.close(), far.close(), auth.close()]);
		await rm(home, { recursive: true, force: true });
	}
}

/** Gives Ada every way there is. */
async function addChannels(url: string, far: Receivers, token: string): Promise<void> {
	for (const kind of Object.keys(far.targets) as ReceiverName[]) {
		const response = await fetch(`${url}/v1/channels`, {
			method: 'POST',
			headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
			body: JSON.stringify({ kind, label: kind, target: far.targets[kind] }),
		});
		expect(response.status).toBe(201);
	}
}

/** What is still to be done. Nobody has a space here, so that what is for the inbox waits for one. */
function unfinished(database: Database): number {
	const sql = `select (select count(*) from message where state = 'planned') +
		(select count(*) from delivery where state in ('waiting', 'sending') and channel <> 'inbox') as open`;
	return database.query<{ open: number }, []>(sql).get()!.open;
}

interface Arrival {
	readonly by: ChannelName;
	readonly id: string | null;
	readonly text: string;
}

interface Sent {
	readonly id: string;
	readonly channel: ChannelName;
	readonly state: DeliveryState;
	readonly doubts: number;
	readonly key: string;
}

/** How each far side names a delivery. */
const nameAt: Readonly<Record<ChannelName, (id: string) => string | null>> = {
	email: (id) => `<${id}@mana.example>`,
	// Written by sync, which has tests of its own: here nobody has a space.
	inbox: () => null,
	webhook: (id) => `msg_${id}`,
	matrix: (id) => id,
	ntfy: (id) => id,
	push: (id) => Buffer.from(id, 'hex').toString('base64url'),
	apprise: () => null,
};

/** By which Ada hears of each message. */
const told = Object.keys(nameAt).filter((channel) => channel !== 'inbox');

function count(database: Database, accepted: ReadonlySet<string>, arrivals: readonly Arrival[]): Toll {
	const sql = `select delivery.id, channel, delivery.state, doubts, key from delivery
		join delivery_message on delivery_id = delivery.id join message on message.id = message_id`;
	const sent = database.query<Sent, []>(sql).all();
	const arrived = new Map<string, number>();
	const names = new Map<string, Set<string | null>>();
	for (const { by, id, text } of arrivals) {
		const key = /message \d+/.exec(text)![0];
		arrived.set(`${by} ${id ?? key}`, (arrived.get(`${by} ${id ?? key}`) ?? 0) + 1);
		names.set(`${by} ${key}`, (names.get(`${by} ${key}`) ?? new Set()).add(id));
	}
	const times = ({ id, channel, key }: Sent) => arrived.get(`${channel} ${nameAt[channel](id) ?? key}`) ?? 0;
	const sum = (of: (one: Sent) => number) => sent.reduce((total, one) => total + of(one), 0);
	const underTwoNames = [...names.values()].reduce((total, ids) => total + ids.size - 1, 0);
	const known = new Set(sent.map(({ channel, key }) => `${channel} ${key}`));
	const unknown = [...accepted].flatMap((key) => told.filter((channel) => !known.has(`${channel} ${key}`)));
	return {
		messages: accepted.size,
		deliveries: sent.length,
		delivered: sum(({ state }) => Number(state === 'delivered')),
		failed: sum(({ state }) => Number(state === 'failed')),
		doubtful: sum(({ state }) => Number(state === 'doubtful')),
		doubted: sum(({ doubts }) => Number(doubts > 0)),
		repeated: sum((one) => (nameAt[one.channel](one.id) === null ? 0 : Math.max(0, times(one) - 1))),
		doubled: underTwoNames + sum((one) => (nameAt[one.channel](one.id) === null ? Math.max(0, times(one) - 1) : 0)),
		lost: unknown.length + sum((one) => Number(one.state === 'delivered' && times(one) === 0)),
	};
}

test('across SIGKILL at random points under load nothing is lost, and nothing is doubled where the far side can tell', async () => {
	const seed = Number(process.env['MANA_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
	console.log(`seed ${seed}: MANA_TEST_SEED=${seed} plays the same kills`);
	// One file starts in half the time of hundreds, and it starts fifty times.
	const outdir = await mkdtemp(join(tmpdir(), 'mana-notify-built-'));
	const built = await Bun.build({ entrypoints: [join(import.meta.dir, 'testing-process.ts')], target: 'bun', outdir });
	const worlds = Array.from({ length: WORLDS }, (_, n) => world(built.outputs[0]!.path, KILLS / WORLDS, seed + n));
	const tolls = await Promise.all(worlds).finally(() => rm(outdir, { recursive: true }));
	const toll = Object.fromEntries(
		Object.keys(tolls[0]!).map((name) => [name, tolls.reduce((total, one) => total + one[name as keyof Toll], 0)]),
	);
	console.log(`${KILLS} kills: ${JSON.stringify(toll)}`);
	expect(toll).toMatchObject({ lost: 0, doubled: 0, failed: 0 });
	expect(toll['delivered']! + toll['doubtful']!).toBe(toll['messages']! * told.length);
	// Otherwise the kills came when nothing was under way, and nothing was shown.
	expect(toll['doubted']!).toBeGreaterThan(0);
}, 120_000);
