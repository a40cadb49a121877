import { call, defineService, generatedSecret, openEgress, openNotifier } from '@mana/service';
import { openJobs, openStore } from '@mana/store';
import { z } from 'zod';
import {
	removeSecondStep,
	type SecondStepNotice,
	type SecondStepRemoval,
	tellOfRemoval,
} from './administration/second-step-removal.ts';
import { tellOfArchive } from './archive/archives.ts';
import { type Make, makeArchive } from './archive/make.ts';
import { checkAtStart } from './audit/check.ts';
import { type Disconnection, takeBack } from './connections/disconnecting.ts';
import { keepTidy } from './housekeeping.ts';
import { type NewDevice, tellOfDevice } from './known-devices.ts';
import { instanceKeys } from './instance-keys.ts';
import { answerForgotten, type ArchiveJobs, type AuthJobs, type Forgotten, type Letter, sendLetter } from './letters.ts';
import { type Leave, leave } from './leaving/erase.ts';
import type { Neighbours } from './leaving/neighbours.ts';
import { migrations } from './migrations.ts';
import { Conversation } from './relying/conversation.ts';
import { look, newId, type Realm, registrationModes } from './realm.ts';
import { addRoutes } from './routes/index.ts';
import { prepareSetup } from './setup.ts';
import { dropForeignKeys, publishedKeys } from './signing-keys.ts';
import type { AuthStore, Tables } from './store.ts';

export { actingAtTheTerminal, archiveAtTheTerminal } from './archive/terminal.ts';
export { auditLogCheck } from './audit/terminal.ts';
export { resetLink, takeSecondStepAway } from './recover.ts';
export type { AuthRoutes } from './routes/index.ts';

/** How long a service may take to let go of a person, in milliseconds. */
const eraseMs = 10 * 60_000;

/** How long a service may take to tell what it holds of a person, in milliseconds: as long as it goes on. The job ends what stands still. */
const archiveMs = 24 * 60 * 60_000;

/** How long a provider may take to answer, in milliseconds. */
const providerMs = 10_000;

/** People, their sessions and passwords, and the tokens by which every other service knows them. */
export const service = defineService({
	name: 'mana-auth',
	config: {
		registration: z.enum(registrationModes).default('invitation').describe('who may join besides the owner'),
		name: z.string().max(80).optional().describe('what this Mana is called on its sign-in page'),
		secret: generatedSecret('instance'),
		privateProviders: z
			.boolean()
			.default(false)
			.describe('whether providers that people sign in with may be in the private network, also without encryption'),
	},
	limits: { bodyBytes: 16 * 1024 },
	async open({ config, home, databaseUrl, publicUrl, clock, random, log, identity, addressOf }) {
		const store = await openStore<Tables>({ service: 'mana-auth', home, databaseUrl, migrations, clock });
		try {
			const notifier = openNotifier({ address: addressOf('mana-notify'), identity });
			const neighbours: Neighbours = { identity, addressOf, fetch: call({ timeoutMs: eraseMs }) };
			const talking: Neighbours = { ...neighbours, fetch: call({ timeoutMs: archiveMs }) };
			const jobs: AuthJobs = await openJobs(
				store,
				{
					letter: (letter: Letter) => sendLetter(realm, notifier, letter),
					newDevice: (news: NewDevice, { id }) => tellOfDevice(realm, notifier, news, id),
					forgotten: (forgotten: Forgotten, { id }) => answerForgotten(realm, forgotten, id),
					secondStepNotice: (notice: SecondStepNotice, { id }) => tellOfRemoval(notifier, notice, id),
					secondStepRemoval: (removal: SecondStepRemoval) => removeSecondStep(realm, removal),
					departure: (departure: Leave) => leave(realm, neighbours, departure),
					archiveReady: (archive: Make, { id }) => tellOfArchive(realm, notifier, archive, id),
					disconnection: (disconnection: Disconnection) => takeBack(realm, disconnection),
				},
				{ clock, random, log },
			);
			const stopping = new AbortController();
			const archiveJobs: ArchiveJobs = await openJobs(
				store,
				{ archive: (archive: Make, job) => makeArchive(realm, talking, archive, job, stopping.signal) },
				{ clock, random, log, concurrency: 2 },
			);
			const realm: Realm = {
				jobs,
				archiveJobs,
				store,
				keys: instanceKeys(config.secret),
				instance: await instanceId(store, { clock, random }),
				publicUrl,
				registration: config.registration,
				conversation: new Conversation({
					reach: openEgress({ allowPrivate: config.privateProviders, redirects: 0, timeoutMs: providerMs }),
					allowHttp: config.privateProviders,
					clock,
				}),
				home,
				clock,
				random,
				log,
			};
			await dropForeignKeys(realm);
			await publishedKeys(realm);
			await prepareSetup(realm);
			jobs.start();
			archiveJobs.start();
			const stopTidying = keepTidy(realm);
			const stopChecking = checkAtStart(realm);
			return {
				routes: (app) => addRoutes(app, realm, neighbours, config.name ?? null),
				ready: () => look(realm, (db) => db.selectFrom('person').select('id').limit(1).execute()),
				async close() {
					stopTidying();
					stopping.abort();
					await archiveJobs.stop();
					await jobs.stop();
					await stopChecking();
					await store.close();
				},
			};
		} catch (error) {
			await store.close();
			throw error;
		}
	},
});

/** The id of this Mana, made at the first start; it never changes. */
async function instanceId(store: AuthStore, made: Pick<Realm, 'clock' | 'random'>): Promise<string> {
	await store.db
		.insertInto('instance')
		.values({ one: 1, id: newId(made), created_at: made.clock.now() })
		.onConflict((conflict) => conflict.column('one').doNothing())
		.execute();
	return (await store.db.selectFrom('instance').select('id').executeTakeFirstOrThrow()).id;
}

if (import.meta.main) await service.run();
