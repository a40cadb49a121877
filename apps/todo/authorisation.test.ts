import { type Alone, startAlone } from '@mana/dav/testing/alone';
import { type AccessRow, authorisationMatrix, kitAccess } from '@mana/service/testing/authorisation';
import { leavingAccess } from '@mana/service/testing/leaving';
import { mailInAccess } from '@mana/service/testing/mail-in';
import { afterAll, beforeAll } from 'bun:test';
import { service } from './todo.server.ts';

// Who may do what by HTTP; by CalDAV: `dav/caldav.test.ts`.

/** What mana-auth asks for the archive of a person, and nobody else may. */
const archive: AccessRow = {
	method: 'POST',
	path: '/v1/persons/:id/open-formats',
	body: { person: { id: 'stranger', name: '', email: '', language: 'en', role: 'member' }, token: '' },
	status: { 'foreign service': 403 },
};
/** All that is kept of a person is copies of spaces, which are exported elsewhere. */
const leaving = leavingAccess.filter(({ path }) => path.endsWith('/erase'));

let alone: Alone;
beforeAll(async () => {
	alone = await startAlone(service);
});
afterAll(() => alone[Symbol.asyncDispose]());

authorisationMatrix({
	rows: [...kitAccess, ...leaving, ...mailInAccess, archive],
	document: () => alone.document(),
	ask: (row, principal) => alone.ask(row, principal, ''),
});
