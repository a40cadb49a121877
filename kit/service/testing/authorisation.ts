import { describe, expect, test } from 'bun:test';

/**
 * Who may come to a route. `member`, `admin`, `owner` and `guest` are roles of this Mana; where a path names something that belongs to
 * somebody, it belongs to none of these, so that each of them is the other person. `expired`: their session or token has run out.
 * `revoked`: it was ended from elsewhere. `foreign service`: another service of this Mana with a good token of its own that the schema
 * gives no business here.
 */
export const principals = ['anonymous', 'expired', 'revoked', 'guest', 'member', 'admin', 'owner', 'foreign service'] as const;
export type Principal = (typeof principals)[number];

/** A route, and what it answers to whom. */
export interface AccessRow {
	readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
	/** As the route is written: `/sessions/:id`; with a query where it wants one. */
	readonly path: string;
	readonly body?: object;
	/** The status for everybody, or for each; whoever is not named gets 401. */
	readonly status: number | Partial<Record<Principal, number>>;
}

/** The same status for everybody who is signed in. */
export function signedIn(status: number): AccessRow['status'] {
	return { guest: status, member: status, admin: status, owner: status };
}

/** What the kit gives every service, asked through the hub. */
export const kitAccess: readonly AccessRow[] = [
	{ method: 'GET', path: '/health/live', status: 200 },
	{ method: 'GET', path: '/health/ready', status: 200 },
	{ method: 'GET', path: '/health/needs', status: 404 },
	{ method: 'GET', path: '/metrics', status: 404 },
	{ method: 'GET', path: '/openapi.json', status: 200 },
];

export interface AuthorisationMatrix {
	readonly rows: readonly AccessRow[];
	/** The service's own list of routes: what it answers at `/openapi.json`. */
	document(): Promise<unknown>;
	/** Sends the row's request as the principal, as a browser behind the hub would. @returns the status of the answer */
	ask(row: AccessRow, principal: Principal): Promise<number>;
}

/**
 * Asks every route of a service as everybody, and compares the rows with the list of routes that the service itself tells: a route
 * without a row fails, and so does a row without a route.
 *
 * @example
 * authorisationMatrix({
 *   rows: [...kitAccess, { method: 'GET', path: '/notes/:id', status: signedIn(404) }],
 *   document: async () => (await fetch(`${service.url}/openapi.json`)).json(),
 *   ask: async ({ method, path }, principal) => (await fetch(…, { method, headers: headersOf(principal) })).status,
 * });
 */
export function authorisationMatrix({ rows, document, ask }: AuthorisationMatrix): void {
	describe('who may do what', () => {
		for (const row of rows)
			test(`${row.method} ${row.path} ${JSON.stringify(row.body ?? {})}`, async () => {
				const expected: Record<string, number> = {};
				const answered: Record<string, number> = {};
				for (const principal of principals) {
					expected[principal] = typeof row.status === 'number' ? row.status : (row.status[principal] ?? 401);
					answered[principal] = await ask(row, principal);
				}
				expect(answered).toEqual(expected);
			});

		test('every route there is has a row, and every row a route', async () => {
			const named = new Set(rows.map(({ method, path }) => `${method} ${path.replace(/\?.*/, '')}`));
			expect([...named].sort()).toEqual(routesOf(await document()).sort());
		});
	});
}

/** `GET /notes/:id` for each operation of an OpenAPI document. @throws TypeError when it is none */
export function routesOf(document: unknown): string[] {
	const { paths } = document as { readonly paths?: Readonly<Record<string, object>> };
	if (paths === undefined) throw new TypeError('This is no OpenAPI document: it has no paths.');
	return Object.entries(paths).flatMap(([path, methods]) =>
		Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
	);
}
