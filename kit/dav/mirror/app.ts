import type { SpaceId } from '@mana/sync';
import type { FolderElsewhere } from '../client/discover.ts';
import type { Here, Texts, There } from './sides.ts';
import type { MirrorWithin } from './store.ts';

/** How its person signs in to an account. */
export interface Login {
	readonly person: string;
	/** As they typed it; what the provider is called, of one that they connected. */
	readonly address: string;
	readonly user: string;
	/** Their password, or the id of the connection. */
	readonly secret: string;
}

/** A way to speak to accounts of one kind. */
export interface Service {
	/** Of accounts that are connected rather than signed in to: which one it is. @throws Trouble */
	connected?(person: string, connection: string): Promise<Login>;
	/** @throws Trouble */
	folders(login: Login): Promise<readonly FolderElsewhere[]>;
	open(
		login: Login,
		folder: { readonly url: string; /** Where the folder is that says the same. */ readonly space: SpaceId },
	): There;
	/** The account is not kept the same any more: what its person allowed there is given back. */
	ended?(login: Login): Promise<void>;
}

/** What becomes of the records of a folder that is not kept the same any more. */
export type Records = 'keep' | 'trash';

/** What an app says of its folders, so that they are kept the same as folders elsewhere. */
export interface MirrorApp {
	readonly texts: Texts;
	readonly services: Readonly<Record<string, Service>>;
	/** Where a person's folders are made; `null`: that is not known now. */
	ownSpace(person: string): SpaceId | null;
	here(space: SpaceId, home: string): Here<MirrorWithin>;
	/** Whether a folder of ours is there, and not in the trash. */
	stands(space: SpaceId, home: string): Promise<boolean>;
	/** Makes the folder that stands for one elsewhere, or takes it out of the trash. @param key the same for the same one */
	makeFolder(within: MirrorWithin, space: SpaceId, key: string, folder: FolderElsewhere): Promise<string>;
	endFolder(within: MirrorWithin, space: SpaceId, home: string, records: Records): Promise<void>;
	/** Something was written into a space: it is sent. */
	wake(): void;
}
