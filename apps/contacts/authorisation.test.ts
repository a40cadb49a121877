import { type Alone, startAlone } from '@mana/dav/testing/alone';
import { elsewhereAccess } from '@mana/dav/testing/elsewhere-access';
import { type AccessRow, authorisationMatrix, kitAccess } from '@mana/service/testing/authorisation';
import { leavingAccess } from '@mana/service/testing/leaving';
import { afterAll, beforeAll } from 'bun:test';
import { service } from './contacts.server.ts';

// Who may do what by HTTP; by CardDAV: `dav/authorisation.test.ts`.

/** What mana-auth asks for the archive of a person, and nobody else may. */
const archive: AccessRow = {
	method: 'POST',
	path: '/v1/persons/:id/open-formats',
	body: { person: { id: 'stranger', name: '', email: '', language: 'en', role: 'member' }, token: '' },
	status: { 'foreign service': 403 },
};

let alone: Alone;
beforeAll(async () => {
	alone = await startAlone(service);
});
afterAll(() => alone[Symbol.asyncDispose]());

authorisationMatrix({
	rows: [...kitAccess, ...leavingAccess, ...elsewhereAccess, archive],
	document: () => alone.document(),
	ask: (row, principal) => alone.ask(row, principal, row.method === 'DELETE' ? '?records=keep' : ''),
});
