import { createLogger, openEgress, systemRandom } from '@mana/service';
import { openJobs } from '@mana/store';
import type { TestEngine } from '@mana/store/testing';
import { instanceKeys } from './instance-keys.ts';
import type { ArchiveJobs, AuthJobs } from './letters.ts';
import { migrations } from './migrations.ts';
import { newId, type Realm } from './realm.ts';
import { Conversation } from './relying/conversation.ts';
import type { AuthStore, Tables } from './store.ts';
import { TestClock } from './testing.ts';

const nothing = async (): Promise<void> => {};

/** Jobs that are written and not run. */
export function idleJobs(store: AuthStore, clock: TestClock): Promise<AuthJobs> {
	const handlers = {
		letter: nothing,
		forgotten: nothing,
		departure: nothing,
		newDevice: nothing,
		secondStepNotice: nothing,
		secondStepRemoval: nothing,
		archiveReady: nothing,
		disconnection: nothing,
	};
	return openJobs(store, handlers, { clock });
}

/** What the use cases need, over a real store, without a service around it; its jobs are written and not run. */
export async function testRealm(engine: TestEngine): Promise<{ realm: Realm; clock: TestClock }> {
	const clock = new TestClock();
	const store = await engine.open<Tables>({ service: 'mana-auth', migrations });
	const jobs = await idleJobs(store, clock);
	const archiveJobs: ArchiveJobs = await openJobs(store, { archive: nothing }, { clock });
	const realm: Realm = {
		store,
		jobs,
		archiveJobs,
		keys: instanceKeys('a secret of at least thirty-two characters'),
		instance: newId({ clock, random: systemRandom }),
		publicUrl: 'http://mana.localhost',
		registration: 'invitation',
		conversation: new Conversation({ reach: openEgress({ allowPrivate: false }), allowHttp: false, clock }),
		home: '',
		clock,
		random: systemRandom,
		log: createLogger('mana-auth', 'silent'),
	};
	return { realm, clock };
}
