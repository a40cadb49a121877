import { type Logger, Problem, type RandomBytes } from '@mana/service';
import type { Clock } from '@mana/store';
import { newRecordId, type RecordId } from '@mana/model';
import type { InstanceKeys } from './instance-keys.ts';
import type { ArchiveJobs, AuthJobs } from './letters.ts';
import type { Conversation } from './relying/conversation.ts';
import { refuse } from './problems.ts';
import type { AuthStore, Db, Transaction } from './store.ts';

export const registrationModes = ['closed', 'invitation', 'open'] as const;
export type RegistrationMode = (typeof registrationModes)[number];

/** Everything that the use cases of this service need from outside. */
export interface Realm {
	readonly store: AuthStore;
	readonly keys: InstanceKeys;
	/** Id of this Mana; part of its cookie's name, because cookies of localhost ignore ports. */
	readonly instance: string;
	/** The one origin people open, without a trailing slash. */
	readonly publicUrl: string;
	/** What is done after an answer was given, and certainly: letters, and people who leave. */
	readonly jobs: AuthJobs;
	/** Archives, which take long: they are made beside what takes none. */
	readonly archiveJobs: ArchiveJobs;
	readonly registration: RegistrationMode;
	/** How providers are talked to with whom people have an account. */
	readonly conversation: Conversation;
	/** The data folder. */
	readonly home: string;
	readonly clock: Clock;
	readonly random: RandomBytes;
	readonly log: Logger;
}

/** Who is at the other end of a request. */
export interface Client {
	readonly address: string;
	/** `User-Agent`, shortened. */
	readonly agent: string;
	/** Who acts, while somebody acts in another's name. */
	readonly actor?: string;
}

/** Runs queries of which all or none take effect. @throws Problem `unavailable` when the database fails */
export function transact<T>(realm: Pick<Realm, 'store'>, work: (db: Transaction) => Promise<T>): Promise<T> {
	return reaching(() => realm.store.db.transaction().execute(work));
}

/** Runs queries that only look. @throws Problem `unavailable` when the database fails */
export function look<T>(realm: Pick<Realm, 'store'>, work: (db: Db) => Promise<T>): Promise<T> {
	return reaching(() => work(realm.store.db));
}

export function newId(realm: Pick<Realm, 'clock' | 'random'>): RecordId {
	return newRecordId(realm.clock.now(), (bytes) => realm.random(bytes as Uint8Array<ArrayBuffer>));
}

/** A failing database answers 503 and never looks like anybody's mistake; a mistake in this code stays one (500). */
async function reaching<T>(work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		if (error instanceof Problem || error instanceof TypeError || error instanceof ReferenceError) throw error;
		throw refuse('unavailable', { retryAfterMs: 2000, cause: error });
	}
}
