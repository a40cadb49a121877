// For tests: somebody who has accounts elsewhere kept the same, as their browser asks for it.
import type { RecordId } from '@mana/model';
import { expect } from 'bun:test';
import type { AccountCard, FolderCard } from '../mirror/index.ts';
import { type TestPerson, until } from './world.ts';

export interface TestLogin {
	readonly address: string;
	readonly user: string;
	readonly password: string;
}

/** The accounts that one person has elsewhere. */
export class TestAccounts {
	readonly #served: string;
	readonly #person: TestPerson;

	/** @param served address of the server that keeps them */
	constructor(served: string, person: TestPerson) {
		this.#served = served;
		this.#person = person;
	}

	async ask<T>(method: string, route: string, body?: object): Promise<{ status: number; body: T }> {
		const answer = await fetch(`${this.#served}/v1/elsewhere${route}`, {
			method,
			headers: { authorization: `Bearer ${await this.#person.token()}`, ...(body && { 'content-type': 'application/json' }) },
			...(body && { body: JSON.stringify(body) }),
		});
		const text = await answer.text();
		return { status: answer.status, body: (text === '' ? undefined : JSON.parse(text)) as T };
	}

	async list(): Promise<AccountCard[]> {
		return (await this.ask<{ accounts: AccountCard[] }>('GET', '')).body.accounts;
	}

	async card(id: string): Promise<AccountCard> {
		return (await this.list()).find((one) => one.id === id)!;
	}

	/** Adds an account and keeps one folder of it. @returns its id, and the folder here */
	async keepOne(login: TestLogin, url: string): Promise<{ id: string; home: RecordId }> {
		const { status, body } = await this.ask<{ account: AccountCard; folders: FolderCard[] }>('POST', '', login);
		expect([status, body.folders.map((one) => one.url)]).toEqual([201, expect.arrayContaining([url])]);
		return { id: body.account.id, home: await this.choose(body.account.id, url) };
	}

	/** Adds an account at Google that was connected. @returns it, and the names of what is there */
	async connect(connection: string): Promise<{ account: AccountCard; folders: readonly FolderCard[] }> {
		const { status, body } = await this.ask<{ account: AccountCard; folders: FolderCard[] }>('POST', '', {
			service: 'google',
			connection,
		});
		expect(status).toBe(201);
		return body;
	}

	/** Keeps one folder of an account the same. @returns the folder here */
	async choose(id: string, url: string): Promise<RecordId> {
		// Somebody who has just come is not known to everybody at once (503).
		const chosen = await until(async () => {
			const answer = await this.ask<AccountCard>('PUT', `/${id}/folders`, { urls: [url], records: 'keep' });
			return answer.status === 200 ? answer : null;
		}, 300);
		return chosen.body.links[0]!.home as RecordId;
	}

	/** Has the account looked at, and waits until something holds. */
	async afterRound<T>(id: string, look: () => Promise<T>): Promise<NonNullable<T>> {
		expect((await this.ask('POST', `/${id}/rounds`)).status).toBe(202);
		return until(look);
	}

	/** Has the account looked at, and waits until that is over. */
	async round(id: string): Promise<void> {
		const at = async () => (await this.card(id)).links[0]?.syncedAt ?? null;
		const before = await at();
		await this.afterRound(id, async () => (await at()) !== before);
	}
}
