import { expect, test } from 'bun:test';
import { eachEngine } from '@mana/store/testing';
import { type Frame, type FrameOf, type SpaceId, stampAt } from '@mana/sync';
import { memberRecordId, members, MOST_PICTURE, spaceRecordId, spaces } from '@mana/sync/spaces';
import { newRecord, exchangeOnce, newDevice, op, RawClient, startNotify, startSync, type TestSync } from './testing.ts';
import { ask } from './testing-spaces.ts';

/** How long a revocation may take until nothing more comes and everybody knows, in milliseconds. */

eachEngine('mana-sync', (engine) => {
	/** Ana's family with Ben in it. */
	async function family(invitation: object = { role: 'editor' }) {
		const server = await startSync(await engine.place());
		const as = async (person: string, method: string, path: string, body?: unknown) =>
			ask(server, await server.issuer.token(person), method, path, body);
		const made = await as('ana', 'POST', '/spaces', { kind: 'family', name: 'Home' });
		const space = made.body['id'] as SpaceId;
		const link = String((await as('ana', 'POST', `/spaces/${space}/invitations`, invitation)).body['link']);
		const secret = new URL(link).hash.replace('#token=', '');
		const joined = await as('ben', 'POST', '/memberships', { invitation: secret });
		return { server, as, space, secret, joined, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
	}

	test('an invitation lets one person in, once, with the role it carries', async () => {
		await using home = await family();
		expect(home.joined).toMatchObject({ status: 201, body: { id: home.space, role: 'editor', kind: 'family', name: 'Home' } });
		expect((await home.as('eve', 'POST', '/memberships', { invitation: home.secret })).status).toBe(410);
		const { body } = await home.as('ben', 'GET', `/spaces/${home.space}/members`);
		expect(body['members']).toMatchObject([
			{ person: 'ana', name: 'ana', role: 'owner', apps: null },
			{ person: 'ben', role: 'editor', apps: null },
		]);
	});

	test('a link that says nothing else makes a viewer', async () => {
		await using home = await family({});
		expect(home.joined.body['role']).toBe('viewer');
	});

	test('an invitation is worth nothing once it was withdrawn, or who made it may not invite any more', async () => {
		await using home = await family({ role: 'admin' });
		const path = `/spaces/${home.space}/invitations`;
		const secretOf = (link: unknown) => new URL(String(link)).hash.replace('#token=', '');
		const withdrawn = (await home.as('ana', 'POST', path, {})).body;
		expect((await home.as('ana', 'DELETE', `${path}/${withdrawn['id']}`)).status).toBe(204);
		const ofBen = (await home.as('ben', 'POST', path, {})).body;
		expect((await home.as('ana', 'PATCH', `/spaces/${home.space}/members/ben`, { role: 'editor' })).status).toBe(204);
		for (const { link } of [withdrawn, ofBen] as { link: string }[])
			expect((await home.as('eve', 'POST', '/memberships', { invitation: secretOf(link) })).status).toBe(410);
	});

	test('an invitation goes out by mail, in the words of who invites; what cannot be handed over invites nobody', async () => {
		await using notify = await startNotify();
		await using server = await startSync(await engine.place(), { addresses: { 'mana-notify': notify.url } });
		const as = async (person: string, method: string, path: string, body?: unknown) =>
			ask(server, await server.issuer.token(person), method, path, body);
		const space = (await as('ana', 'POST', '/spaces', { kind: 'family', name: 'Home' })).body['id'] as SpaceId;
		const path = `/spaces/${space}/invitations`;
		const mail = { address: 'ben@mana.example', language: 'de' };
		const { status, body } = await as('ana', 'POST', path, { role: 'editor', mail });
		expect(status).toBe(201);
		expect(notify.messages).toEqual([
			{
				topic: 'invitation',
				to: mail,
				data: { inviter: 'ana', place: 'Home', link: body['link'], until: body['expiresAt'] },
				key: `space-invitation ${body['id']}`,
			},
		]);
		notify.away = true;
		expect(await as('ana', 'POST', path, { mail })).toMatchObject({ status: 503, body: { code: 'mail-unavailable' } });
		expect((await as('ana', 'GET', path)).body['invitations']).toHaveLength(1);
		expect(await as('ana', 'POST', path, { mail: { address: 'nowhere', language: 'de' } })).toMatchObject({ status: 422 });
		expect(await as('eve', 'POST', path, { mail })).toMatchObject({ status: 404 });
		for (let sent = 0; sent < 18; sent++) await as('ana', 'POST', path, { mail });
		expect(await as('ana', 'POST', path, { mail })).toMatchObject({ status: 429, body: { code: 'too-many-mails' } });
		expect((await as('ana', 'POST', path, {})).status).toBe(201);
	});

	test('two who use one invitation at once: one gets in', async () => {
		await using home = await family();
		const { body } = await home.as('ana', 'POST', `/spaces/${home.space}/invitations`, {});
		const invitation = new URL(String(body['link'])).hash.replace('#token=', '');
		const answers = await Promise.all(
			['eve', 'dan', 'kim'].map((person) => home.as(person, 'POST', '/memberships', { invitation })),
		);
		expect(answers.map(({ status }) => status).sort()).toEqual([201, 410, 410]);
	});

	test('members see each other’s writes, and a change of members takes its place in the order', async () => {
		await using home = await family();
		const [ana, ben] = [await join(home.server, 'ana', home.space), await join(home.server, 'ben', home.space)];
		const before = ben.seq;
		const write = op(newRecord(), 'milk');
		ana.write(write);
		await ben.until(() => ben.value(write) === 'milk', 'the milk');
		await home.as('ana', 'PATCH', `/spaces/${home.space}/members/ben`, { role: 'viewer' });
		const role = {
			collection: members.number,
			record: memberRecordId('ben'),
			field: members.fields.role.number,
			key: '',
			value: null,
		};
		await ben.until(() => ben.value(role) === 'viewer', 'the new role');
		expect(ben.seq).toBe(before + 2);
		const { n } = ben.write(op(newRecord(), 'no'));
		await ben.acked(n);
		expect((await ben.next('ack')).refused).toMatchObject([{ n, code: 'read-only' }]);
	});

	test('a person’s own space lists the spaces of that person, live, and says when one is over', async () => {
		await using home = await family();
		const own = await RawClient.join(home.server.url, await home.server.issuer.token('ben'));
		const field = (name: 'role' | 'name') => ({
			collection: spaces.number,
			record: spaceRecordId(home.space),
			field: spaces.fields[name].number,
			key: '',
			value: null,
		});
		await own.until(() => own.value(field('role')) === 'editor', 'the role');
		await home.as('ana', 'PATCH', `/spaces/${home.space}`, { name: 'Our place' });
		await own.until(() => own.value(field('name')) === 'Our place', 'the new name');
		await home.as('ana', 'DELETE', `/spaces/${home.space}/members/ben`);
		await own.until(() => own.value(field('role')) === 'none', 'the end');
	});

	test('a space has a colour and a picture: in the lists of all its members, also of who comes later, and before one is in it', async () => {
		const picture = `data:image/jpeg;base64,${Buffer.from('a picture').toString('base64')}`;
		await using home = await family();
		const register = (name: 'hue' | 'picture') => ({
			collection: spaces.number,
			record: spaceRecordId(home.space),
			field: spaces.fields[name].number,
			key: '',
			value: null,
		});
		const listOf = async (person: string) => RawClient.join(home.server.url, await home.server.issuer.token(person));
		const ben = await listOf('ben');
		const patch = async (person: string, look: object) =>
			(await home.as(person, 'PATCH', `/spaces/${home.space}`, { look })).status;
		expect(await patch('ana', { hue: 140, picture })).toBe(200);
		await ben.until(() => ben.value(register('hue')) === 140 && ben.value(register('picture')) === picture, 'the look');
		// What is not said stays.
		expect(await patch('ana', { hue: 25 })).toBe(200);
		await ben.until(() => ben.value(register('hue')) === 25, 'the other colour');
		expect(ben.value(register('picture'))).toBe(picture);

		const link = String((await home.as('ana', 'POST', `/spaces/${home.space}/invitations`, { role: 'viewer' })).body['link']);
		const invitation = new URL(link).hash.replace('#token=', '');
		expect((await home.as('eve', 'POST', '/invitation-previews', { invitation })).body).toMatchObject({ hue: 25, picture });
		await home.as('eve', 'POST', '/memberships', { invitation });
		const eve = await listOf('eve');
		await eve.until(() => eve.value(register('hue')) === 25 && eve.value(register('picture')) === picture, 'the look');
		expect(await patch('eve', { hue: 200 })).toBe(403);
		expect(await patch('ana', { picture: null })).toBe(200);
		await ben.until(() => ben.value(register('picture')) === null, 'the end of the picture');

		expect(await patch('ana', { picture })).toBe(200);
		await eve.until(() => eve.value(register('picture')) === picture, 'the picture again');
		await home.as('eve', 'DELETE', `/spaces/${home.space}/members/eve`);
		await eve.until(() => eve.value(register('picture')) === null && eve.value(register('hue')) === null, 'the end for who left');

		const made = await home.as('ana', 'POST', '/spaces', { kind: 'family', name: 'Garden', look: { hue: 75 } });
		const ana = await listOf('ana');
		const record = spaceRecordId(made.body['id'] as SpaceId);
		await ana.until(() => ana.value({ ...register('hue'), record }) === 75, 'the colour from the beginning');
	});

	test('what is no picture is none of a space', async () => {
		await using home = await family();
		const base64 = Buffer.from('<svg onload="alert(1)"/>').toString('base64');
		for (const look of [
			{ picture: `data:image/svg+xml;base64,${base64}` },
			{ picture: 'https://mana.example/picture.jpg' },
			{ picture: 'javascript:alert(1)' },
			{ picture: `data:image/png;base64,${'A'.repeat(MOST_PICTURE)}` },
			{ picture: `data:image/png;base64,AAAA" onerror="` },
			{ hue: 360 },
			{ hue: 1.5 },
		])
			expect([look, (await home.as('ana', 'PATCH', `/spaces/${home.space}`, { look })).status]).toEqual([look, 422]);
	});

	test('who writes what only the server writes is refused', async () => {
		await using home = await family();
		const ben = await join(home.server, 'ben', home.space);
		const role = { collection: members.number, record: memberRecordId('ben'), field: members.fields.role.number, key: '' };
		const { n } = ben.write({ ...role, value: 'owner' });
		await ben.acked(n);
		expect((await ben.next('ack')).refused).toMatchObject([{ n, code: 'invalid' }]);
	});

	test('once a removal is answered no byte of the space reaches the one who was removed, and REVOKED does', async () => {
		await using home = await family();
		const ben = await join(home.server, 'ben', home.space);
		const ana = await join(home.server, 'ana', home.space);
		const writing = setInterval(() => ana.write(op(newRecord(), 'secret')), 1);
		await home.as('ana', 'DELETE', `/spaces/${home.space}/members/ben`);
		const { n } = ana.write(op(newRecord(), 'after the removal'));
		await ana.acked(n);
		await ben.next('revoked');
		clearInterval(writing);
		const last = ana.write(op(newRecord(), 'long after'));
		await ana.acked(last.n);
		const pong = ben.next('pong');
		ben.send({ type: 'ping', clockMs: 0 });
		await pong;
		const cells = ben.heard.flatMap((frame) => (frame.type === 'delta' ? frame.cells : []));
		expect(cells.some(({ value }) => value === 'after the removal' || value === 'long after')).toBe(false);
		const after = ben.heard.slice(ben.heard.findIndex(({ type }) => type === 'revoked') + 1);
		expect(after.map(({ type }) => type)).toEqual(['pong']);
	});

	test('who comes back after a removal is told REVOKED, over both ways, and gets nothing else', async () => {
		await using home = await family();
		const ana = await join(home.server, 'ana', home.space);
		const device = newDevice();
		await (await join(home.server, 'ben', home.space, device)).close();
		const { n } = ana.write(op(newRecord(), 'secret'));
		await ana.acked(n);
		await home.as('ana', 'DELETE', `/spaces/${home.space}/members/ben`);
		const token = await home.server.issuer.token('ben');
		const sub: Frame = { type: 'sub', space: home.space, epoch: 0, seq: 0 };
		const back = await RawClient.open(home.server.url, device);
		await back.hello(token);
		back.send(sub);
		expect(await back.next('revoked')).toEqual({ type: 'revoked', space: home.space });
		expect(back.heard.map(({ type }) => type)).toEqual(['welcome', 'revoked']);
		const answer = await exchangeOnce(home.server.url, [{ type: 'hello', token, device, clockMs: 0, schema: [] }, sub]);
		expect(answer.map(({ type }) => type)).toEqual(['welcome', 'revoked']);
		back.push([{ n: 1, stamp: stampAt(Date.now()), ops: [op(newRecord(), 'late')] }], home.space);
		expect((await back.bye()).code).toBe('protocol');
	});

	test('a stranger is told the same as about a space that does not exist', async () => {
		await using home = await family();
		const eve = await RawClient.open(home.server.url);
		await eve.hello(await home.server.issuer.token('eve'));
		eve.send({ type: 'sub', space: home.space, epoch: 0, seq: 0 });
		expect((await eve.bye()).code).toBe('unknown-space');
	});

	test('who is limited to an app gets its records and no others, live and when catching up', async () => {
		await using home = await family({ role: 'editor', apps: [7] });
		const ana = await join(home.server, 'ana', home.space);
		const [finance, diary] = [inApp(7, 'invoice'), inApp(9, 'dear diary')];
		ana.write(finance);
		ana.write(diary);
		await ana.acked(2);
		const ben = await join(home.server, 'ben', home.space);
		expect(ben.heard.find(({ type }) => type === 'reach')).toMatchObject({ apps: [7] });
		const [more, other] = [inApp(7, 'second invoice'), inApp(9, 'more diary')];
		ana.write(other);
		ana.write(more);
		await ben.until(() => ben.value(more) === 'second invoice', 'the second invoice');
		expect(ben.value(finance)).toBe('invoice');
		expect([...ben.cells.values()].filter(({ collection }) => collection >> 8 === 9)).toEqual([]);
		const { n } = ben.write(inApp(9, 'mine'));
		await ben.acked(n);
		expect((await ben.next('ack')).refused).toMatchObject([{ code: 'read-only' }]);
	});

	test('a grant that is taken back, or given, is told at once, and the state comes with it', async () => {
		await using home = await family();
		const ana = await join(home.server, 'ana', home.space);
		const ben = await join(home.server, 'ben', home.space);
		const diary = inApp(9, 'dear diary');
		ana.write(diary);
		await ben.until(() => ben.value(diary) === 'dear diary', 'the diary');
		const path = `/spaces/${home.space}/members/ben`;
		await home.as('ana', 'PATCH', path, { apps: [7] });
		expect(await ben.next('reach')).toMatchObject({ apps: [7] });
		const [unseen, seen] = [inApp(9, 'secret'), inApp(7, 'invoice')];
		ana.write(unseen);
		ana.write(seen);
		await ben.until(() => ben.value(seen) === 'invoice', 'the invoice');
		expect(ben.value(unseen)).toBeUndefined();
		await home.as('ana', 'PATCH', path, { apps: null });
		expect(await ben.next('reach')).toMatchObject({ apps: null });
		await ben.until(() => ben.value(unseen) === 'secret', 'what was kept back');
		const whole = ben.heard.findLast((frame): frame is FrameOf<'delta'> => frame.type === 'delta' && frame.from === 0);
		expect(whole?.cells.some(({ value }) => value === 'dear diary')).toBe(true);
	});

	test('in an archived space nobody writes, everybody reads, and its end opens it again', async () => {
		await using home = await family();
		const ana = await join(home.server, 'ana', home.space);
		await home.as('ana', 'PATCH', `/spaces/${home.space}`, { archived: true });
		const first = ana.write(op(newRecord(), 'no'));
		await ana.acked(first.n);
		expect((await ana.next('ack')).refused).toMatchObject([{ code: 'archived' }]);
		await home.as('ana', 'PATCH', `/spaces/${home.space}`, { archived: false });
		const second = ana.write(op(newRecord(), 'yes'));
		await ana.acked(second.n);
		expect((await ana.next('ack')).refused).toEqual([]);
	});

	test('a space that was handed over obeys its new owner', async () => {
		await using home = await family();
		expect((await home.as('ana', 'PUT', `/spaces/${home.space}/owner`, { person: 'ben' })).status).toBe(204);
		expect((await home.as('ana', 'GET', `/spaces/${home.space}`)).body).toMatchObject({ owner: 'ben', role: 'admin' });
		expect((await home.as('ana', 'PUT', `/spaces/${home.space}/owner`, { person: 'ana' })).status).toBe(403);
		expect((await home.as('ben', 'DELETE', `/spaces/${home.space}/members/ana`)).status).toBe(204);
		expect((await home.as('ana', 'GET', `/spaces/${home.space}`)).status).toBe(404);
	});
});

function inApp(app: number, value: string): ReturnType<typeof op> {
	return { ...op(newRecord(), value), collection: app * 256 + 1 };
}

async function join(server: TestSync, person: string, space: SpaceId, device = newDevice()): Promise<RawClient> {
	const client = await RawClient.open(server.url, device);
	await client.hello(await server.issuer.token(person));
	const { seq } = await client.sub(space);
	await client.reached(seq);
	return client;
}
