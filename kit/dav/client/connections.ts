import { call, Problem, type ServiceIdentity } from '@mana/service';
import { z } from 'zod';
import { Trouble } from '../mirror/trouble.ts';

const answer = z.object({ token: z.string(), label: z.string(), provider: z.string() });

/** With what something is done in an account that its person connected. */
export type ConnectedAccount = z.output<typeof answer>;

/** Whose account, by the id of its connection. */
export interface Connected {
	readonly person: string;
	readonly connection: string;
}

/** Tokens of accounts that people connected, as mana-auth keeps them: no service but it has what they are made from. */
export interface Connections {
	/** @param refused a token that was refused although its time is not over @throws Trouble, Problem 503 while mana-auth is away */
	token(whose: Connected, refused?: string): Promise<ConnectedAccount>;
	/** Ends it here and at the provider; one that is not there has ended. @throws Problem 503 */
	end(whose: Connected): Promise<void>;
}

/** @param address of mana-auth */
export function openConnections({
	address,
	identity,
}: {
	readonly address: string;
	readonly identity: Pick<ServiceIdentity, 'token'>;
}): Connections {
	const ask = call();
	const send = async (method: string, path: string, body?: object) =>
		ask(`${address}/connections/${path}`, {
			method,
			headers: { authorization: `Bearer ${await identity.token('mana-auth')}`, 'content-type': 'application/json' },
			...(body && { body: JSON.stringify(body) }),
		});
	return {
		async token({ person, connection }, refused) {
			try {
				const said = await send('POST', `${encodeURIComponent(connection)}/tokens`, { person, refused: refused ?? null });
				return answer.parse(await said.json());
			} catch (error) {
				throw error instanceof Problem ? troubleOf(error) : error;
			}
		},
		async end({ person, connection }) {
			await send('DELETE', `${encodeURIComponent(connection)}?person=${encodeURIComponent(person)}`);
		},
	};
}

/** What keeps a token back, in the words of an account. */
function troubleOf(error: Problem): Trouble {
	const { code, detail, retryAfterMs, cause } = error;
	switch (code) {
		case 'connection-ended':
		case 'connection-unknown':
		case 'provider-unknown':
			return new Trouble('disconnected', detail, { cause });
		case 'connection-busy':
			return new Trouble('busy', detail, { cause, retryAfterMs });
		default:
			return new Trouble('unreachable', detail, { cause, retryAfterMs });
	}
}
